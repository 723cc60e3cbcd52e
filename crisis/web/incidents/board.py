"""The board of an incident: its rows as last seen by this process, and when each of them had news."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from crisis.domain.overview import IncidentView
from crisis.web.incidents import rows
from crisis.web.incidents.rows import Row

_MOST = 32  # incidents kept; an open one is a handful, each a few hundred rows


@dataclass(frozen=True, slots=True)
class Look:
    """The incident at entry ``n`` of its record."""

    n: int
    view: IncidentView
    rows: Sequence[Row]


@dataclass(slots=True)
class _Board:
    lock: threading.Lock = field(default_factory=threading.Lock)
    look: Look | None = None
    news: dict[str, int] = field(default_factory=dict)  # row -> entry with which it last changed
    since: int = 0  # from this entry on, ``news`` is complete


class Boards:
    """One board an incident, shared by every page and stream of the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._boards: OrderedDict[UUID, _Board] = OrderedDict()

    def forget(self) -> None:
        """Begin anew: references of one database mean nothing in another."""
        with self._lock:
            self._boards.clear()

    def put(self, view: IncidentView) -> Look:
        """Keep what a page has just loaded."""
        board = self._board(view.id)
        with board.lock:
            return _advance(board, view)

    def at(self, incident_id: UUID, n: int, load: Callable[[], IncidentView]) -> Look:
        """The incident at entry ``n`` or later; ``load`` is called once for all who ask together."""
        board = self._board(incident_id)
        with board.lock:
            if board.look is not None and board.look.n >= n:
                return board.look
            return _advance(board, load())

    def changed(self, look: Look, since: int) -> list[Row]:
        """The rows with news after entry ``since``; all of them where this process was not there then."""
        board = self._board(look.view.id)
        with board.lock:
            if since < board.since:
                return list(look.rows)
            return [one for one in look.rows if board.news.get(one.id, 0) > since]

    def _board(self, incident_id: UUID) -> _Board:
        with self._lock:
            board = self._boards.setdefault(incident_id, _Board())
            self._boards.move_to_end(incident_id)
            while len(self._boards) > _MOST:
                self._boards.popitem(last=False)
            return board


def _advance(board: _Board, view: IncidentView) -> Look:
    fresh = Look(view.head, view, rows.rows(view))
    before = board.look
    if before is None:
        board.since = fresh.n
    elif fresh.n < before.n:
        return fresh  # a slow page: what the board knows is newer
    else:
        known = {one.id: one for one in before.rows}
        board.news.update({one.id: fresh.n for one in fresh.rows if known.get(one.id) != one})
    board.look = fresh
    return fresh


boards = Boards()
