"""What one flush of a drain tells the record, and which failures it tells the officers."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from crisis.domain import alert, key_text, records
from crisis.domain.delivery import Claimed, Ended, Lost
from crisis.store import records as record
from crisis.store.types import Canonical

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
        self._told: dict[UUID, dict[records.Kind, list[str]]] = {}  # each alert as JSON: a flush has hundreds
        self.registry: list[record.Fact] = []

    def results(self, moved: Sequence[Ended]) -> None:
        """Results that moved their alert."""
        about, told = None, list[str]()
        for one in moved:
            claimed = one.started.claimed
            if claimed.incident_id is None:
                continue
            if about != (claimed.incident_id.int, one.state):  # as most are
                about, told = (claimed.incident_id.int, one.state), self._of(claimed.incident_id, _KINDS[one.state])
            told.append(_entry(claimed.id, one.finished_at))

    def lost(self, lost: Sequence[Lost]) -> None:
        """Attempts whose lease ran out."""
        for one in lost:
            state = alert.State.FAILED if one.is_given_up else alert.State.UNKNOWN
            self._add(one.incident_id, _KINDS[state], one.alert_id, self._now)

    def cancelled(self, cancelled: Sequence[Claimed]) -> None:
        """Alerts that nobody needed any more when they were claimed."""
        for one in cancelled:
            self._add(one.incident_id, records.Kind.ALERTS_CANCELLED, one.id, self._now)

    def by_stream(self) -> Iterator[tuple[str, Sequence[record.Fact | record.Told]]]:
        """Stream after stream in one order, so that no two flushes wait for each other in a ring."""
        for incident_id in sorted(self._told):
            told = self._told[incident_id].items()
            yield str(incident_id), [record.Told(kind, "desk", self._now, _body(ones)) for kind, ones in told]
        if self.registry:
            yield record.REGISTRY, self.registry

    def _add(self, incident_id: UUID | None, kind: records.Kind, alert_id: UUID, at: datetime) -> None:
        if incident_id is not None:
            self._of(incident_id, kind).append(_entry(alert_id, at))

    def _of(self, incident_id: UUID, kind: records.Kind) -> list[str]:
        return self._told.setdefault(incident_id, {}).setdefault(kind, [])


def _entry(alert_id: UUID, at: datetime) -> str:
    return f'["{key_text.kept(alert_id)}","{record.moment(at)}"]'


def _body(entries: Iterable[str]) -> Canonical:
    return Canonical(f'{{"alerts":[{",".join(entries)}]}}')


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
