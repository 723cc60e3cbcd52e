"""When the metronome sends by itself: where no worker shows life, and never beyond what a provider takes.

something of the queue was started just now    a worker drains it: leave all of it
its rows wait on the wire of one provider      leave that provider, as long as a send may take
leases that nobody gave or renewed lately      nobody is there any more: they count for nothing
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from crisis.domain import provider

#: A lease that is younger shows a process that lives: a drain renews its own every 5 s.
ALIVE = timedelta(seconds=6)

#: A send has ended by then, one way or the other; a wire that takes nothing for longer carries nothing.
_SLOWEST = timedelta(seconds=10)


class Hold(NamedTuple):
    """What other processes hold of one provider, under leases that were given or renewed lately."""

    provider: str
    rows: int
    started_at: datetime | None  # the newest attempt among them


def shut(holds: Iterable[Hold], now: datetime, connections: Callable[[str], int]) -> set[str]:
    """The providers that others fill: nothing more can go there, whoever sends it.

    Args:
        connections: how many sends a provider takes at once, of all our processes together.
    """
    return {one.provider for one in holds if _since(one, now) < _SLOWEST and _fills(one, connections)}


def _fills(hold: Hold, connections: Callable[[str], int]) -> bool:
    """One connection to a mail host carries several mails, so each row may be on one of its own."""
    return hold.provider == provider.MAIL or hold.rows >= connections(hold.provider)


def _since(hold: Hold, now: datetime) -> timedelta:
    return now - hold.started_at if hold.started_at is not None else timedelta.max
