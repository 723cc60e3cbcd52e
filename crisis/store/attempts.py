"""Attempts: written before the wire is touched, filled once with the result, never touched again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store import bulk, keys
from crisis.store.alerts import LEASE, Claimed
from crisis.store.models import Alert, Attempt, Base
from crisis.store.types import UtcTime


@dataclass(frozen=True, slots=True)
class Ended:
    """How one attempt ended, and what becomes of its alert."""

    claimed: Claimed
    outcome: alert.Outcome
    state: alert.State
    finished_at: datetime
    due_at: datetime | None  # of the next try, where there is one
    detail: str
    size: int | None
    sha256: str | None


# many rows, each with values of its own: the tables themselves, for the driver's own batches
_ATTEMPT, _ALERT = Base.metadata.tables["attempt"], Base.metadata.tables["alert"]

_FILL = (
    sa.update(_ATTEMPT)
    .where(
        _ATTEMPT.c.alert_id == sa.bindparam("b_alert"),
        _ATTEMPT.c.fence == sa.bindparam("b_fence"),
        _ATTEMPT.c.outcome.is_(None),
    )
    .values(
        finished_at=sa.bindparam("b_finished"),
        outcome=sa.bindparam("b_outcome"),
        detail=sa.bindparam("b_detail"),
        size=sa.bindparam("b_size"),
        sha256=sa.bindparam("b_sha256"),
    )
)
_MOVE = (
    sa.update(_ALERT)
    .where(_ALERT.c.id == sa.bindparam("b_id"))
    .values(
        state=sa.bindparam("b_state"),
        due_at=sa.func.coalesce(sa.bindparam("b_due", type_=_ALERT.c.due_at.type), _ALERT.c.due_at),
        accepted_at=sa.bindparam("b_accepted"),
        ended_at=sa.bindparam("b_ended"),
        detail=sa.bindparam("b_detail"),
        lease_until=None,
        owner=None,
    )
)


def start(session: Session, claimed: Sequence[Claimed], *, owner: str, now: datetime) -> list[Claimed]:
    """Mark as started those still held, with an attempt row each, and renew their lease; returns them.

    What was cancelled or taken over since the claim is left out: it must not be sent.
    """
    if not claimed:
        return []
    fences = {one.id: one.fence for one in claimed}
    statement = (
        sa.update(Alert)
        .where(Alert.id.in_(list(fences)), Alert.state == alert.State.CLAIMED.value, Alert.owner == owner)
        .values(
            state=alert.State.STARTED.value,
            lease_until=now + LEASE,
            attempts=Alert.attempts + 1,
            first_attempt_at=sa.func.coalesce(Alert.first_attempt_at, sa.literal(now, UtcTime())),
        )
        .returning(Alert.id, Alert.fence)
        .execution_options(synchronize_session=False)
    )
    held = {alert_id for alert_id, fence in session.execute(statement) if fences[alert_id] == fence}
    started = [one for one in claimed if one.id in held]
    bulk.insert(
        session,
        Attempt,
        [
            {
                "id": keys.new(),
                "alert_id": one.id,
                "number": one.attempts + 1,
                "fence": one.fence,
                "owner": owner,
                "started_at": now,
            }
            for one in started
        ],
    )
    return started


def renew(session: Session, alert_ids: Collection[UUID], *, owner: str, now: datetime) -> None:
    """Hold on to started attempts that are still on the wire for another lease."""
    if alert_ids:
        session.execute(
            sa.update(Alert)
            .where(Alert.id.in_(list(alert_ids)), Alert.state == alert.State.STARTED.value, Alert.owner == owner)
            .values(lease_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )


def finish(session: Session, ended: Sequence[Ended]) -> list[Ended]:
    """Write results; returns those that moved their alert.

    A result with an old fence is kept with its attempt and moves nothing: somebody else holds the alert.
    """
    if not ended:
        return []
    session.connection().execute(
        _FILL,
        [
            {
                "b_alert": one.claimed.id,
                "b_fence": one.claimed.fence,
                "b_finished": one.finished_at,
                "b_outcome": one.outcome.value,
                "b_detail": one.detail,
                "b_size": one.size,
                "b_sha256": one.sha256,
            }
            for one in ended
        ],
    )
    held = _held(session, ended)
    moved = [one for one in ended if (one.claimed.id, one.claimed.fence) in held]
    if moved:
        session.connection().execute(
            _MOVE,
            [
                {
                    "b_id": one.claimed.id,
                    "b_state": one.state.value,
                    "b_due": one.due_at,
                    "b_accepted": one.finished_at if one.state is alert.State.ACCEPTED else None,
                    "b_ended": None if one.due_at else one.finished_at,
                    "b_detail": one.detail,
                }
                for one in moved
            ],
        )
    return moved


def _held(session: Session, ended: Sequence[Ended]) -> set[tuple[UUID, int]]:
    query = sa.select(Alert.id, Alert.fence).where(
        Alert.id.in_([one.claimed.id for one in ended]), Alert.state == alert.State.STARTED.value
    )
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update()
    return set(session.execute(query))


@dataclass(frozen=True, slots=True)
class Lost:
    """A started attempt whose lease ran out without a result: nobody knows whether it arrived."""

    alert_id: UUID
    incident_id: UUID | None
    notice_id: UUID | None
    attempts: int


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
