"""The Celery door of an installed package: `celery -A crisis.processes.worker worker`, as `crisis up` starts it."""

from crisis import config
from crisis.jobs import worker

app = worker.create(config.load())
