"""Attempts: each written once, with its result; until then its alert says that it has started."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import Ended, Lost
from crisis.store import alerts, bulk, changes, keys
from crisis.store.models import Alert, Attempt
from crisis.store.types import UtcTime

#: By these words of ours, attempts whose lease ran out are told from those that lost their connection.
LEASE_RAN_OUT = "no result before the lease ran out"


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of results: those that moved their alert, and those that came after their lease had gone."""

    moved: list[Ended]
    late: list[Ended]


def finish(session: Session, ended: Sequence[Ended]) -> Finished:
    """Write results. One with an old fence is kept with its attempt and moves nothing: another holds the alert."""
    if not ended:
        return Finished([], [])
    held = changes.apply(
        session,
        Alert,
        [_moved(one) for one in ended],
        only=Alert.state == alert.State.STARTED.value,
        also=("fence",),
        cleared=("lease_until", "owner", "started_at"),
    )
    moved = [one for one in ended if one.claimed.id in held]
    bulk.write(session, Attempt, _COLUMNS, map(_row, moved))
    _mark(session, [one.claimed.id for one in moved if one.outcome is alert.Outcome.UNKNOWN])
    late = [one for one in ended if one.claimed.id not in held]
    for one in late:
        _keep_late(session, one)
    return Finished(moved, late)


def _mark(session: Session, unknown: Sequence[UUID]) -> None:
    """These may have arrived, and are sent again or given up: a copy may be one too many."""
    if unknown:
        marked = sa.update(Alert).where(Alert.id.in_(unknown)).values(possible_repeat=True)
        session.execute(marked.execution_options(synchronize_session=False))


_COLUMNS = (
    *("id", "alert_id", "number", "fence", "owner", "started_at"),
    *("finished_at", "outcome", "code", "remote_id", "detail", "size", "sha256"),
)


def _row(one: Ended) -> tuple[Any, ...]:
    started, claimed = one.started, one.started.claimed
    return (
        *(keys.new(), claimed.id, started.number, claimed.fence, one.owner, started.at),
        *(one.finished_at, one.outcome.value, one.code, one.remote_id, one.detail, one.size, one.sha256),
    )


def _moved(one: Ended) -> dict[str, Any]:
    accepted = one.state is alert.State.ACCEPTED
    return {
        "id": one.claimed.id,
        "fence": one.claimed.fence,
        "state": one.state.value,
        "due_at": one.due_at or one.claimed.due_at,
        "accepted_at": one.finished_at if accepted else None,
        "evidence": one.evidence if accepted else None,
        "remote_id": one.remote_id,
        "ended_at": None if one.due_at else one.finished_at,
        "detail": one.detail,
    }


def _keep_late(session: Session, one: Ended) -> None:
    """What an attempt said after it had been written down as unknown; the same result told twice is none."""
    claimed = one.claimed
    session.execute(
        sa.update(Attempt)
        .where(
            Attempt.alert_id == claimed.id,
            Attempt.number == one.started.number,
            Attempt.fence == claimed.fence,
            Attempt.outcome == alert.Outcome.UNKNOWN.value,
            Attempt.late_outcome.is_(None),
        )
        .values(late_outcome=one.outcome.value, late_detail=one.detail, late_at=one.finished_at)
        .execution_options(synchronize_session=False)
    )


def lose_expired(session: Session, queue: alert.Queue, *, now: datetime, limit: int, cap: int) -> list[Lost]:
    """Take back what others hold by a lease that ran out: claimed alerts are planned again, started ones are lost.

    Lost ones have an attempt that is unknown, and fail where ``cap`` tries are used up.
    """
    columns = (Alert.id, Alert.incident_id, Alert.notice_id, Alert.state)
    expired = (
        sa.select(*columns, Alert.attempts, Alert.fence, Alert.owner, Alert.started_at)
        .where(
            Alert.ended_at.is_(None),
            Alert.queue == queue.value,
            Alert.state.in_([alert.State.CLAIMED.value, alert.State.STARTED.value]),
            Alert.lease_until <= now,
        )
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        expired = expired.with_for_update(skip_locked=True)
    found = session.execute(expired).all()
    alerts.give_back(session, [row.id for row in found if row.state == alert.State.CLAIMED.value])
    lost = [row for row in found if row.state == alert.State.STARTED.value]
    if lost:
        _lose(session, [row.id for row in lost], now=now, cap=cap)
        same = {"finished_at": now, "outcome": alert.Outcome.UNKNOWN.value, "detail": LEASE_RAN_OUT}
        names = ("id", "alert_id", "number", "fence", "owner", "started_at")
        rows = ((keys.new(), row.id, row.attempts, row.fence, row.owner or "", row.started_at or now) for row in lost)
        bulk.write(session, Attempt, names, rows, same=same)
    return [Lost(row.id, row.incident_id, row.notice_id, row.attempts) for row in lost]


def _lose(session: Session, ids: Iterable[UUID], *, now: datetime, cap: int) -> None:
    spent = Alert.attempts >= cap
    session.execute(
        sa.update(Alert)
        .where(Alert.id.in_(ids))
        .values(
            state=sa.case((spent, alert.State.FAILED.value), else_=alert.State.UNKNOWN.value),
            ended_at=sa.case((spent, sa.literal(now, UtcTime())), else_=None),
            detail=f"{LEASE_RAN_OUT}: it may have arrived",
            possible_repeat=True,
            due_at=now,
            owner=None,
            lease_until=None,
            started_at=None,
            fence=Alert.fence + 1,
        )
        .execution_options(synchronize_session=False)
    )
