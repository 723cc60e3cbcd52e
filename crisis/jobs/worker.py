"""The life of a worker process: what is made after the fork, and the thread that beats for it."""

import logging
import threading
from typing import Any

from billiard import process
from celery import Celery, signals
from setproctitle import setproctitle

from crisis import config
from crisis.domain import alert
from crisis.jobs import app as jobs_app
from crisis.jobs import bell, death, logs, memory, node, room
from crisis.store import clock, db
from crisis.workflows import beat

_log = logging.getLogger(__name__)

BEAT_SECONDS = 5.0


class Worker:
    """One worker: its children send, each beats for the queues that the worker takes."""

    def __init__(self, settings: config.Settings) -> None:
        self._settings = settings
        self._node = node.Node("worker")
        self._queues: tuple[alert.Queue, ...] = tuple(alert.Queue)
        self._stop = threading.Event()
        self._opened: Any = None

    def attach(self) -> None:
        """Listen for Celery's signals, which is how a process learns that it has been started or forked."""
        signals.setup_logging.connect(self.logging_wanted, weak=False)
        signals.celeryd_after_setup.connect(self.started, weak=False)
        signals.worker_process_init.connect(self.forked, weak=False)
        signals.worker_process_shutdown.connect(self.ended, weak=False)

    def logging_wanted(self, **_: Any) -> None:
        """In the parent, instead of Celery's own log lines."""
        logs.configure(self._settings)

    def started(self, sender: str, instance: Any, **_: Any) -> None:
        """In the parent, before the first fork: which node this is, which queues it takes."""
        self._node = node.Node(sender)
        taken = set(instance.app.amqp.queues.consume_from)
        self._queues = tuple(queue for queue in alert.Queue if queue.value in taken)

    def forked(self, **_: Any) -> None:
        """In a child: everything that must not be shared with the parent or a brother is made here."""
        death.with_parent()
        setproctitle(f"celery -A worker worker -Q {','.join(self._queues)} -n {self._node.name}")
        self._opened = db.opened(self._settings)
        app = self._opened.__enter__()
        db.db.engine.dispose(close=False)  # connections of the parent, if any, are its own
        bell.hang(jobs_app.publisher(self._settings))
        room.install(room.furnish(self._settings, owner=self._node.owner, place=_place()))
        memory.settle()
        threading.Thread(target=self._live, args=(app,), name="beat", daemon=True).start()

    def ended(self, **_: Any) -> None:
        """In a child that stops in good order."""
        self._stop.set()
        for sender in room.current().senders.values():
            sender.close()
        self._opened.__exit__(None, None, None)

    def _live(self, app: Any) -> None:
        taken_over = False
        told = False
        with app.app_context():
            while True:
                try:
                    if not taken_over:
                        beat.take_over(node=self._node.name, boot=self._node.boot, now=clock.DatabaseClock().now())
                        taken_over = True
                    for queue in self._queues:
                        now = clock.DatabaseClock().now()
                        beat.beat(f"worker:{queue.value}", node=self._node.name, boot=self._node.boot, now=now)
                    told = False
                except Exception as error:  # a door: a worker outlives its database
                    if not told:
                        _log.warning("worker.beat_failed", extra={"error": type(error).__name__})
                    told = True
                if self._stop.wait(BEAT_SECONDS):
                    return


def _place() -> int:
    """Which of the pool's processes this one is, from 0; the pool gives a dead one's place to its successor."""
    return int(getattr(process.current_process(), "index", 0))


def create(settings: config.Settings) -> Celery:
    """The Celery app of a worker, with the life of its processes attached."""
    app = jobs_app.create(settings)
    Worker(settings).attach()
    return app
