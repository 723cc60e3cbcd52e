"""What gunicorn is told beside its arguments, as `--config python:crisis.processes.web_server`."""

from typing import Any

from crisis.jobs import death

worker_class = "gthread"  # safe with SQLite and with computing, unlike greenlets
graceful_timeout = 3  # s; open streams hold a stop for as long
control_socket_disable = True  # no second door
loglevel = "warning"
accesslog = None  # addresses of answer pages are secrets


def post_fork(_server: Any, _worker: Any) -> None:
    """A worker ends with its parent, so that a killed server does not keep the port."""
    death.with_parent()
