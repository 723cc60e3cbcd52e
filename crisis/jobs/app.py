"""The Celery app: every setting with its reason; a task is a ring of the bell, never the work itself."""

from typing import Any

from celery import Celery
from kombu.entity import Exchange, Queue

from crisis import config
from crisis.domain import alert

#: Prefix of the keys on the broker: several apps on one server would share the shortest visibility time-out.
_KEY_PREFIX = "crisis:"

_PUBLISHER_SECONDS = 1  # a ring that does not leave at once is rung again by the metronome
_WORKER_SECONDS = 5

_SETTINGS: dict[str, Any] = {
    # What is lost with the broker is only a ring; the rows stay.
    "result_backend": None,  # the database is the record; saves two broker operations a task
    "task_ignore_result": True,
    "task_publish_retry": False,  # 1 s instead of 10 to 50 s; the sweep is the retry
    "task_create_missing_queues": False,  # a misspelt queue fails instead of filling up unseen
    "task_default_queue": alert.Queue.OTHER.value,
    "task_acks_late": True,  # a dead worker's ring comes back; safe because a drain only takes due rows
    "task_reject_on_worker_lost": True,
    "task_acks_on_failure": True,  # no poison loop; the rows say what is still to do
    "task_acks_on_timeout": True,
    "task_time_limit": 50,  # s; a drain ends itself after 20 s, this is for one that hangs
    # No soft limit: its signal raises inside a running event loop.
    "task_serializer": "json",  # never pickle: whoever writes to the broker would run code
    "accept_content": ["json"],
    "enable_utc": True,
    "timezone": "UTC",
    "broker_connection_retry_on_startup": True,  # a worker waits for its broker, the metronome sends meanwhile
    "broker_connection_max_retries": None,  # the default gives up after 100 and the worker ends
    "broker_pool_acquire_timeout": 2,  # s; the default waits without end
    "broker_heartbeat": 10,  # s; amqp only: a half-open link is noticed
    "worker_prefetch_multiplier": 1,  # nothing waits unseen in a worker that may die
    "worker_cancel_long_running_tasks_on_connection_loss": False,  # a send cut in the middle is an unknown outcome
    "worker_max_tasks_per_child": 500,  # bounds what a leak can cost
    "worker_proc_alive_timeout": 10,  # s; the first import on a busy machine takes more than the default 4
    "worker_eta_task_limit": 10,  # an alarm value: nothing here may use a countdown or ETA
    "worker_send_task_events": False,
    "worker_enable_remote_control": False,  # no pidbox queues; the probe row shows that a worker works
}

_REDIS_OPTIONS: dict[str, Any] = {
    "visibility_timeout": 120,  # s; more than twice the hard limit; the default 3600 is the whole hour
    "unacked_restore_interval": 5,  # s; with the next line the sweep is every 5 s instead of every 100
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 2,  # s; the default waits for ever on a dead link
    "socket_keepalive": True,
    "health_check_interval": 10,  # s; a half-open link is dropped in about 21 s, not 51
    "retry_on_timeout": False,  # a silent second try makes a second ring
    "global_keyprefix": _KEY_PREFIX,
}


def create(settings: config.Settings) -> Celery:
    """The app of a worker."""
    app = _create(settings, timeout_seconds=_WORKER_SECONDS)
    app.conf.imports = ("crisis.jobs.tasks",)  # a worker only: they bring the senders with them
    return app


def publisher(settings: config.Settings) -> Celery:
    """The app of a process that only rings: web server, metronome, command. It gives up after 1 s."""
    return _create(settings, timeout_seconds=_PUBLISHER_SECONDS)


def answers(app: Celery) -> None:
    """Ask the broker for a connection, within a second, and whether it takes anything.

    Raises:
        Exception: whatever the transport says; the broker is down, refuses us, or is full.
    """
    with app.connection_for_write() as connection:
        connection.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=_PUBLISHER_SECONDS)
        if is_redis(app.conf.broker_url):  # one that is full still answers
            connection.default_channel.client.set("asked", "", px=1000)


def is_redis(url: str) -> bool:
    """Whether the broker speaks Redis (or is Valkey), so that the options of that transport hold."""
    return url.startswith(("redis", "sentinel"))


def _create(settings: config.Settings, *, timeout_seconds: int) -> Celery:
    app = Celery("crisis", broker=settings.broker, set_as_current=False)
    app.conf.update(
        _SETTINGS,
        task_queues=[_queue(queue.value) for queue in alert.Queue],
        broker_transport_options=_transport_options(settings.broker, timeout_seconds),
        broker_connection_timeout=timeout_seconds,
        worker_disable_prefetch=is_redis(settings.broker),  # other transports refuse it
    )
    return app


def _queue(name: str) -> Queue:
    # an exchange of its own: by default both would be bound to one, under one key
    return Queue(name, Exchange(name), routing_key=name)  # type: ignore[no-untyped-call]


def _transport_options(url: str, timeout_seconds: int) -> dict[str, Any]:
    if not is_redis(url):
        # amqp: publisher confirms, so that a ring that was not taken raises
        return {"confirm_publish": True, "read_timeout": timeout_seconds, "write_timeout": timeout_seconds}
    options = {**_REDIS_OPTIONS, "socket_timeout": timeout_seconds}
    if url.startswith("redis+socket"):
        del options["socket_keepalive"]  # TCP only
    return options
