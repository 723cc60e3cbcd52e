"""Tests in Chromium, on a desk that runs."""
