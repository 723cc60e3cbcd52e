"""Alerts as a queue: claimed under a lease, fenced, freed, cancelled, resumed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store.models import Alert, Message

#: A claim holds this long unless a flush renews it; then the rows go to the next worker.
LEASE = timedelta(seconds=15)

_DUE_STATES = (alert.State.PLANNED, alert.State.WAITING_RETRY, alert.State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that this worker holds: everything that sending needs, and nothing that changes."""

    id: UUID
    fence: int
    incident_id: UUID
    notice_id: UUID | None
    contact_id: UUID | None
    message_id: UUID
    link_id: UUID | None
    reply_to_id: UUID | None
    purpose: str
    channel: str
    address: str
    contact_name: str
    slots: Mapping[str, str]
    planned_at: datetime
    attempts: int


_CLAIMED_COLUMNS = (
    Alert.id,
    Alert.fence,
    Alert.incident_id,
    Alert.notice_id,
    Alert.contact_id,
    Alert.message_id,
    Alert.link_id,
    Alert.reply_to_id,
    Alert.purpose,
    Alert.channel,
    Alert.address,
    Alert.contact_name,
    Alert.slots,
    Alert.planned_at,
    Alert.attempts,
)


def claim(
    session: Session,
    queue: alert.Queue,
    *,
    owner: str,
    now: datetime,
    limit: int,
    overdue_by: timedelta = timedelta(0),
) -> list[Claimed]:
    """Take up to ``limit`` due alerts under a lease, most urgent first; nobody else gets them meanwhile."""
    due = (
        sa.select(Alert.id)
        .where(
            Alert.queue == queue.value,
            sa.or_(
                sa.and_(Alert.state.in_([state.value for state in _DUE_STATES]), Alert.due_at <= now - overdue_by),
                sa.and_(Alert.state == alert.State.CLAIMED.value, Alert.lease_until <= now),
            ),
        )
        .order_by(Alert.priority, Alert.due_at, Alert.id)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    statement = (
        sa.update(Alert)
        .where(Alert.id.in_(due))
        .values(state=alert.State.CLAIMED.value, owner=owner, fence=Alert.fence + 1, lease_until=now + LEASE)
        .returning(*_CLAIMED_COLUMNS, Alert.priority, Alert.due_at)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: (row.priority, row.due_at, row.id))
    return [Claimed(*row[: len(_CLAIMED_COLUMNS)]) for row in rows]


def free_earlier_boots(session: Session, *, node: str, boot: str, now: datetime) -> int:
    """Give back what processes of earlier boots of ``node`` still hold; a worker calls it when it starts.

    What was claimed is planned again; what was started has its lease ended, so that the next claim
    takes it as unknown. Returns how many rows that were.
    """
    held = sa.and_(Alert.owner.startswith(f"{node}/", autoescape=True), Alert.owner.not_like(f"{node}/{boot}/%"))
    claimed = session.execute(
        sa.update(Alert)
        .where(held, Alert.state == alert.State.CLAIMED.value)
        .values(state=alert.State.PLANNED.value, owner=None, lease_until=None, fence=Alert.fence + 1)
        .execution_options(synchronize_session=False)
    )
    started = session.execute(
        sa.update(Alert)
        .where(held, Alert.state == alert.State.STARTED.value)
        .values(lease_until=now)
        .execution_options(synchronize_session=False)
    )
    return int(claimed.rowcount + started.rowcount)  # type: ignore[attr-defined]


def due_queues(session: Session, now: datetime) -> list[alert.Queue]:
    """The queues in which something waits to be sent or taken over."""
    query = (
        sa.select(Alert.queue)
        .where(
            sa.or_(
                sa.and_(Alert.state.in_([state.value for state in _DUE_STATES]), Alert.due_at <= now),
                sa.and_(
                    Alert.state.in_([alert.State.CLAIMED.value, alert.State.STARTED.value]), Alert.lease_until <= now
                ),
            )
        )
        .distinct()
    )
    return [alert.Queue(name) for name in session.scalars(query)]


def cancel(session: Session, *where: sa.ColumnElement[bool], now: datetime) -> list[UUID]:
    """Cancel what is not on the wire yet among the alerts that fit ``where``; returns their ids."""
    unsent = [state.value for state in (*_DUE_STATES, alert.State.CLAIMED)]
    statement = (
        sa.update(Alert)
        .where(Alert.state.in_(unsent), *where)
        .values(state=alert.State.CANCELLED.value, ended_at=now, fence=Alert.fence + 1, lease_until=None)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def cancel_for_notice(
    session: Session, notice_id: UUID, purposes: Iterable[alert.Purpose], *, now: datetime
) -> list[UUID]:
    """Cancel one notice's unsent alerts of these purposes, as when somebody has answered."""
    return cancel(
        session, Alert.notice_id == notice_id, Alert.purpose.in_([purpose.value for purpose in purposes]), now=now
    )


def cancel_for_incident(session: Session, incident_id: UUID, *, now: datetime) -> list[UUID]:
    """Cancel an incident's unsent alerts to platforms; corrections and messages to officers go on."""
    kept = [alert.Purpose.CORRECTION.value, alert.Purpose.OFFICER.value, alert.Purpose.STAND_DOWN.value]
    return cancel(session, Alert.incident_id == incident_id, Alert.purpose.not_in(kept), now=now)


def resume(session: Session, incident_id: UUID, *, cancelled_at: datetime, now: datetime) -> list[UUID]:
    """Plan again what an incident's stand-down had cancelled at one moment; returns the ids."""
    statement = (
        sa.update(Alert)
        .where(
            Alert.incident_id == incident_id,
            Alert.state == alert.State.CANCELLED.value,
            Alert.ended_at == cancelled_at,
        )
        .values(state=alert.State.PLANNED.value, ended_at=None, due_at=now)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def messages(session: Session, ids: Iterable[UUID]) -> dict[UUID, Message]:
    """The messages with these ids."""
    query = sa.select(Message).where(Message.id.in_(set(ids)))
    return {message.id: message for message in session.scalars(query)}


def contacts_tried(session: Session, notice_id: UUID) -> set[UUID]:
    """The contacts of a platform to whom an alert of this notice was planned."""
    query = sa.select(Alert.contact_id).where(Alert.notice_id == notice_id, Alert.contact_id.is_not(None)).distinct()
    return {contact_id for contact_id in session.scalars(query) if contact_id is not None}
