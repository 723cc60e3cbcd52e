"""What is said of an alert after it was accepted: receipts in their order, and the one that decides.

    queued ─▶ sending ─▶ sent ─▶ trying ─▶ delivered · failed

They come in any order, twice, and before we have written down that the alert was accepted. What an
alert is follows from all of its receipts together, never from the one that came last.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from crisis.domain import alert
from crisis.domain.evidence import Kind


class Status(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    TRYING = "trying"  # their host could not yet, and goes on
    DELIVERED = "delivered"
    FAILED = "failed"


RANK = {one: rank for rank, one in enumerate((Status.QUEUED, Status.SENDING, Status.SENT, Status.TRYING))}
_LAST = len(RANK)

#: These say how it ended; all others change nothing but what is shown.
DECIDING = frozenset({Status.DELIVERED, Status.FAILED})

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Receipt:
    """One thing said about one alert.

    ``source`` is who says it (``mail``, ``twilio``, ``signed``), ``about`` the id by which it knows the
    alert: ours, or the one that it gave. ``said_at`` is its own time (UTC), where it gives one.
    """

    source: str
    about: str
    status: Status
    code: str = ""
    detail: str = ""
    said_at: datetime | None = None

    @property
    def key(self) -> str:
        """The same for the same thing said twice, hexadecimal."""
        at = self.said_at.isoformat() if self.said_at else ""
        return hashlib.sha256("\n".join((self.source, self.about, self.status, self.code, at)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """The part of a receipt that decides."""

    source: str
    status: Status
    code: str
    said_at: datetime | None


def decisive(receipts: Iterable[Kept]) -> Kept | None:
    """The receipt that holds among all of an alert, in whatever order they came; ``None`` while none says the end.

    A later status beats an earlier one; of two ends the newer by the other side's own clock; where
    there is none, failed: the ladder going on costs a message, a platform thought to be told costs the hour.
    """
    return max((one for one in receipts if one.status in DECIDING), key=_weight, default=None)


def event(held: Kept) -> alert.Event:
    """What it does to the alert."""
    return alert.Event.DELIVER if held.status is Status.DELIVERED else alert.Event.FAIL


def evidence(source: str) -> Kind:
    """The kind of evidence that a delivery told by this source is."""
    return Kind.DELIVERY_REPORT if source == "mail" else Kind.PROVIDER_RECEIPT


def _weight(one: Kept) -> tuple[int, datetime, bool, str, str]:
    rank = RANK.get(one.status, _LAST)
    return rank, one.said_at or _LONG_AGO, one.status is Status.FAILED, one.code, one.source
