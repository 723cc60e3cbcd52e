"""What one drain holds, and how much more it should take: pure, so that a test can play every order of events.

    claimed ──▶ held, by provider ──▶ on the wire ──▶ ended
                 │ no room there yet
                 └─▶ given back, beyond a few

The window is how many may be on the wire at once. It grows while the wire runs empty before the next
flush is done, or gives back a third of it, and shrinks on a slow wire: a crash leaves at most one window
without a result.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from crisis.domain.delivery import Claimed, Started

#: How many free places the wire has for a provider now.
Room = Callable[[str], int]

#: Of one wire. Two processes at their most have 500 rows without a result when a host dies: one flush.
LEAST, FIRST, MOST = 64, 128, 250

#: Where each provider says for how much it has room; those that hang fill places.
MOST_OF_MANY = 512

#: Rows of one provider that may wait here for room; the rest goes back to the queue for others.
_HELD = 32


class Dispatch:
    """The rows of one drain, from the claim to the result.

    Args:
        one_wire: all rows leave over the same wire, to which the window is fitted. Otherwise each provider
            says by itself for how much it has room, and those that hang must leave places for the others.
    """

    def __init__(self, *, one_wire: bool = True) -> None:
        self.on_wire: dict[UUID, Started] = {}
        self._held: dict[str, list[Claimed]] = {}
        self._one_wire = one_wire
        self._window = FIRST if one_wire else MOST_OF_MANY

    @property
    def held(self) -> list[Claimed]:
        """Claimed, and not on the wire."""
        return [one for rows in self._held.values() for one in rows]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is held and nothing is on the wire."""
        return not self.on_wire and not self._held

    @property
    def free(self) -> int:
        """Places in the window."""
        return max(0, self._window - len(self.on_wire))

    @property
    def enough(self) -> int:
        """Results after which the next flush should not wait for more: half of what is on the wire."""
        return max(1, len(self.on_wire) // 2)

    def full(self) -> frozenset[str]:
        """Providers of which nothing more should be claimed now."""
        return frozenset(self._held)

    def keep(self, claimed: Sequence[Claimed]) -> None:
        """Hold what was claimed, most urgent first."""
        for one in claimed:
            self._held.setdefault(one.provider, []).append(one)
        for rows in self._held.values():
            rows.sort(key=_order)

    def startable(self, room: Room) -> list[Claimed]:
        """Take out of the held rows what the wire has room for, most urgent first."""
        free = self.free
        ready: list[Claimed] = []
        for provider, rows in self._held.items():
            ready += rows[: max(0, room(provider))]
        ready.sort(key=_order)
        ready = ready[:free]
        taken = {one.id for one in ready}
        self._drop(taken)
        return ready

    def surplus(self) -> list[Claimed]:
        """Take out what waits beyond a few of each provider: others may have room for it."""
        beyond = [one for rows in self._held.values() for one in rows[_HELD:]]
        self._drop({one.id for one in beyond})
        return beyond

    def give_up(self) -> list[Claimed]:
        """Take out everything held."""
        held, self._held = self.held, {}
        return held

    def start(self, started: Iterable[Started]) -> None:
        """These are on the wire from now on."""
        self.on_wire.update((one.claimed.id, one) for one in started)

    def end(self, alert_id: UUID) -> Started | None:
        """This one is not any more; ``None`` if it was not known to be."""
        return self.on_wire.pop(alert_id, None)

    def adapt(self, ended: int) -> None:
        """Fit the window to the wire, after ``ended`` results came in between two flushes."""
        left = len(self.on_wire)
        if not self._one_wire:
            return
        if ended and (left * 4 <= self._window or ended * 3 >= self._window):
            self._window = min(MOST, self._window * 2)
        elif left * 8 >= self._window * 7 and ended * 16 <= self._window:
            self._window = max(LEAST, self._window // 2)

    def _drop(self, ids: set[UUID]) -> None:
        if ids:
            kept = ((provider, [one for one in rows if one.id not in ids]) for provider, rows in self._held.items())
            self._held = {provider: rows for provider, rows in kept if rows}


def _order(one: Claimed) -> tuple[int, datetime, UUID]:
    """Most urgent first."""
    return one.priority, one.due_at, one.id
