"""Deliver what is due on one queue: claim under a lease, send, record the outcome, until nothing is left.

    one flush, one commit:   results of the last group  +  next claim  +  attempts started of the next group
    then, outside of it:     the group goes on the wire

A group that takes long is flushed in parts. Whatever dies in between leaves at most one group
without a result; its lease runs out and the next claim takes it as unknown, with the same message
id, marked as a possible repeat.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import SimpleQueue
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import alert, records, retry
from crisis.notify import rendering
from crisis.notify.sender import Envelope, Inbox, Result, Sender
from crisis.store import alerts, attempts, db, timers
from crisis.store import records as record
from crisis.store.clock import Clock

#: Rows put on the wire together: what a crash can leave without a result.
GROUP = {alert.Queue.MAIL: 100, alert.Queue.OTHER: 32}

#: A drain ends itself after this, well below the time limit of its task; the next ring goes on.
_BUDGET_SECONDS = 20.0

#: How long a result may wait for its flush while the rest of its group is still on the wire.
_FLUSH_SECONDS = 0.5

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
    ended: list[attempts.Ended] = []
    attempted = 0
    while True:
        stop = time.monotonic() >= ends
        now = room.clock.now()
        with db.transaction() as session:
            facts = _record_results(session, ended, now=now)
            group = [] if stop else _take(session, queue, room=room, overdue_by=overdue_by, facts=facts, now=now)
            templates.learn(alerts.messages(session, templates.missing(one.message_id for one in group)))
            _append(session, facts, now=now)
        if not group:
            return Drained(attempted, more=stop)
        attempted += len(group)
        ended = _send_all(group, room=room, templates=templates, started_at=now)


def _send_all(
    group: Sequence[alerts.Claimed], *, room: Room, templates: rendering.Templates, started_at: datetime
) -> list[attempts.Ended]:
    """Put a group on the wire; while that takes long, results are flushed and the lease of the rest renewed.

    Returns:
        The results that no flush has written yet.
    """
    waiting = {one.id: one for one in group}
    ended: list[attempts.Ended] = []
    flushed = time.monotonic()
    for one in _send(group, senders=room.senders, templates=templates, started_at=started_at):
        del waiting[one.claimed.id]
        ended.append(one)
        if time.monotonic() - flushed >= _FLUSH_SECONDS:
            now = room.clock.now()
            with db.transaction() as session:
                facts = _record_results(session, ended, now=now)
                attempts.renew(session, waiting, owner=room.owner, now=now)
                _append(session, facts, now=now)
            ended, flushed = [], time.monotonic()
    return ended


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
) -> Iterator[attempts.Ended]:
    """Each result as it comes; every alert gets one."""
    began = time.monotonic()
    claimed = {one.id: one for one in group}
    by_channel: dict[alert.Channel, list[Envelope]] = {}
    for one in group:
        by_channel.setdefault(alert.Channel(one.channel), []).append(templates.envelope(one, started_at=started_at))
    inbox: Inbox = SimpleQueue()
    called_at = {}
    for channel, envelopes in by_channel.items():
        called_at[channel] = started_at + timedelta(seconds=time.monotonic() - began)
        senders[channel].submit(envelopes, inbox)
    for _ in group:
        alert_id, result = inbox.get()
        one = claimed[alert_id]
        yield _ended(one, result, called_at[alert.Channel(one.channel)])


def _ended(claimed: alerts.Claimed, result: Result, called_at: datetime) -> attempts.Ended:
    finished_at = called_at + result.finished_after
    following = retry.after(result.outcome, alert.Channel(claimed.channel), claimed.attempts + 1)
    state = alert.advance(alert.State.STARTED, following.event)
    again = state in (alert.State.WAITING_RETRY, alert.State.UNKNOWN)
    return attempts.Ended(
        claimed=claimed,
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
    session: Session, ended: Sequence[attempts.Ended], *, now: datetime
) -> dict[UUID, list[record.Fact]]:
    """Write results; the facts of each incident, to be appended last."""
    rows: dict[tuple[UUID, alert.State], list[list[str]]] = {}
    failed: list[tuple[UUID, UUID | None]] = []
    for one in attempts.finish(session, ended):
        about = one.claimed
        rows.setdefault((about.incident_id, one.state), []).append([str(about.id), record.moment(one.finished_at)])
        if one.state is alert.State.FAILED:
            failed.append((about.incident_id, about.notice_id))
    _arm_failures(session, failed, now=now)
    facts: dict[UUID, list[record.Fact]] = {}
    for (incident_id, state), entries in rows.items():
        facts.setdefault(incident_id, []).append(record.Fact(_KINDS[state], "desk", now, {"alerts": entries}))
    return facts


def _append(session: Session, facts: Mapping[UUID, Sequence[record.Fact]], *, now: datetime) -> None:
    """The last statements of a flush; incident after incident in one order, so that no two flushes wait in a ring."""
    for incident_id in sorted(facts):
        record.append(session, str(incident_id), facts[incident_id], now=now)


def _tell_lost(
    session: Session, lost: Sequence[attempts.Lost], facts: dict[UUID, list[record.Fact]], *, now: datetime
) -> None:
    for one in lost:
        if one.incident_id is None:
            continue
        spent = one.attempts >= retry.CAP
        kind = records.Kind.ALERTS_FAILED if spent else records.Kind.ALERTS_UNKNOWN
        entry = [str(one.alert_id), record.moment(now)]
        facts.setdefault(one.incident_id, []).append(record.Fact(kind, "desk", now, {"alerts": [entry]}))
    _arm_failures(
        session,
        [(one.incident_id, one.notice_id) for one in lost if one.incident_id and one.attempts >= retry.CAP],
        now=now,
    )


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
