"""What gunicorn is told: by `crisis up` as `--config python:crisis.processes.web_server`, else by gunicorn.conf.py."""

import importlib
from typing import Any

from crisis.config import load
from crisis.jobs import death, memory
from crisis.processes import warm_up

_settings = load()

worker_class = "gthread"  # safe with SQLite and with computing, unlike greenlets
threads = _settings.web_threads  # an open page that updates by itself holds one
workers = 1 if _settings.is_sqlite else 2  # one process writes to SQLite faster than two, which wait for each other
graceful_timeout = 3  # s; open streams hold a stop for as long
control_socket_disable = True  # no second door
loglevel = "warning"
accesslog = None  # addresses of answer pages are secrets


def on_starting(_server: Any) -> None:
    """Modules are loaded once, before the first fork: a worker in place of a dead one answers in half a second.

    Only modules: the application, with its threads and connections, is made in each worker.
    """
    for name in ("crisis.app", "crisis.web"):
        importlib.import_module(name)
    memory.settle()


def post_fork(_server: Any, _worker: Any) -> None:
    """A worker ends with its parent, so that a killed server does not keep the port."""
    death.with_parent()


def post_worker_init(worker: Any) -> None:
    """The first declaration of each worker is as fast as the next ones."""
    warm_up.begin(worker.wsgi)
