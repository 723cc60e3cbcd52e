"""Measurements of the real processes, with figures that a user can repeat."""
