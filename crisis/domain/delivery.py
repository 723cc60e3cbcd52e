"""An alert on its way out, as values: taken from the queue, ended with a result, or lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from crisis.domain import alert, retry

#: A claim holds this long unless a flush renews it; then the rows go to the next worker.
LEASE = timedelta(seconds=15)


class Claimed(NamedTuple):
    """An alert that one worker holds: everything that sending needs, and nothing that changes.

    ``fence`` is that of this claim: a result with an older one changes nothing. ``attempts`` counts
    those started before this claim.
    """

    id: UUID
    fence: int
    incident_id: UUID | None  # none for a probe
    notice_id: UUID | None
    endpoint_id: UUID | None
    message_id: UUID
    link_id: UUID | None
    reply_to_id: UUID | None
    purpose: str
    channel: str
    provider: str
    address: str
    slots: Mapping[str, str]
    planned_at: datetime
    priority: int
    due_at: datetime
    attempts: int


class Started(NamedTuple):
    """One attempt that is written down as started: from ``at`` on it may be on the wire."""

    claimed: Claimed
    at: datetime

    @property
    def number(self) -> int:
        """Which try of the alert it is, from 1."""
        return self.claimed.attempts + 1


class Ended(NamedTuple):
    """How one attempt ended, and what becomes of its alert."""

    started: Started
    outcome: alert.Outcome
    state: alert.State
    finished_at: datetime
    due_at: datetime | None  # of the next try, where there is one
    detail: str
    size: int | None = None
    sha256: str | None = None
    code: int | None = None
    remote_id: str | None = None
    evidence: str | None = None

    @property
    def claimed(self) -> Claimed:
        """The alert as it was claimed."""
        return self.started.claimed


@dataclass(frozen=True, slots=True)
class Taken:
    """What a claim gave: rows that are held now, and others that it found needless and cancelled."""

    held: list[Claimed]
    cancelled: list[Claimed]

    @property
    def count(self) -> int:
        """Rows that left the queue."""
        return len(self.held) + len(self.cancelled)


@dataclass(frozen=True, slots=True)
class Lost:
    """A started attempt whose lease ran out without a result: nobody knows whether it arrived."""

    alert_id: UUID
    incident_id: UUID | None
    notice_id: UUID | None
    attempts: int

    @property
    def is_given_up(self) -> bool:
        """Whether it was the last try; otherwise it is sent again."""
        return self.attempts >= retry.CAP
