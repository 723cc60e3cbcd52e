"""Alerts as a queue: claimed under a lease, fenced, freed, cancelled, resumed."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, incident
from crisis.domain.delivery import LEASE, Claimed, Taken
from crisis.domain.outgoing import Text
from crisis.store.models import Alert, Base, Endpoint, Incident, Message, Notice

#: States in which an alert waits for a worker, and those in which one holds it.
WAITING = (alert.State.PLANNED.value, alert.State.WAITING_RETRY.value, alert.State.UNKNOWN.value)
LEASED = (alert.State.CLAIMED.value, alert.State.STARTED.value)

#: What goes on after a stand-down, and the tests that belong to no incident.
_AFTER_STAND_DOWN = (
    alert.Purpose.CORRECTION,
    alert.Purpose.OFFICER,
    alert.Purpose.STAND_DOWN,
    alert.Purpose.TEST,
)
#: What an answer makes needless.
_FOR_THE_SILENT = (alert.Purpose.ESCALATION, alert.Purpose.REMINDER)
#: What takes back or goes beyond an earlier message, and so may not arrive before it.
_FOLLOWING = (alert.Purpose.STAND_DOWN, alert.Purpose.CORRECTION, alert.Purpose.UPDATE)

_ALERT = Base.metadata.tables["alert"]
#: The condition of the index by which the queue is read: nobody has to read what has ended.
OPEN = _ALERT.c.ended_at.is_(None)
#: The order of that index, and of the queue.
BY_URGENCY = (_ALERT.c.priority, _ALERT.c.due_at, _ALERT.c.id)
_IS_STARTED = _ALERT.c.state == alert.State.STARTED.value
_AS = {
    "slots": sa.type_coerce(_ALERT.c.slots, sa.Text()).label("slots"),  # thousands of alerts have the same
    "attempts": (_ALERT.c.attempts - sa.case((_IS_STARTED, 1), else_=0)).label("attempts"),  # before this one
}
_COLUMNS = tuple(_AS.get(name, _ALERT.c[name]) for name in Claimed._fields)
_SLOTS = 1 + Claimed._fields.index("slots")  # in a row that begins with the state


def claim(
    session: Session,
    queue: alert.Queue,
    *,
    owner: str,
    now: datetime,
    limit: int,
    overdue_by: timedelta = timedelta(0),
    full: Collection[str] = (),
    at_once: bool = False,
) -> Taken:
    """Take up to ``limit`` due alerts under a lease, most urgent first; nobody else gets them meanwhile.

    What is needless by now (stood down, answered, its endpoint retired) is cancelled by the same
    statement. What follows another message to the same endpoint waits until that one has ended.

    Args:
        full: providers to leave out, because their wire has no room.
        at_once: the caller puts all of them on the wire now: they are started, not only claimed.
    """
    connection = session.connection()
    postgresql = connection.dialect.name == "postgresql"
    rows = connection.execute(
        _claim(postgresql, at_once),
        {
            "b_queue": queue.value,
            "b_due": now - overdue_by,
            "b_full": list(full) or [""],
            "b_limit": limit,
            "b_owner": owner,
            "b_now": now,
            "b_lease": now + LEASE,
        },
    )
    return _taken(rows.all())


def start(session: Session, held: Sequence[Claimed], *, owner: str, now: datetime) -> Taken:
    """Mark as started those of ``held`` that this worker still holds, and cancel what became needless meanwhile.

    What was cancelled or taken over since the claim is in neither list: it must not be sent.
    """
    if not held:
        return Taken([], [])
    fences = {one.id: one.fence for one in held}
    bound = {"b_ids": list(fences), "b_owner": owner, "b_now": now, "b_lease": now + LEASE}
    rows = session.connection().execute(_start(), bound).all()
    return _taken(row for row in rows if fences[row.id] == row.fence)


def renew(session: Session, ids: Collection[UUID], *, owner: str, now: datetime) -> None:
    """Hold on to what is claimed or on the wire for another lease."""
    if ids:
        session.execute(
            sa.update(Alert)
            .where(Alert.id.in_(list(ids)), Alert.state.in_(LEASED), Alert.owner == owner)
            .values(lease_until=now + LEASE)
            .execution_options(synchronize_session=False)
        )


def release(session: Session, held: Collection[Claimed], *, owner: str) -> None:
    """Give claimed alerts back to the queue as they were."""
    if held:
        session.execute(
            sa.update(Alert)
            .where(
                Alert.id.in_([one.id for one in held]),
                Alert.state == alert.State.CLAIMED.value,
                Alert.owner == owner,
            )
            .values(state=alert.State.PLANNED.value, owner=None, lease_until=None)
            .execution_options(synchronize_session=False)
        )


def give_back(session: Session, ids: Collection[UUID]) -> None:
    """Plan again what was claimed and neither started nor renewed in time; its holder gets it no more."""
    if ids:
        session.execute(
            sa.update(Alert)
            .where(Alert.id.in_(list(ids)), Alert.state == alert.State.CLAIMED.value)
            .values(state=alert.State.PLANNED.value, owner=None, lease_until=None, fence=Alert.fence + 1)
            .execution_options(synchronize_session=False)
        )


@cache
def _claim(postgresql: bool, at_once: bool) -> sa.Update:
    """Rows that are due, each with whether it is needless, and what becomes of them."""
    due = _due().limit(sa.bindparam("b_limit", type_=sa.Integer()))
    due = due.with_for_update(skip_locked=True) if postgresql else due
    chosen = due.cte("due")
    state = alert.State.STARTED if at_once else alert.State.CLAIMED
    return (
        sa.update(_ALERT)
        .where(_ALERT.c.id == chosen.c.id)
        .values(owner=sa.bindparam("b_owner"), fence=_ALERT.c.fence + 1, **_to(state, chosen.c.needless))
        .returning(_ALERT.c.state.label("became"), *_COLUMNS)
    )


@cache
def _start() -> sa.Update:
    held = sa.and_(
        _ALERT.c.id.in_(sa.bindparam("b_ids", expanding=True)),
        _ALERT.c.state == alert.State.CLAIMED.value,
        _ALERT.c.owner == sa.bindparam("b_owner"),
    )
    chosen = sa.select(_ALERT.c.id, _needless().label("needless")).where(held).cte("held")
    chosen = chosen.prefix_with("MATERIALIZED", dialect="postgresql")
    return (
        sa.update(_ALERT)
        .where(_ALERT.c.id == chosen.c.id, _ALERT.c.state == alert.State.CLAIMED.value)
        .values(_to(alert.State.STARTED, chosen.c.needless))
        .returning(_ALERT.c.state.label("became"), *_COLUMNS)
    )


def _due() -> sa.Select[Any]:
    earlier = _ALERT.alias("earlier")
    ahead = sa.exists().where(
        earlier.c.notice_id == _ALERT.c.notice_id,
        earlier.c.endpoint_id == _ALERT.c.endpoint_id,
        earlier.c.id != _ALERT.c.id,
        earlier.c.state.in_(LEASED),
        earlier.c.lease_until > sa.bindparam("b_now", type_=_ALERT.c.due_at.type),
    )
    return (
        sa.select(_ALERT.c.id, _needless().label("needless"))
        .where(
            OPEN,
            _ALERT.c.queue == sa.bindparam("b_queue"),
            _ALERT.c.state.in_(sa.literal_column(f"'{state}'") for state in WAITING),
            _ALERT.c.due_at <= sa.bindparam("b_due", type_=_ALERT.c.due_at.type),
            _ALERT.c.provider.not_in(sa.bindparam("b_full", expanding=True)),
            sa.or_(_ALERT.c.purpose.not_in([purpose.value for purpose in _FOLLOWING]), ~ahead),
        )
        .order_by(*BY_URGENCY)
    )


def _to(state: alert.State, needless: sa.ColumnElement[bool]) -> dict[str, Any]:
    """The values of a row that goes to ``state``, or is cancelled where nobody needs it any more."""
    now = sa.bindparam("b_now", type_=_ALERT.c.due_at.type)
    values: dict[str, Any] = {
        "state": sa.case((needless, alert.State.CANCELLED.value), else_=state.value),
        "lease_until": sa.bindparam("b_lease", type_=_ALERT.c.due_at.type),  # of no meaning where it is cancelled
        "ended_at": sa.case((needless, now), else_=None),
        "started_at": None,  # that of an earlier try
    }
    if state is alert.State.STARTED:
        first = sa.func.coalesce(_ALERT.c.first_attempt_at, now)
        values["attempts"] = _ALERT.c.attempts + sa.case((needless, 0), else_=1)
        values["first_attempt_at"] = sa.case((needless, _ALERT.c.first_attempt_at), else_=first)
        values["started_at"] = sa.case((needless, None), else_=now)
    return values


def _needless() -> sa.ColumnElement[bool]:
    stood_down = sa.exists().where(Incident.id == _ALERT.c.incident_id, Incident.state != incident.State.DECLARED.value)
    answered = sa.exists().where(Notice.id == _ALERT.c.notice_id, Notice.acknowledged_at > _ALERT.c.planned_at)
    retired = sa.exists().where(Endpoint.id == _ALERT.c.endpoint_id, Endpoint.retired_at.is_not(None))
    return sa.or_(
        sa.and_(_ALERT.c.purpose.not_in([purpose.value for purpose in _AFTER_STAND_DOWN]), stood_down),
        sa.and_(_ALERT.c.purpose.in_([purpose.value for purpose in _FOR_THE_SILENT]), answered),
        retired,
    )


def _taken(rows: Iterable[sa.Row[Any]]) -> Taken:
    """Rows as a statement returned them, most urgent first."""
    held: list[Claimed] = []
    cancelled: list[Claimed] = []
    for row in rows:
        one = Claimed._make((*row[1:_SLOTS], _slots(row[_SLOTS]), *row[_SLOTS + 1 :]))
        if row[0] == alert.State.CANCELLED.value:
            cancelled.append(one)
        else:
            held.append(one)
    held.sort(key=lambda one: (one.priority, one.due_at))
    return Taken(held, cancelled)


@lru_cache(maxsize=4096)
def _slots(text: str) -> Mapping[str, str]:
    return MappingProxyType(json.loads(text))


def free_earlier_boots(session: Session, *, node: str, boot: str, now: datetime) -> int:
    """Give back what processes of earlier boots of ``node`` still hold; a worker calls it when it starts.

    What was claimed is planned again; what was started has its lease ended, so that the next claim
    takes it as unknown. Returns how many rows that were.
    """
    held = sa.and_(OPEN, Alert.owner.startswith(f"{node}/", autoescape=True), Alert.owner.not_like(f"{node}/{boot}/%"))
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
    due = sa.or_(
        sa.and_(Alert.state.in_(WAITING), Alert.due_at <= now),
        sa.and_(Alert.state.in_(LEASED), Alert.lease_until <= now),
    )
    waits = (sa.exists().where(OPEN, Alert.queue == queue.value, due) for queue in alert.Queue)  # one row is enough
    found = session.execute(sa.select(*waits)).one()
    return [queue for queue, is_due in zip(alert.Queue, found, strict=True) if is_due]


def cancel(session: Session, *where: sa.ColumnElement[bool], now: datetime) -> list[UUID]:
    """Cancel what is not on the wire yet among the alerts that fit ``where``; returns their ids."""
    unsent = (*WAITING, alert.State.CLAIMED.value)
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


def messages(session: Session, ids: Iterable[UUID]) -> dict[UUID, Text]:
    """The messages with these ids."""
    wanted = set(ids)
    if not wanted:
        return {}
    query = sa.select(Message.id, Message.subject, Message.text, Message.html).where(Message.id.in_(wanted))
    return {message_id: Text(*texts) for message_id, *texts in session.execute(query)}
