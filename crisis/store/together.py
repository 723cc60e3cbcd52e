"""Work that arrives together, done in one go: whoever comes first does it for all who wait.

While one round runs, the next gathers; an idle desk does each piece at once. Nobody is answered
before the round that held their piece has ended, so what a round commits is durable before that.
"""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Given = TypeVar("Given")
Result = TypeVar("Result")

#: Pieces of one round: as many as fit into one multi-row statement without keeping its locks for long.
_MOST = 64


class Together(Generic[Given, Result]):
    """Calls ``act`` with what several threads gave, and hands each its own result.

    ``act`` returns one result a piece, in their order; an exception among them is raised for that
    piece alone. Where ``act`` itself raises, nothing of the round was kept: each piece is then done
    alone, by its own thread, so that one that can't be done harms no other.
    """

    def __init__(self, act: Callable[[Sequence[Given]], Sequence[Result | Exception]]) -> None:
        self._act = act
        self._lock = threading.Lock()
        self._waiting: deque[_Place[Given, Result]] = deque()
        self._busy = False

    def do(self, given: Given) -> Result:
        """The result for ``given``, once the round that holds it has ended."""
        place: _Place[Given, Result] = _Place(given)
        with self._lock:
            self._waiting.append(place)
            leads, self._busy = not self._busy, True
        if not leads:
            place.turn.acquire()
        if not place.ended:
            self._lead(place)
        if place.alone:
            place.result = self._act([given])[0]
        if isinstance(place.result, Exception):
            raise place.result
        return place.result

    def _lead(self, own: "_Place[Given, Result]") -> None:
        with self._lock:  # whoever leads waits longest, so the round holds their own piece
            places = [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST))]
        try:
            for place, result in zip(places, self._act([place.given for place in places]), strict=True):
                place.result = result
        except Exception as error:  # a door: what one piece did must not reach the others
            places[0].result = error
            for place in places:
                place.alone = len(places) > 1
        finally:
            with self._lock:
                self._busy = bool(self._waiting)
                following = self._waiting[0] if self._waiting else None
            for place in places:
                place.ended = True
                if place is not own:
                    place.turn.release()
            if following is not None:
                following.turn.release()


class _Place(Generic[Given, Result]):
    """One piece that waits; ``turn`` is released once: when its round has ended, or when it is to lead the next."""

    __slots__ = ("alone", "ended", "given", "result", "turn")

    def __init__(self, given: Given) -> None:
        self.given = given
        self.result: Result | Exception = RuntimeError("The round ended before this piece was done.")
        self.ended = False
        self.alone = False
        self.turn = threading.Lock()
        self.turn.acquire()
