"""Where the metronome helps: at no provider that other processes fill.

It sends only what no worker tends (``store/holds``). Rows of such a queue may be on a wire nevertheless,
that of a provider which is slow or hangs: it is left alone for as long as a send may take.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from crisis.domain import provider

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
