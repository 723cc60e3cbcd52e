"""Officers whom a message about a matter did not reach: whoever is next is told without waiting for them."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, duty
from crisis.store.models import Alert, Matter, Timer, Told
from crisis.store.timers import ARMED


def hurry(session: Session, *, now: datetime) -> int:
    """Make the next step of an officers' ladder due now where the message of its present step failed for good.

    However it failed, on the wire or by a report that came back. Again it changes nothing: the step that
    follows has a message of its own. Returns how many steps are due earlier.
    """
    statement = (
        sa.update(Timer)
        .where(Timer.id.in_(_waiting_for_nobody(session, now)), Timer.state == ARMED)
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def _waiting_for_nobody(session: Session, now: datetime) -> sa.Select[Any]:
    """Armed steps behind a message that failed; it was planned when they were armed and the officer was told."""
    query = (
        sa.select(Timer.id)
        .select_from(Alert)
        .join(Matter, sa.and_(Matter.incident_id == Alert.incident_id, Matter.ended_at.is_(None)))
        .join(Told, sa.and_(Told.matter_id == Matter.id, Told.user_id == Alert.user_id))
        .join(Timer, sa.and_(Timer.notice_id == Matter.notice_id, Timer.starts_at == Told.told_at))
        .where(
            Alert.user_id.is_not(None),
            Alert.state == alert.State.FAILED.value,
            Alert.planned_at == Told.told_at,
            Alert.cause.startswith(sa.literal("officer:") + Matter.reason + ":"),
            Timer.action.in_([one.value for one in duty.Action]),
            Timer.state == ARMED,
            Timer.due_at > now,
        )
    )
    if session.get_bind().dialect.name == "postgresql":
        query = query.with_for_update(of=Timer, skip_locked=True)  # whoever holds it now ends the matter, or fires
    return query
