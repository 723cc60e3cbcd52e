"""The bell: tells the workers that there is work, without ever making the caller wait or fail."""

import logging
import os
import threading
import time

from celery import Celery

from crisis.domain import alert
from crisis.jobs import names

_log = logging.getLogger(__name__)

_QUIET_SECONDS = 30.0  # between two log lines about a broker that does not answer


class Bell:
    """One bell of one process; a thread of its own publishes, and rings that come meanwhile become one.

    The thread starts with the first ring, so after every fork of a server. A ring that can't leave is
    dropped: the metronome rings for whatever is due.
    """

    def __init__(self, app: Celery) -> None:
        self._app = app
        self._pid = 0
        self._lock = threading.Lock()
        self._wanted: set[alert.Queue] = set()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._complained_at = -_QUIET_SECONDS

    def ring(self, *queues: alert.Queue) -> None:
        """Ring for the queues, or for all of them; returns at once."""
        with self._lock:
            if self._pid != os.getpid():
                self._start()
            self._wanted.update(queues or alert.Queue)
            self._idle.clear()
            self._wake.set()

    def close(self, timeout_seconds: float) -> None:
        """Wait until the rings so far have left, or for the given time."""
        if self._pid == os.getpid():
            self._idle.wait(timeout_seconds)

    def _start(self) -> None:
        self._pid = os.getpid()
        self._wake, self._idle = threading.Event(), threading.Event()
        threading.Thread(target=self._run, name="bell", daemon=True).start()

    def _run(self) -> None:
        while True:
            self._wake.wait()
            with self._lock:
                wanted, self._wanted = self._wanted, set()
                self._wake.clear()
            for queue in sorted(wanted):
                self._publish(queue)
            with self._lock:
                if not self._wanted:
                    self._idle.set()

    def _publish(self, queue: alert.Queue) -> None:
        try:
            self._app.send_task(names.DRAIN, args=[queue.value], queue=queue.value, retry=False, ignore_result=True)
        except Exception as error:  # a door: whatever the transport raises, the caller's work is committed
            if time.monotonic() - self._complained_at >= _QUIET_SECONDS:
                self._complained_at = time.monotonic()
                _log.warning("bell.not_heard", extra={"queue": queue.value, "error": type(error).__name__})


_hung: Bell | None = None


def hang(app: Celery) -> None:
    """Use ``app`` (a publisher) for the rings of this process and of those that it forks."""
    global _hung  # noqa: PLW0603 - one bell a process
    _hung = Bell(app)


def ring(*queues: alert.Queue) -> None:
    """Ring for the queues, or for all; never waits, never raises. Without a bell it does nothing."""
    if _hung is not None:
        _hung.ring(*queues)


def close(timeout_seconds: float) -> None:
    """Let the rings so far leave, for at most the given time; for processes that end at once."""
    if _hung is not None:
        _hung.close(timeout_seconds)
