"""The Celery door of an installed package: `celery -A crisis.processes.worker worker`, as `crisis up` starts it."""

import warnings

from celery.platforms import SecurityWarning

from crisis import config
from crisis.jobs import worker

# Celery warns of root because of pickle, which is switched off here.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = worker.create(config.load())
