"""The watch as jobs: probes, alarms and the heartbeat of a metronome, and what a web server sees of a silent one."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from crisis import config
from crisis.domain import watch as domain_watch
from crisis.jobs import bell
from crisis.notify import alarm
from crisis.store import clock
from crisis.workflows import canary, watch

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0  # a fault counts from 10 s on
_BLIND_SECONDS = 20.0  # a database that is started again is no fault
_WEB_LOOK_SECONDS = 10.0
_STARTS_SECONDS = 20.0  # a desk that starts has no workers yet
_WEB_STARTS_SECONDS = 45.0  # and no metronome


class Watch:
    """The jobs of one metronome; each is called every period and runs in a thread of its own."""

    def __init__(self, settings: config.Settings, its_clock: clock.Clock) -> None:
        self._settings = settings
        self._clock = its_clock
        self._look_at = time.monotonic() + _STARTS_SECONDS
        self._blind_since: float | None = None
        self._told_blind_at: float | None = None

    def jobs(self) -> list[tuple[str, Callable[[], None]]]:
        """By name."""
        return [("canary", self.canary), ("watch", self.look), ("heartbeat", self.heartbeat)]

    def canary(self) -> None:
        """Plan probes when it is time, and ring for them."""
        for queue in canary.plan(settings=self._settings, now=self._clock.now()):
            bell.ring(queue)

    def look(self) -> None:
        """Tell the operators of faults."""
        if time.monotonic() < self._look_at:
            return
        self._look_at = time.monotonic() + _LOOK_SECONDS
        try:
            watch.alarm_of_faults(settings=self._settings, now=self._clock.now())
        except SQLAlchemyError as error:
            self._blind(type(error).__name__)
            raise
        if self._told_blind_at is not None:
            self._tell("well again: the database", "Well again. The database answers.")
        self._blind_since = self._told_blind_at = None

    def _blind(self, reason: str) -> None:
        """Without the database nothing is known and nothing can be shared: each metronome tells for itself."""
        now = time.monotonic()
        self._blind_since = now if self._blind_since is None else self._blind_since
        due = self._told_blind_at is None or now - self._told_blind_at >= watch.AGAIN_AFTER.total_seconds()
        if due and now - self._blind_since >= _BLIND_SECONDS:
            self._told_blind_at = now
            text = (
                f"The database does not answer ({reason}): nothing can be declared, sent or answered. Look at it first."
            )
            self._tell("FAULT: the database", text)

    def _tell(self, what: str, text: str) -> None:
        subject = f"[{self._settings.desk_name}] {what}"
        alarm.tell(subject, f"{text}\n\n{self._settings.public_url}", self._settings)

    def heartbeat(self) -> None:
        """Tell the outside that all is well."""
        watch.send_heartbeat(settings=self._settings, now=self._clock.now())


def beside_pages(settings: config.Settings, context: Callable[[], AbstractContextManager[Any]]) -> None:
    """In a web server, after the fork: a thread that tells the operators when no metronome beats."""
    threading.Thread(target=_follow, args=(settings, context), name="watch", daemon=True).start()


def _follow(settings: config.Settings, context: Callable[[], AbstractContextManager[Any]]) -> None:
    failing = False
    time.sleep(_WEB_STARTS_SECONDS)
    while True:
        time.sleep(_WEB_LOOK_SECONDS)
        try:
            with context():
                now = clock.DatabaseClock().now()
                watch.alarm_of_faults(settings=settings, now=now, only=domain_watch.Kind.METRONOME)
            failing = False
        except Exception as error:  # a door: the pages outlive their database
            if not failing:
                _log.warning("watch.failed", extra={"error": type(error).__name__})
            failing = True
