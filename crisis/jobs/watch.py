"""The watch as jobs: probes, alarms and the heartbeat of a metronome, and what a web server sees of a silent one."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from crisis import config
from crisis.domain import watch as domain_watch
from crisis.jobs import bell
from crisis.store import clock
from crisis.workflows import canary, watch

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 5.0  # a fault counts from 10 s on
_WEB_LOOK_SECONDS = 10.0
_STARTS_SECONDS = 20.0  # a desk that starts has no workers yet
_WEB_STARTS_SECONDS = 45.0  # and no metronome


class Watch:
    """The jobs of one metronome; each is called every period and runs in a thread of its own."""

    def __init__(self, settings: config.Settings, its_clock: clock.Clock) -> None:
        self._settings = settings
        self._clock = its_clock
        self._look_at = time.monotonic() + _STARTS_SECONDS

    def jobs(self) -> list[tuple[str, Callable[[], None]]]:
        """By name."""
        return [("canary", self.canary), ("watch", self.look), ("heartbeat", self.heartbeat)]

    def canary(self) -> None:
        """Plan probes when it is time, and ring for them."""
        for queue in canary.plan(settings=self._settings, now=self._clock.now()):
            bell.ring(queue)

    def look(self) -> None:
        """Tell the operators of faults."""
        if time.monotonic() >= self._look_at:
            self._look_at = time.monotonic() + _LOOK_SECONDS
            watch.alarm_of_faults(settings=self._settings, now=self._clock.now())

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
