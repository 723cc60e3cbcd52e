"""Everything that is Celery or APScheduler: doors of at most ten lines."""
