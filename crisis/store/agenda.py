"""What the desk has before it: open incidents, the last closed ones, and what fires next."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import incident, notice
from crisis.store.models import Incident, Notice, Timer

Row = sa.Row[*tuple[Any, ...]]


def open_refs(session: Session, *, exercises: bool) -> list[str]:
    """The references of declared incidents, newest first."""
    purpose = Incident.purpose == incident.Purpose.EXERCISE.value
    query = (
        sa.select(Incident.ref)
        .where(Incident.state == incident.State.DECLARED.value, purpose if exercises else ~purpose)
        .order_by(Incident.declared_at.desc())
    )
    return list(session.scalars(query))


def ended_refs(session: Session, *, limit: int) -> list[str]:
    """The references of incidents and exercises that were ended, the last one first."""
    ended = (incident.State.STOOD_DOWN.value, incident.State.CLOSED.value, incident.State.CANCELLED.value)
    at = sa.func.coalesce(Incident.stood_down_at, Incident.declared_at)
    query = sa.select(Incident.ref).where(Incident.state.in_(ended)).order_by(at.desc()).limit(limit)
    return list(session.scalars(query))


def due_next(session: Session, *, limit: int) -> Sequence[Row]:
    """What the ladders do next: ``ref, action, due_at, how_many`` platforms, soonest first; not for whom it is over."""
    query = (
        sa.select(Incident.ref, Timer.action, Timer.due_at, sa.func.count().label("how_many"))
        .join(Notice, Notice.id == Timer.notice_id)
        .join(Incident, Incident.id == Notice.incident_id)
        .where(
            Timer.state == "armed",
            Incident.state == incident.State.DECLARED.value,
            Notice.state.not_in([state.value for state in notice.FINISHED]),
        )
        .group_by(Incident.ref, Timer.action, Timer.due_at)
        .order_by(Timer.due_at, Incident.ref, Timer.action)
        .limit(limit)
    )
    return session.execute(query).all()


def how_many_ended(session: Session) -> int:
    ended = (incident.State.STOOD_DOWN.value, incident.State.CLOSED.value, incident.State.CANCELLED.value)
    return session.scalar(sa.select(sa.func.count()).select_from(Incident).where(Incident.state.in_(ended))) or 0
