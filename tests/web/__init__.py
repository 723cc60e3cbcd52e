"""Tests of the pages and doors of the web server."""
