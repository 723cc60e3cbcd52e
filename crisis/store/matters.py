"""Matters: opened when an officer is needed, told step by step, ended once."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import duty, incident, notice, records
from crisis.store import keys, timers
from crisis.store.models import Event, Incident, Matter, Notice, Told
from crisis.store.records import Fact

#: Facts about the whole incident or written when items are named: they say nothing of one request.
_NO_ACTION = (
    records.Kind.NOTICE_NAMED.value,
    records.Kind.NOTICE_STATE.value,
    records.Kind.MATTER_ENDED.value,
    records.Kind.ALERTS_PLANNED.value,
    records.Kind.ALERTS_CANCELLED.value,
    records.Kind.ALERTS_RESUMED.value,
)


#: An id in the body of a fact.
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class _Open(NamedTuple):
    """An open matter with what its request says of it; thousands of them are looked at every two seconds."""

    id: UUID
    incident_id: UUID
    notice_id: UUID
    reason: str
    opened_at: datetime
    acknowledged_at: datetime | None
    state: str


def open_or_known(
    session: Session, owner: Incident, reason: str, notice_ids: Sequence[UUID], *, now: datetime
) -> list[Matter]:
    """A new matter for each request, but for those where the same one is enough; returns the new ones."""
    known: set[UUID] = set()
    if not duty.opens_again(reason):
        query = sa.select(Matter.notice_id).where(Matter.notice_id.in_(notice_ids), Matter.reason == reason)
        known = set(session.scalars(query))
    new = [
        Matter(id=keys.new(), incident_id=owner.id, notice_id=one, reason=reason, opened_at=now)
        for one in dict.fromkeys(notice_ids)
        if one not in known
    ]
    session.add_all(new)
    session.flush()
    return new


def open_among(session: Session, matter_ids: Iterable[UUID]) -> list[Matter]:
    """Those of these matters that nobody has ended."""
    query = sa.select(Matter).where(Matter.id.in_(list(matter_ids)), Matter.ended_at.is_(None)).order_by(Matter.id)
    return list(session.scalars(query))


def of_incident(session: Session, incident_id: UUID, matter_ids: Iterable[UUID]) -> list[Matter]:
    """Those of these matters that belong to the incident."""
    query = sa.select(Matter).where(Matter.incident_id == incident_id, Matter.id.in_(list(matter_ids)))
    return list(session.scalars(query.order_by(Matter.id)))


def told_of(session: Session, matter_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By matter, the officers who were told."""
    found: dict[UUID, set[UUID]] = {one: set() for one in matter_ids}
    query = sa.select(Told.matter_id, Told.user_id).where(Told.matter_id.in_(list(matter_ids)))
    for matter_id, user_id in session.execute(query):
        found[matter_id].add(user_id)
    return found


def tell(session: Session, matter_ids: Iterable[UUID], user_ids: Collection[UUID], *, now: datetime) -> None:
    """Keep that these officers were told; who was told before keeps the first time."""
    ids = list(matter_ids)
    before = told_of(session, ids)
    session.add_all(
        Told(matter_id=matter_id, user_id=user_id, told_at=now)
        for matter_id in ids
        for user_id in user_ids
        if user_id not in before[matter_id]
    )
    session.flush()


def arm(
    session: Session, about: Iterable[Matter], action: duty.Action, *, number: int, due_at: datetime, now: datetime
) -> None:
    """Arm the next step of the officers' ladder for each of these matters; ``number`` counts its steps from 0."""
    rows = [
        {
            "incident_id": one.incident_id,
            "notice_id": one.notice_id,
            "ladder": duty.ladder_of(one.id),
            "step": number,
            "action": action.value,
            "starts_at": now,
            "due_at": due_at,
        }
        for one in about
    ]
    timers.arm_many(session, rows)


def end(session: Session, matter: Matter | _Open, how: duty.How, *, by: str | None, now: datetime) -> Fact | None:
    """End a matter once; its next officer is not told any more. ``None`` if somebody else ended it before."""
    statement = (
        sa.update(Matter)
        .where(Matter.id == matter.id, Matter.ended_at.is_(None))
        .values(ended_at=now, how=how.value, ended_by=by)
        .execution_options(synchronize_session=False)
    )
    if session.execute(statement).rowcount == 0:  # type: ignore[attr-defined]
        return None
    timers.cancel(session, matter.notice_id, duty.ladder_of(matter.id), now=now)
    body = {"matter": str(matter.id), "notice": str(matter.notice_id), "reason": matter.reason, "how": how.value}
    return Fact(records.Kind.MATTER_ENDED, by or "desk", now, body)


def opened(matter: Matter, *, now: datetime) -> Fact:
    body = {"matter": str(matter.id), "notice": str(matter.notice_id), "reason": matter.reason}
    return Fact(records.Kind.MATTER_OPENED, "desk", now, body)


def settle(session: Session, *, now: datetime) -> dict[UUID, list[Fact]]:
    """End what an officer has acted on, and what the platform has settled itself; the facts by incident.

    An action is anything in the record that an officer did about the request since the matter was opened.
    """
    columns = (Matter.id, Matter.incident_id, Matter.notice_id, Matter.reason, Matter.opened_at)
    query = (
        sa.select(*columns, Notice.acknowledged_at, Notice.state)
        .join(Notice, Notice.id == Matter.notice_id)
        .join(Incident, Incident.id == Matter.incident_id)
        .where(Matter.ended_at.is_(None), Incident.state == incident.State.DECLARED.value)
        .order_by(Matter.id)
    )
    still_open = [_Open(*row) for row in session.execute(query)]
    acted = _actions(session, still_open)
    facts: dict[UUID, list[Fact]] = {}
    for one in still_open:
        finished = notice.State(one.state) in notice.FINISHED
        over = duty.is_over(one.reason, acknowledged=one.acknowledged_at is not None, finished=finished)
        by = acted.get(one.id)
        if by is None and not over:
            continue
        fact = end(session, one, duty.How.ACTED if by else duty.How.OVER, by=by, now=now)
        if fact is not None:
            facts.setdefault(one.incident_id, []).append(fact)
    return facts


def _actions(session: Session, still_open: Sequence[_Open]) -> Mapping[UUID, str]:
    """By matter, the first officer who did something about its request."""
    if not still_open:
        return {}
    query = (
        sa.select(Event.recorded_at, Event.actor, Event.body)
        .where(
            Event.stream.in_({str(one.incident_id) for one in still_open}),
            Event.recorded_at >= min(one.opened_at for one in still_open),
            Event.actor.startswith("user:"),
            Event.kind.not_in(_NO_ACTION),
        )
        .order_by(Event.stream, Event.n)
    )
    named: dict[str, list[tuple[datetime, str]]] = {}
    for event in session.execute(query):
        for key in set(_KEY.findall(event.body)):
            named.setdefault(key, []).append((event.recorded_at, event.actor))
    found: dict[UUID, str] = {}
    for one in still_open:
        about = named.get(str(one.notice_id), ())
        actor = next((actor for at, actor in about if at >= one.opened_at), None)
        if actor is not None:
            found[one.id] = actor
    return found
