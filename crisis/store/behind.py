"""Writing behind: PostgreSQL takes the last rows while the next ones are made, on the other processor.

Between two statements the caller's thread makes rows and a thread of the connection's writes them, in
the order in which they were given. Whatever else uses the session waits until all of it is written.
"""

import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from queue import Queue
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

#: So many pieces may wait to be written; whoever makes more waits. Of rows of 500: some megabytes.
_ROOM = 64

_WRITER = "behind.writer"

Send = Callable[[Iterable[bytes]], None]


class Writer:
    """What is written behind on one connection."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "behind")
        self._begun: list[Future[None]] = []

    def write(self, send: Send, pieces: Iterable[bytes]) -> None:
        """Let the other thread ``send`` the pieces, while they are made in this one."""
        room: Queue[bytes | BaseException | None] = Queue(_ROOM)
        self._begun.append(self._thread.submit(_send, send, room))
        try:
            for piece in pieces:
                room.put(piece)
        except BaseException as error:
            room.put(error)
            raise
        room.put(None)

    def wait(self) -> None:
        """Until everything is written; raises the first error that the database had."""
        begun, self._begun = self._begun, []
        for one in begun:
            one.result()

    def close(self) -> None:
        """Let go of the connection, written or not."""
        self._thread.shutdown()


def _send(send: Send, room: "Queue[bytes | BaseException | None]") -> None:
    """Empties ``room`` in any case: whoever fills it must not wait for ever."""
    given = _given(room)
    try:
        send(given)
    finally:
        for _ in given:
            pass


def _given(room: "Queue[bytes | BaseException | None]") -> Iterator[bytes]:
    while (piece := room.get()) is not None:
        if isinstance(piece, BaseException):
            raise RuntimeError("the rows could not be made") from piece
        yield piece


@contextmanager
def behind(session: Session) -> Iterator[None]:
    """What ``bulk`` writes in this block is written behind; at its end all of it is written.

    On SQLite nothing changes: its writer is this process.
    """
    connection = session.connection()
    if connection.dialect.name != "postgresql":
        yield
        return
    writer = session.info[_WRITER] = Writer()

    def _wait(*_: Any) -> None:
        writer.wait()

    sa.event.listen(connection, "before_cursor_execute", _wait)
    try:
        with _turns.short():
            yield
            writer.wait()
    finally:
        del session.info[_WRITER]
        sa.event.remove(connection, "before_cursor_execute", _wait)
        writer.close()


def writer_of(session: Session) -> Writer | None:
    """Who writes behind for ``session`` at the moment."""
    found: Writer | None = session.info.get(_WRITER)
    return found


class _Turns:
    """How long a thread of this process waits until another lets it go on, for all who write behind at the moment.

    Each time that the writing thread has something to pass on, it waits so long: with the interpreter's
    usual time the server waits for it half of the time.
    """

    _SHORT_SECONDS = 0.001

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writing = 0
        self._usual_seconds = sys.getswitchinterval()

    @contextmanager
    def short(self) -> Iterator[None]:
        """Short from the first who begins to the last who ends."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._lock:
            self._writing += more
            sys.setswitchinterval(self._SHORT_SECONDS if self._writing else self._usual_seconds)


_turns = _Turns()
