"""An inbox: results as they come from the senders' threads, taken many at a time by one drain."""

import threading
import time
from collections import deque
from uuid import UUID

from crisis.notify.sender import Result


class Inbox:
    """Any thread puts, one takes. It is woken once for a batch: waking for each result costs more than the result."""

    def __init__(self) -> None:
        self._results: deque[tuple[UUID, Result]] = deque()
        self._enough = 1
        self._is_enough = threading.Event()

    def put(self, result: tuple[UUID, Result], /) -> None:
        """One more result, with the id of its alert."""
        self._results.append(result)
        if len(self._results) >= self._enough:
            self._is_enough.set()

    def take(
        self, enough: int, *, most: int, batch_seconds: float, patience_seconds: float
    ) -> list[tuple[UUID, Result]]:
        """Up to ``most`` results: those there are when ``enough`` have come, or ``batch_seconds`` have passed.

        Nothing if none comes in ``patience_seconds``.
        """
        self._enough = enough
        until = time.monotonic() + patience_seconds
        while len(self._results) < enough:
            self._is_enough.clear()
            if len(self._results) >= enough:  # it came between the two
                break
            left = until - time.monotonic()
            if self._is_enough.wait(max(0.0, min(batch_seconds, left))) or self._results or left <= 0:
                break
        return [self._results.popleft() for _ in range(min(most, len(self._results)))]
