"""What a faulty machine does to our processes: loaded by Python itself in every process of a desk under test.

Two files in the folder CRISIS_TEST_HOOKS say what happens. ``crash`` names a point and how often it is
passed before the process that passes it is killed there; it is taken away by the process that dies.
``clock`` holds seconds by which the clock of this host is wrong, for all who read it.
"""

import contextlib
import datetime as _datetime
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

_FOLDER = os.environ.get("CRISIS_TEST_HOOKS", "")
_role = ""  # worker or metronome, once this process sends


def _reach(point: str) -> None:
    """Die here, if it was asked for and it is our turn."""
    folder = Path(_FOLDER)
    try:
        wanted, count = (folder / "crash").read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return
    if wanted != point:
        return
    passed = folder / f"passed-{point}"
    with passed.open("ab") as file:
        file.write(b".")
    if passed.stat().st_size < int(count):
        return
    with contextlib.suppress(FileNotFoundError):  # somebody else has died for it
        (folder / "crash").rename(folder / f"died-{point}")
        os.kill(os.getpid(), signal.SIGKILL)


def _wrap(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
    setattr(owner, name, make(getattr(owner, name)))


class _Turn:
    """A turn of a drain that takes note of what was done in it."""

    def __init__(self, turn: Any) -> None:
        self._turn = turn
        self.began = self.finished = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._turn, name)

    def claim(self, *given: Any, at_once: bool, **rest: Any) -> Any:
        return self._started(self._turn.claim(*given, at_once=at_once, **rest), at_once)

    def start(self, *given: Any, **rest: Any) -> Any:
        return self._started(self._turn.start(*given, **rest), True)

    def _started(self, taken: Any, at_once: bool) -> Any:
        self.began = self.began or (at_once and bool(taken.held))
        return taken

    def finish(self, ended: Any, **rest: Any) -> Any:
        if ended:
            _in_worker("finish-unwritten")
        done = self._turn.finish(ended, **rest)
        self.finished = bool(ended)
        return done


class _Inbox:
    """Where results arrive; what has arrived here is on the other side, and not in the database."""

    def __init__(self, inbox: Any) -> None:
        self._inbox = inbox

    def put(self, result: Any) -> None:
        self._inbox.put(result)
        _in_worker("sent")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inbox, name)


def _in_worker(point: str) -> None:
    if _role == "worker":
        _reach(point)


def _turns(real: Any) -> Any:
    @contextlib.contextmanager
    def turn(self: Any) -> Iterator[Any]:
        with real(self) as one:
            watched = _Turn(one)
            yield watched
            if watched.began:
                _in_worker("claim-uncommitted")
            if watched.finished:
                _in_worker("finish-uncommitted")
        if watched.began:
            _in_worker("claim-committed")
        if watched.finished:
            _in_worker("finish-committed")

    return turn


def _rooms(real: Any) -> Any:
    def furnish(*given: Any, place: int | None, **rest: Any) -> Any:
        global _role  # noqa: PLW0603 - one role a process
        room = real(*given, place=place, **rest)
        _role = "metronome" if place is None else "worker"
        for sender in room.senders.values():
            _wrap(sender, "submit", _submits)
        return room

    return furnish


def _submits(real: Any) -> Any:
    def submit(envelopes: Any, into: Any) -> None:
        _in_worker("unsent")
        real(envelopes, _Inbox(into))
        _in_worker("on-the-wire")

    return submit


def _fires(real: Any) -> Any:
    def fire_due(*given: Any, **rest: Any) -> Any:
        taken = real(*given, **rest)
        if taken and _role == "metronome":
            _reach("fire-uncommitted")
        return taken

    return fire_due


def _fired(real: Any) -> Any:
    def fire(**given: Any) -> int:
        count: int = real(**given)
        if count and _role == "metronome":
            _reach("fire-committed")
        return count

    return fire


def _appends(real: Any) -> Any:
    def append(session: Any, stream: str, told: Any, **rest: Any) -> Any:
        last = real(session, stream, told, **rest)
        if any(one.kind.value == "incident.declared" for one in told):
            _reach("declare-uncommitted")
        return last

    return append


def _offset() -> float:
    try:
        return float((Path(_FOLDER) / "clock").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0


class _Wrong(_datetime.datetime):
    """The date by a clock that is wrong."""

    @classmethod
    def now(cls, tz: _datetime.tzinfo | None = None) -> Any:
        return _datetime.datetime.now(tz) + _datetime.timedelta(seconds=_offset())


def _set_clocks() -> None:
    right = time.time
    time.time = lambda: right() + _offset()
    from apscheduler.executors import base as executors
    from apscheduler.schedulers import base as schedulers
    from apscheduler.triggers import interval

    from crisis.store import clock

    for module in (executors, schedulers, interval, clock):
        module.datetime = _Wrong  # type: ignore[attr-defined]


def _install() -> None:
    if os.environ.get("CRISIS_TEST_CLOCK"):
        _set_clocks()
    from crisis.jobs import room
    from crisis.store import books, records, timers
    from crisis.workflows import escalate

    _wrap(books.DatabaseBook, "turn", _turns)
    _wrap(room, "furnish", _rooms)
    _wrap(timers, "fire_due", _fires)
    _wrap(escalate, "fire", _fired)
    _wrap(records, "append", _appends)


if _FOLDER:
    _install()
