"""The metronome: every 2 s it rings for what is due, fires due timers, and sends by itself what nobody took."""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Any

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler

from crisis import config
from crisis.domain import alert, helping
from crisis.jobs import app as jobs_app
from crisis.jobs import bell, logs, node, room, watch
from crisis.store import alerts, db, holds
from crisis.workflows import beat, deliver, escalate, receive_receipt

_log = logging.getLogger(__name__)

PERIOD_SECONDS = 2
ROLE = "metronome"
SWEEP = "sweep"  # beats only while sweeps come to their end

_RING_EVERY_SECONDS = 5.0  # a queue; so a long outage of the broker leaves no pile of empty rings
_OVERDUE = timedelta(seconds=5)  # what a worker has not taken by then is sent here
_PIECE_SECONDS, _DRAIN_SECONDS = 4.0, 20.0  # how soon it sees that a worker is back
_STUCK_SECONDS = 90.0  # every wait inside a job is bounded below this
_SWEPT_SECONDS = 10.0  # between two signs that sweeping goes on; missed after 30 s
_STOP_SECONDS = 3.0


class Metronome:
    """The jobs of one metronome process. Each runs in a thread of its own and never beside itself."""

    def __init__(self, settings: config.Settings, context: Callable[[], AbstractContextManager[Any]]) -> None:
        self._settings = settings
        self._context = context  # each thread opens one before it uses the database
        self._node = node.metronome()
        self._room = room.furnish(settings, owner=self._node.owner, place=None)
        self._rung_at: dict[alert.Queue, float] = {}
        self._running: dict[str, float] = {}
        self._failing: set[str] = set()
        self._ticked_at = time.monotonic()
        self._taken_over = False
        self._told_of_sweep = -_SWEPT_SECONDS
        self._watch = watch.Watch(settings, self._room.clock)
        self._scheduler = BackgroundScheduler(
            jobstores={"default": MemoryJobStore()},  # can't raise; another store's error ends the thread unseen
            executors={"default": ThreadPoolExecutor(8)},
            timezone="UTC",
            job_defaults={
                "misfire_grace_time": None,  # a job that is delayed still runs; the default skips it after 1 s
                "coalesce": True,
                "max_instances": 1,
            },
        )

    def start(self) -> None:
        """Start the jobs, which run until the process ends."""
        self._every("tick", self._tick)
        self._every("beat", self.beat)
        self._every("sweep", self.sweep)
        self._every("receipts", self.settle_receipts)
        for queue in alert.Queue:
            self._every(f"drain {queue.value}", partial(self.drain, queue))
        for name, job in self._watch.jobs():
            self._every(name, job)
        self._scheduler.start()

    def stop(self, timeout_seconds: float) -> None:
        """Start nothing more; wait for what runs, at most for the given time. Leases cover the rest."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
        ends = time.monotonic() + timeout_seconds
        while self._running and time.monotonic() < ends:
            time.sleep(0.05)

    def complaint(self) -> str | None:
        """Why this process should end and be started again; ``None`` while all is well."""
        thread = self._scheduler._thread
        if thread is None or not thread.is_alive():
            return "the scheduler's thread has died"
        # the monotonic clock: when the wall clock is set back, the scheduler sleeps until it has caught up
        now = time.monotonic()
        if now - self._ticked_at > 3 * PERIOD_SECONDS:
            return "the scheduler has missed three periods"
        for name, since in list(self._running.items()):
            if now - since > _STUCK_SECONDS:
                return f"the job “{name}” hangs"
        return None

    def _every(self, name: str, job: Callable[[], None]) -> None:
        self._scheduler.add_job(self.guarded, "interval", args=(name, job), seconds=PERIOD_SECONDS, name=name)

    def guarded(self, name: str, job: Callable[[], None]) -> None:
        """A door: a job that fails is logged once, and runs again after the period."""
        self._running[name] = time.monotonic()
        try:
            with self._context():
                job()
            self._failing.discard(name)
        except Exception as error:
            if name not in self._failing:
                _log.warning("metronome.job_failed", extra={"job": name, "error": type(error).__name__})
            self._failing.add(name)
        finally:
            self._running.pop(name, None)

    def _tick(self) -> None:
        self._ticked_at = time.monotonic()

    def beat(self) -> None:
        """A sign of life in the database, for /readyz."""
        if not self._taken_over:
            beat.take_over(node=self._node.name, boot=self._node.boot, now=self._room.clock.now())
            self._taken_over = True
        beat.beat(ROLE, node=self._node.name, boot=self._node.boot, now=self._room.clock.now())

    def sweep(self) -> None:
        """Fire what is due, ring for what waits."""
        clock = self._room.clock
        escalate.fire(now=clock.now(), settings=self._settings, clock=clock.now)
        now = clock.now()  # what the last batch has planned is due, too
        with db.reading() as session:
            due = alerts.due_queues(session, now)
        for queue in due:
            if time.monotonic() - self._rung_at.get(queue, -_RING_EVERY_SECONDS) >= _RING_EVERY_SECONDS:
                self._rung_at[queue] = time.monotonic()
                bell.ring(queue)
        if time.monotonic() - self._told_of_sweep >= _SWEPT_SECONDS:
            self._told_of_sweep = time.monotonic()
            beat.beat(SWEEP, node=self._node.name, boot=self._node.boot, now=now)

    def settle_receipts(self) -> None:
        """Match what providers said of alerts before our own results were written."""
        receive_receipt.settle(now=self._room.clock.now())

    def drain(self, queue: alert.Queue) -> None:
        """Send what no worker has taken, piece by piece, until one takes it up again."""
        ends = time.monotonic() + _DRAIN_SECONDS
        more = True
        while more and time.monotonic() < ends:
            now, owner = self._room.clock.now(), self._room.owner
            with db.reading() as session:
                if holds.is_tended(session, queue, owner=owner, now=now):
                    return
                held = holds.of_others(session, queue, owner=owner, now=now)
            full = helping.shut(held, now, lambda name: self._settings.pace.for_provider(name).connections)
            piece = deliver.drain(queue, room=self._room, overdue_by=_OVERDUE, shut=full, budget_seconds=_PIECE_SECONDS)
            more = piece.more


def run(settings: config.Settings) -> int:
    """Be a metronome until SIGTERM or Ctrl-C.

    Returns:
        0 after a stop that was asked for; 1 when the watchdog ended it, so that whoever started it
        starts it again.
    """
    logs.configure(settings)
    stop = threading.Event()

    def _asked(*_: Any) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, _asked)
    signal.signal(signal.SIGINT, _asked)
    with db.opened(settings) as app:
        bell.hang(jobs_app.publisher(settings))
        metronome = Metronome(settings, app.app_context)
        metronome.start()
        complaint = None
        while complaint is None and not stop.wait(1.0):
            complaint = metronome.complaint()
        if complaint is not None:
            _log.error("metronome.ends", extra={"reason": complaint})
        metronome.stop(0 if complaint else _STOP_SECONDS)
    # Not sys.exit: it would wait for the threads, and a send may take longer than a stop is allowed to.
    logging.shutdown()
    os._exit(1 if complaint else 0)
