"""Rows in, rows out: models, queries and migrations; nothing here commits."""
