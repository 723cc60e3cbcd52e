"""The composition root: puts settings, database, clock, bell and doors together for each kind of process."""

from collections.abc import Callable
from typing import Any

from celery import Celery
from flask import Flask

from crisis import config
from crisis.jobs import app as jobs_app
from crisis.jobs import bell, logs, memory, watch, worker
from crisis.store import clock, db


def create_app(settings: config.Settings | None = None) -> Flask:
    """The web server's application (WSGI), made in each of its processes, after the fork."""
    from crisis import web  # a worker starts without the pages

    settings = settings or config.load()
    logs.configure(settings)
    app = _Application("crisis.web")
    db.init(app, settings)
    bell.hang(jobs_app.publisher(settings))
    web.init(app, settings=settings, clock=clock.DatabaseClock(), ring=bell.ring)
    watch.beside_pages(settings, app.app_context)
    memory.settle()
    return app


class _Application(Flask):
    """Flask without a look, at each call of each request, whether what it calls is asynchronous: nothing of ours is."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_worker(settings: config.Settings | None = None) -> Celery:
    """The workers' application (Celery)."""
    return worker.create(settings or config.load())
