"""The follower: one thread a process that watches the heads of the records that open pages look at."""

import signal
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

import structlog
from flask import Flask

from crisis.config import Settings
from crisis.store import db, records

Heads = Callable[[Collection[str]], Mapping[str, int]]

_log = structlog.get_logger(__name__)
_PAUSE_SECONDS = 0.2  # an answer must be on an open page within one second
_EXTENSION = "crisis-follower"


class Follower:
    """Tells waiting pages that a record has grown. Holds no database session while it waits.

    Args:
        heads: the number of the last entry of each of the streams it is given.
        most: how many pages may wait at once; the rest of the server's threads stays free.
    """

    def __init__(self, heads: Heads, *, most: int) -> None:
        self._heads = heads
        self._most = most
        self._changed = threading.Condition()
        self._watched: dict[str, int] = {}  # stream -> pages that look at it
        self._known: dict[str, int] = {}
        self._thread: threading.Thread | None = None
        self._ended = False

    @property
    def in_use(self) -> int:
        """How many pages wait now."""
        with self._changed:
            return sum(self._watched.values())

    @contextmanager
    def place(self, stream: str) -> Iterator[bool]:
        """A place for one page that looks at ``stream``; false where there is none left."""
        with self._changed:
            free = not self._ended and sum(self._watched.values()) < self._most
            if free:
                self._watched[stream] = self._watched.get(stream, 0) + 1
                self._start()
                self._changed.notify_all()
        try:
            yield free
        finally:
            if free:
                self._leave(stream)

    def wait(self, stream: str, *, beyond: int, seconds: float) -> int | None:
        """The head of ``stream`` once it is beyond ``beyond``, or what it is after ``seconds``.

        Returns:
            ``None`` when the process is about to end; the page then connects again by itself.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._ended or self._known.get(stream, 0) > beyond, timeout=seconds)
            return None if self._ended else max(beyond, self._known.get(stream, 0))

    def end(self) -> None:
        """Send every waiting page home; nobody gets a place after that."""
        # a signal may come while this very thread holds the lock: flag first, then wake from another thread
        self._ended = True
        threading.Thread(target=self._wake, name="stream-end", daemon=True).start()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _leave(self, stream: str) -> None:
        with self._changed:
            self._watched[stream] -= 1
            if not self._watched[stream]:
                del self._watched[stream]
                self._known.pop(stream, None)

    def _start(self) -> None:
        if self._thread is None or not self._thread.is_alive():  # never before a fork: the first page comes later
            self._thread = threading.Thread(target=self._run, name="stream-follower", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or bool(self._watched))
                if self._ended:
                    return
                watched = list(self._watched)
            self._look(watched)
            time.sleep(_PAUSE_SECONDS)

    def _look(self, watched: Collection[str]) -> None:
        try:
            found = self._heads(watched)
        except Exception as error:  # a door: a database that is away for a moment must not end the thread
            _log.warning(
                "The heads of the record could not be read.", event_name="stream.heads", error=type(error).__name__
            )
            return
        with self._changed:
            grown = {
                stream: n for stream, n in found.items() if stream in self._watched and n > self._known.get(stream, 0)
            }
            if grown:
                self._known.update(grown)
                self._changed.notify_all()


def install(app: Flask, settings: Settings) -> Follower:
    """A follower for this process; its thread starts with the first page, so after the fork."""

    def heads(streams: Collection[str]) -> Mapping[str, int]:
        with app.app_context(), db.reading() as session:
            return records.heads(session, streams)

    follower = Follower(heads, most=settings.web_threads // 2)
    app.extensions[_EXTENSION] = follower
    _end_with_the_server(follower)
    return follower


def _end_with_the_server(follower: Follower) -> None:
    """End the streams when the server is told to stop; it would wait for them to its last second.

    A server sets its handler before it loads the application; where none is set, there is no server.
    """
    before = signal.getsignal(signal.SIGTERM)
    if not callable(before) or threading.current_thread() is not threading.main_thread():
        return

    def stop(number: int, frame: FrameType | None) -> None:
        follower.end()
        before(number, frame)

    signal.signal(signal.SIGTERM, stop)
    signal.siginterrupt(signal.SIGTERM, False)  # as the server had it: no system call is cut short


def of(app: Flask) -> Follower:
    """The follower of ``app``."""
    found: Follower = app.extensions[_EXTENSION]
    return found
