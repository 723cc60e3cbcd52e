"""Deliver what is due on one queue: claim under a lease, send, record the outcome, until nothing is left.

    one flush, one commit:   results of the last group  +  next claim  +  attempts started of the next group
    then, outside of it:     the group goes on the wire

Whatever dies in between leaves at most one group without a result; its lease runs out and the next
claim takes it as unknown, with the same message id, marked as a possible repeat.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import alert, records, retry
from crisis.notify import rendering
from crisis.notify.sender import Envelope, Result, Sender
from crisis.store import alerts, attempts, db, timers
from crisis.store import records as record
from crisis.store.clock import Clock

#: Rows put on the wire together: what a crash can leave without a result.
GROUP = {alert.Queue.MAIL: 100, alert.Queue.OTHER: 32}

#: A drain ends itself after this, well below the time limit of its task; the next ring goes on.
_BUDGET_SECONDS = 20.0

#: An officer hears of failures of one moment in one message.
_TELL_AFTER = timedelta(seconds=3)


class Room(Protocol):
    """What a sending process was given when it started."""

    settings: Settings
    clock: Clock
    owner: str

    @property
    def senders(self) -> Mapping[alert.Channel, Sender]: ...


@dataclass(frozen=True, slots=True)
class Drained:
    """How many alerts were attempted, and whether the time was up before the queue was empty."""

    attempted: int
    more: bool


def drain(
    queue: alert.Queue, *, room: Room, overdue_by: timedelta = timedelta(0), budget_seconds: float = _BUDGET_SECONDS
) -> Drained:
    """Send what is due on ``queue``, most urgent first.

    Args:
        overdue_by: only what has been due for this long; the metronome's part.

    Never raises for a message that could not be sent: that is an outcome, and it is recorded.
    """
    ends = time.monotonic() + budget_seconds
    templates = rendering.Templates(room.settings)
    group: list[alerts.Claimed] = []
    ended: list[attempts.Ended] = []
    attempted = 0
    while True:
        stop = time.monotonic() >= ends
        now = room.clock.now()
        with db.transaction() as session:
            facts = _record_results(session, group, ended, now=now)
            group = [] if stop else _take(session, queue, room=room, overdue_by=overdue_by, facts=facts, now=now)
            templates.learn(alerts.messages(session, templates.missing(one.message_id for one in group)))
            for incident_id in sorted(facts):
                record.append(session, str(incident_id), facts[incident_id], now=now)
        if not group:
            return Drained(attempted, more=stop)
        attempted += len(group)
        ended = _send(group, senders=room.senders, templates=templates, started_at=now)


def _take(
    session: Session,
    queue: alert.Queue,
    *,
    room: Room,
    overdue_by: timedelta,
    facts: dict[UUID, list[record.Fact]],
    now: datetime,
) -> list[alerts.Claimed]:
    lost = attempts.lose_expired(session, queue, now=now, limit=GROUP[queue], cap=retry.CAP)
    _tell_lost(session, lost, facts, now=now)
    claimed = alerts.claim(session, queue, owner=room.owner, now=now, limit=GROUP[queue], overdue_by=overdue_by)
    return attempts.start(session, claimed, owner=room.owner, now=now)


def _send(
    group: Sequence[alerts.Claimed],
    *,
    senders: Mapping[alert.Channel, Sender],
    templates: rendering.Templates,
    started_at: datetime,
) -> list[attempts.Ended]:
    """Put a group on the wire, channel after channel; every alert gets a result."""
    claimed = {one.id: one for one in group}
    by_channel: dict[alert.Channel, list[Envelope]] = {}
    for one in group:
        by_channel.setdefault(alert.Channel(one.channel), []).append(templates.envelope(one, started_at=started_at))
    return [
        _ended(claimed[alert_id], result, started_at)
        for channel, envelopes in by_channel.items()
        for alert_id, result in senders[channel].send(envelopes)
    ]


def _ended(claimed: alerts.Claimed, result: Result, started_at: datetime) -> attempts.Ended:
    finished_at = started_at + result.finished_after
    following = retry.after(result.outcome, alert.Channel(claimed.channel), claimed.attempts + 1)
    state = alert.advance(alert.State.STARTED, following.event)
    again = state in (alert.State.WAITING_RETRY, alert.State.UNKNOWN)
    return attempts.Ended(
        alert_id=claimed.id,
        fence=claimed.fence,
        outcome=result.outcome,
        state=state,
        finished_at=finished_at,
        due_at=finished_at + following.wait if again else None,
        detail=result.detail,
        size=result.size,
        sha256=result.sha256,
    )


_KINDS = {
    alert.State.ACCEPTED: records.Kind.ALERTS_ACCEPTED,
    alert.State.FAILED: records.Kind.ALERTS_FAILED,
    alert.State.WAITING_RETRY: records.Kind.ALERTS_RETRY,
    alert.State.UNKNOWN: records.Kind.ALERTS_UNKNOWN,
}


def _record_results(
    session: Session, group: Sequence[alerts.Claimed], ended: Sequence[attempts.Ended], *, now: datetime
) -> dict[UUID, list[record.Fact]]:
    """Write the results of the last group; the facts of each incident, to be appended last."""
    claimed = {one.id: one for one in group}
    rows: dict[tuple[UUID, alert.State], list[list[str]]] = {}
    failed: list[alerts.Claimed] = []
    for one in attempts.finish(session, ended):
        owner = claimed[one.alert_id]
        rows.setdefault((owner.incident_id, one.state), []).append([str(one.alert_id), record.moment(one.finished_at)])
        if one.state is alert.State.FAILED:
            failed.append(owner)
    _arm_failures(session, [(one.incident_id, one.notice_id) for one in failed], now=now)
    facts: dict[UUID, list[record.Fact]] = {}
    for (incident_id, state), entries in rows.items():
        facts.setdefault(incident_id, []).append(record.Fact(_KINDS[state], "desk", now, {"alerts": entries}))
    return facts


def _tell_lost(
    session: Session, lost: Sequence[attempts.Lost], facts: dict[UUID, list[record.Fact]], *, now: datetime
) -> None:
    for one in lost:
        spent = one.attempts >= retry.CAP
        kind = records.Kind.ALERTS_FAILED if spent else records.Kind.ALERTS_UNKNOWN
        entry = [str(one.alert_id), record.moment(now)]
        facts.setdefault(one.incident_id, []).append(record.Fact(kind, "desk", now, {"alerts": [entry]}))
    _arm_failures(session, [(one.incident_id, one.notice_id) for one in lost if one.attempts >= retry.CAP], now=now)


def _arm_failures(session: Session, failed: Sequence[tuple[UUID, UUID | None]], *, now: datetime) -> None:
    """The officer hears of the first failure of each platform; the page shows every one."""
    timers.arm_first(
        session,
        [
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
            if notice_id is not None
        ],
    )
