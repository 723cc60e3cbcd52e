"""What one flush of a drain tells the record, and which failures it tells the officers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crisis.domain import alert, records
from crisis.domain.delivery import Claimed, Ended, Lost
from crisis.store import records as record

#: An officer hears of failures of one moment in one message.
_TELL_AFTER = timedelta(seconds=3)

_KINDS = {
    alert.State.ACCEPTED: records.Kind.ALERTS_ACCEPTED,
    alert.State.FAILED: records.Kind.ALERTS_FAILED,
    alert.State.WAITING_RETRY: records.Kind.ALERTS_RETRY,
    alert.State.UNKNOWN: records.Kind.ALERTS_UNKNOWN,
}


class DeliveryFacts:
    """What happened in one flush, by incident; a probe belongs to none, and to no record."""

    def __init__(self, now: datetime) -> None:
        self._now = now
        self._entries: dict[tuple[UUID, records.Kind], list[list[str]]] = {}
        self.registry: list[record.Fact] = []

    def results(self, moved: Sequence[Ended]) -> None:
        """Results that moved their alert."""
        for one in moved:
            self._add(one.claimed.incident_id, _KINDS[one.state], one.claimed.id, one.finished_at)

    def lost(self, lost: Sequence[Lost]) -> None:
        """Attempts whose lease ran out."""
        for one in lost:
            state = alert.State.FAILED if one.is_given_up else alert.State.UNKNOWN
            self._add(one.incident_id, _KINDS[state], one.alert_id, self._now)

    def cancelled(self, cancelled: Sequence[Claimed]) -> None:
        """Alerts that nobody needed any more when they were claimed."""
        for one in cancelled:
            self._add(one.incident_id, records.Kind.ALERTS_CANCELLED, one.id, self._now)

    def by_stream(self) -> Iterator[tuple[str, list[record.Fact]]]:
        """Stream after stream in one order, so that no two flushes wait for each other in a ring."""
        by_incident: dict[UUID, list[record.Fact]] = {}
        for (incident_id, kind), entries in self._entries.items():
            by_incident.setdefault(incident_id, []).append(record.Fact(kind, "desk", self._now, {"alerts": entries}))
        for incident_id in sorted(by_incident):
            yield str(incident_id), by_incident[incident_id]
        if self.registry:
            yield record.REGISTRY, self.registry

    def _add(self, incident_id: UUID | None, kind: records.Kind, alert_id: UUID, at: datetime) -> None:
        if incident_id is not None:
            self._entries.setdefault((incident_id, kind), []).append([str(alert_id), record.moment(at)])


def failures(failed: Iterable[tuple[UUID, UUID]], *, now: datetime) -> list[dict[str, Any]]:
    """Timers by which the officer hears of the first failure of each (incident, notice); the page shows every one."""
    return [
        {
            "incident_id": incident_id,
            "notice_id": notice_id,
            "ladder": "failure",
            "step": 0,
            "action": "tell_failed",
            "starts_at": now,
            "due_at": now + _TELL_AFTER,
        }
        for incident_id, notice_id in failed
    ]
