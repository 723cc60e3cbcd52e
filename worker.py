"""The Celery door of the checkout and the image: `celery -A worker worker`."""

from crisis.app import create_worker

app = create_worker()
