"""How often one address may try tokens that do not exist; whoever holds a real one is never counted."""

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from threading import Lock

MOST = 30  # tries
WINDOW = timedelta(minutes=1)

_MOST_ADDRESSES = 10_000  # kept at once; the one that was quiet longest is forgotten


class Tries:
    """The misses of each address in the last minute, in the memory of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._misses: OrderedDict[str, deque[datetime]] = OrderedDict()

    def too_many(self, address: str, *, now: datetime) -> bool:
        """Count one miss of ``address``; whether it has had more than are allowed."""
        with self._lock:
            misses = self._misses.setdefault(address, deque(maxlen=MOST + 1))
            self._misses.move_to_end(address)
            while misses and misses[0] <= now - WINDOW:
                misses.popleft()
            misses.append(now)
            while len(self._misses) > _MOST_ADDRESSES:
                self._misses.popitem(last=False)
            return len(misses) > MOST
