"""What `gunicorn web:app` finds in its folder: the same settings as under `crisis up`."""

from crisis.processes.web_server import (  # noqa: F401 - gunicorn reads the names
    accesslog,
    control_socket_disable,
    graceful_timeout,
    loglevel,
    on_starting,
    post_fork,
    post_worker_init,
    threads,
    worker_class,
    workers,
)
