"""Tests of the promises to users and other programs, from outside, on a desk that runs."""
