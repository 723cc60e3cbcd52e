"""Timers: armed once for each step, fired exactly once, cancelled when there is nothing left to wait for.

The database owns them: any number of processes may fire what is due, and whoever starts again after a
standstill finds what is overdue. Each fires for one caller only, never before its time.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store import arrays, bulk, keys
from crisis.store.models import Alert, Incident, Notice, Timer

ARMED, FIRED, CANCELLED = "armed", "fired", "cancelled"

_SILENCE = "silence:"
_LOST = (alert.State.FAILED.value, alert.State.CANCELLED.value)


_ARMED = ("incident_id", "notice_id", "ladder", "step", "action", "starts_at", "due_at")


def arm_many(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Arm timers that are known to be new: rows of incident_id, notice_id, ladder, step, action, starts_at, due_at."""
    made = ((key, *(row[name] for name in _ARMED)) for key, row in zip(keys.many(len(rows)), rows, strict=True))
    bulk.write(session, Timer, ("id", *_ARMED), made, same={"state": ARMED, "ended_at": None})


def begin_many(
    session: Session, incident_id: UUID, begun: Sequence[tuple[UUID, str, int, str, datetime]], *, starts_at: datetime
) -> None:
    """As ``arm_many``, for all that one batch begins: rows of notice, ladder, step, action, and when it is due."""
    rows = ((key, *one) for key, one in zip(keys.many(len(begun)), begun, strict=True))
    same = {"incident_id": incident_id, "starts_at": starts_at, "state": ARMED, "ended_at": None}
    bulk.write(session, Timer, ("id", "notice_id", "ladder", "step", "action", "due_at"), rows, same=same)


def arm(
    session: Session,
    *,
    incident_id: UUID,
    notice_id: UUID,
    ladder: str,
    step: int,
    action: str,
    starts_at: datetime,
    due_at: datetime,
) -> bool:
    """Arm one timer unless one is armed for this notice and ladder, or this step has been; returns whether it was."""
    query = sa.select(Timer.id).where(
        Timer.notice_id == notice_id, Timer.ladder == ladder, sa.or_(Timer.state == ARMED, Timer.step == step)
    )
    if session.execute(query.limit(1)).first():
        return False
    arm_many(
        session,
        [
            {
                "incident_id": incident_id,
                "notice_id": notice_id,
                "ladder": ladder,
                "step": step,
                "action": action,
                "starts_at": starts_at,
                "due_at": due_at,
            }
        ],
    )
    return True


def next_step(session: Session, notice_id: UUID, ladder: str) -> int:
    """The first step of a ladder of this notice that was never armed; for ladders without a table."""
    query = sa.select(sa.func.coalesce(sa.func.max(Timer.step), -1) + 1)
    return int(session.scalars(query.where(Timer.notice_id == notice_id, Timer.ladder == ladder)).one())


def known(session: Session, notice_ids: Collection[UUID], ladder_prefix: str) -> set[tuple[UUID, str]]:
    """The ladders of these notices that begin with ``ladder_prefix`` and were ever armed."""
    query = sa.select(Timer.notice_id, Timer.ladder).where(
        arrays.among(Timer.notice_id, "notices"), Timer.ladder.startswith(ladder_prefix, autoescape=True)
    )
    return {(notice_id, name) for notice_id, name in session.execute(query.distinct(), {"notices": notice_ids})}


class Fired(NamedTuple):
    """A timer that was taken; times are UTC."""

    id: UUID
    incident_id: UUID
    notice_id: UUID
    ladder: str
    step: int
    action: str
    starts_at: datetime
    due_at: datetime


def due_owners(session: Session, *, now: datetime) -> list[UUID]:
    """The incidents that have timers due, the one whose first is earliest in front."""
    first = sa.func.min(Timer.due_at)
    query = sa.select(Timer.incident_id).where(Timer.state == ARMED, Timer.due_at <= now).group_by(Timer.incident_id)
    return list(session.scalars(query.order_by(first, Timer.incident_id)))


def fire_due(session: Session, incident_id: UUID, *, now: datetime, limit: int) -> list[Fired]:
    """Take timers of the incident that are due, earliest first, and mark them fired; each is given to one caller only.

    Those of an incident that somebody changes right now are left for the next time: a stand-down holds its
    incident and wants the timers, so whoever has the timers must not want the incident.
    """
    due = (
        sa.select(Timer.id)
        .join(Notice, Notice.id == Timer.notice_id)
        .where(Timer.state == ARMED, Timer.due_at <= now, Timer.incident_id == incident_id)
        .order_by(Timer.due_at, Timer.id)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        owner = sa.select(Incident.id).where(Incident.id == incident_id)
        if session.scalar(owner.with_for_update(read=True, key_share=True, skip_locked=True)) is None:
            return []
        # both rows at once, and never waiting: whoever answers right now holds the notice first
        due = due.with_for_update(skip_locked=True)
    statement = (
        sa.update(Timer)
        .where(Timer.id.in_(due), Timer.state == ARMED)
        .values(state=FIRED, ended_at=now)
        .returning(*(getattr(Timer, name) for name in Fired._fields))
    )
    taken = map(Fired._make, session.connection().execute(statement))
    return sorted(taken, key=lambda timer: (timer.due_at, timer.id))


def cancel(session: Session, notice_id: UUID, ladder_prefix: str, *, now: datetime) -> int:
    """Cancel a notice's armed timers of ladders that begin with ``ladder_prefix``; returns how many."""
    return cancel_many(session, [notice_id], ladder_prefix, now=now)


_BEGINS = sa.bindparam("begins", type_=sa.Text())
_CANCEL = (
    sa.update(Timer)
    .where(
        arrays.among(Timer.notice_id, "notices"),
        Timer.state == ARMED,
        sa.func.substr(Timer.ladder, 1, sa.func.length(_BEGINS)) == _BEGINS,
    )
    .values(state=CANCELLED, ended_at=sa.bindparam("now"))
)


def cancel_many(session: Session, notice_ids: Collection[UUID], ladder_prefix: str, *, now: datetime) -> int:
    """Cancel the armed timers of these notices whose ladders begin with ``ladder_prefix``; returns how many."""
    given = {"notices": notice_ids, "begins": ladder_prefix, "now": now}
    return session.connection().execute(_CANCEL, given).rowcount


def armed_in(incident_id: UUID) -> sa.ColumnElement[bool]:
    """That a timer of the incident is armed; it is found by its request, for which there is an index in any case."""
    asked = sa.select(Notice.id).where(Notice.incident_id == incident_id)
    return sa.and_(sa.text(f"timer.state = '{ARMED}'"), Timer.notice_id.in_(asked))


_CANCEL_LADDERS = (
    sa.update(Timer)
    .where(arrays.among(Timer.notice_id, "notices"), arrays.among(Timer.ladder, "ladders"), Timer.state == ARMED)
    .values(state=CANCELLED, ended_at=sa.bindparam("now"))
)


def cancel_ladders(session: Session, notice_ids: Mapping[str, UUID], *, now: datetime) -> None:
    """Cancel the armed timers of whole ladders, each given with its notice."""
    given = {"notices": set(notice_ids.values()), "ladders": list(notice_ids), "now": now}
    session.connection().execute(_CANCEL_LADDERS, given)


def cancel_for_incident(session: Session, incident_id: UUID, *, now: datetime) -> list[Timer]:
    """Cancel every armed timer of an incident; returns them."""
    statement = (
        sa.update(Timer)
        .where(armed_in(incident_id))
        .values(state=CANCELLED, ended_at=now)
        .returning(Timer)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def hurry(session: Session, notice_id: UUID, now: datetime) -> bool:
    """Make the next step of silence due now, if every alert of the present step failed; whether it was.

    For whoever writes that an alert failed for good, in the same transaction and after it. Called again
    it changes nothing: a step that has fired has alerts of its own, and these have not failed yet.
    """
    return bool(hurry_many(session, [notice_id], now))


def hurry_many(session: Session, notice_ids: Iterable[UUID], now: datetime) -> int:
    """``hurry`` for many requests at once; returns for how many the ladder moves on."""
    cause = sa.case(
        (Timer.step == 0, "first"),
        else_=sa.literal("ladder:") + Timer.ladder + ":" + sa.cast(Timer.step - 1, sa.Text),
    )
    present = sa.and_(Alert.notice_id == Timer.notice_id, Alert.cause == cause)
    statement = (
        sa.update(Timer)
        .where(
            Timer.notice_id.in_(list(notice_ids)),
            Timer.ladder.startswith(_SILENCE, autoescape=True),
            Timer.state == ARMED,
            Timer.due_at > now,
            sa.exists().where(present, Alert.state == alert.State.FAILED.value),
            ~sa.exists().where(present, Alert.state.not_in(_LOST)),
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]


def next_due(session: Session, notice_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """When the ladder of silence moves on, for those requests where it still will."""
    query = (
        sa.select(Timer.notice_id, sa.func.min(Timer.due_at, type_=Timer.due_at.type))
        .where(
            Timer.notice_id.in_(list(notice_ids)),
            Timer.ladder.startswith(_SILENCE, autoescape=True),
            Timer.state == ARMED,
        )
        .group_by(Timer.notice_id)
    )
    return {notice_id: due_at for notice_id, due_at in session.execute(query) if due_at is not None}


def postpone(session: Session, fired: Sequence[tuple[UUID, datetime]]) -> None:
    """Arm again, for a later moment, timers that this transaction took and that were not due in truth."""
    rows = [(timer_id, ARMED, None, due_at) for timer_id, due_at in fired]
    bulk.update(session, Timer, ("id", "state", "ended_at", "due_at"), rows)


def arm_first(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Arm step 0 of a ladder for those notices that never had it; all rows name the same ladder."""
    if not rows:
        return
    by_notice = {row["notice_id"]: row for row in rows}
    query = sa.select(Timer.notice_id).where(
        Timer.notice_id.in_(list(by_notice)), Timer.ladder == next(iter(rows))["ladder"]
    )
    known = set(session.scalars(query))
    arm_many(session, [row for notice_id, row in by_notice.items() if notice_id not in known])


def resume(session: Session, incident_id: UUID, notice_ids: Iterable[UUID], *, cancelled_at: datetime) -> int:
    """Arm again what was cancelled at one moment for these notices; returns how many."""
    statement = (
        sa.update(Timer)
        .where(
            Timer.incident_id == incident_id,
            Timer.notice_id.in_(list(notice_ids)),
            Timer.state == CANCELLED,
            Timer.ended_at == cancelled_at,
        )
        .values(state=ARMED, ended_at=None)
        .execution_options(synchronize_session=False)
    )
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
