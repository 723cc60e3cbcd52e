"""Attempts: written before the wire is touched, filled once with the result, never touched again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import Claimed, Ended, Lost, Started
from crisis.store import bulk, changes, keys
from crisis.store.models import Alert, Attempt
from crisis.store.types import UtcTime


def begin(session: Session, claimed: Sequence[Claimed], *, owner: str, now: datetime) -> list[Started]:
    """Write the row of an attempt for each alert that was just started."""
    started = [Started(one, keys.new()) for one in claimed]
    bulk.insert(
        session,
        Attempt,
        [
            {
                "id": one.attempt_id,
                "alert_id": one.claimed.id,
                "number": one.claimed.attempts + 1,
                "fence": one.claimed.fence,
                "owner": owner,
                "started_at": now,
            }
            for one in started
        ],
    )
    return started


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of results: those that moved their alert, and those that came after their lease had gone."""

    moved: list[Ended]
    late: list[Ended]


def finish(session: Session, ended: Sequence[Ended]) -> Finished:
    """Write results. One with an old fence is kept with its attempt and moves nothing: another holds the alert."""
    if not ended:
        return Finished([], [])
    changes.apply(session, Attempt, [_filled(one) for one in ended], only=Attempt.outcome.is_(None))
    held = changes.apply(
        session,
        Alert,
        [_moved(one) for one in ended],
        only=Alert.state == alert.State.STARTED.value,
        also=("fence",),
        cleared=("lease_until", "owner"),
    )
    moved = [one for one in ended if one.claimed.id in held]
    _mark(session, [one.claimed.id for one in moved if one.outcome is alert.Outcome.UNKNOWN])
    late = [one for one in ended if one.claimed.id not in held]
    if late:
        _keep_late(session, late)
    return Finished(moved, late)


def _mark(session: Session, unknown: Sequence[UUID]) -> None:
    """These may have arrived, and are sent again or given up: a copy may be one too many."""
    if unknown:
        marked = sa.update(Alert).where(Alert.id.in_(unknown)).values(possible_repeat=True)
        session.execute(marked.execution_options(synchronize_session=False))


def _filled(one: Ended) -> dict[str, Any]:
    return {
        "id": one.started.attempt_id,
        "finished_at": one.finished_at,
        "outcome": one.outcome.value,
        "code": one.code,
        "remote_id": one.remote_id,
        "detail": one.detail,
        "size": one.size,
        "sha256": one.sha256,
    }


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


def _keep_late(session: Session, late: Iterable[Ended]) -> None:
    """What an attempt said after it had been written down as unknown; the same result told twice is none."""
    changes.apply(
        session,
        Attempt,
        [
            {
                "id": one.started.attempt_id,
                "late_outcome": one.outcome.value,
                "late_detail": one.detail,
                "late_at": one.finished_at,
            }
            for one in late
        ],
        only=sa.and_(Attempt.outcome == alert.Outcome.UNKNOWN.value, Attempt.late_outcome.is_(None)),
    )


def lose_expired(session: Session, queue: alert.Queue, *, now: datetime, limit: int, cap: int) -> list[Lost]:
    """Turn started attempts with an expired lease into unknown, or failed where ``cap`` tries are used up."""
    expired = (
        sa.select(Alert.id)
        .where(
            Alert.queue == queue.value,
            Alert.state == alert.State.STARTED.value,
            Alert.lease_until <= now,
        )
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        expired = expired.with_for_update(skip_locked=True)
    spent = Alert.attempts >= cap
    statement = (
        sa.update(Alert)
        .where(Alert.id.in_(expired))
        .values(
            state=sa.case((spent, alert.State.FAILED.value), else_=alert.State.UNKNOWN.value),
            ended_at=sa.case((spent, sa.literal(now, UtcTime())), else_=None),
            detail="no result before the lease ran out: it may have arrived",
            possible_repeat=True,
            due_at=now,
            owner=None,
            lease_until=None,
            fence=Alert.fence + 1,
        )
        .returning(Alert.id, Alert.incident_id, Alert.notice_id, Alert.attempts)
        .execution_options(synchronize_session=False)
    )
    lost = [Lost(*row) for row in session.execute(statement)]
    if lost:
        session.execute(
            sa.update(Attempt)
            .where(Attempt.alert_id.in_([one.alert_id for one in lost]), Attempt.outcome.is_(None))
            .values(
                outcome=alert.Outcome.UNKNOWN.value,
                finished_at=now,
                detail="no result before the lease ran out",
            )
            .execution_options(synchronize_session=False)
        )
    return lost
