"""The WSGI door of the checkout and the image: `gunicorn web:app`."""

from crisis.app import create_app

app = create_app()
