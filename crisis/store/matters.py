"""Matters: opened when an officer is needed, told step by step, ended once."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import duty, incident, notice, records
from crisis.store import arrays, bulk, keys, timers
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
    """An open matter with what its request says of it."""

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
        query = sa.select(Matter.notice_id).where(arrays.among(Matter.notice_id, "notices"), Matter.reason == reason)
        known = set(session.scalars(query, {"notices": notice_ids}))
    wanted = [one for one in dict.fromkeys(notice_ids) if one not in known]
    new = [
        Matter(id=key, incident_id=owner.id, notice_id=one, reason=reason, opened_at=now)
        for key, one in zip(keys.many(len(wanted)), wanted, strict=True)
    ]
    same = {"incident_id": owner.id, "reason": reason, "opened_at": now}
    bulk.write(session, Matter, ("id", "notice_id"), [(one.id, one.notice_id) for one in new], same=same)
    return new


def open_among(session: Session, matter_ids: Iterable[UUID]) -> list[Matter]:
    """Those of these matters that nobody has ended."""
    query = sa.select(Matter).where(arrays.among(Matter.id, "ids"), Matter.ended_at.is_(None)).order_by(Matter.id)
    return list(session.scalars(query, {"ids": list(matter_ids)}))


def of_incident(session: Session, incident_id: UUID, matter_ids: Iterable[UUID]) -> list[Matter]:
    """Those of these matters that belong to the incident."""
    query = sa.select(Matter).where(Matter.incident_id == incident_id, Matter.id.in_(list(matter_ids)))
    return list(session.scalars(query.order_by(Matter.id)))


def told_of(session: Session, matter_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By matter, the officers who were told."""
    found: dict[UUID, set[UUID]] = {one: set() for one in matter_ids}
    query = sa.select(Told.matter_id, Told.user_id).where(arrays.among(Told.matter_id, "ids"))
    for matter_id, user_id in session.execute(query, {"ids": matter_ids}):
        found[matter_id].add(user_id)
    return found


def tell(session: Session, matter_ids: Iterable[UUID], user_ids: Collection[UUID], *, now: datetime) -> None:
    """Keep that these officers were told; who was told before keeps the first time."""
    ids = list(matter_ids)
    before = told_of(session, ids)
    new = [(one, user_id) for one in ids for user_id in user_ids if user_id not in before[one]]
    bulk.write(session, Told, ("matter_id", "user_id"), new, same={"told_at": now})


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


def end(
    session: Session, about: Sequence[Matter | _Open], how: duty.How, *, by: str | None, now: datetime
) -> list[Fact]:
    """End those of these matters that nobody has ended yet; their next officers are not told any more."""
    held = _hold(session, about)
    ended = [one for one in about if one.id in held]
    if not ended:
        return []
    bulk.update(session, Matter, ("id", "ended_at", "how", "ended_by"), [(one.id, now, how.value, by) for one in ended])
    timers.cancel_ladders(session, {duty.ladder_of(one.id): one.notice_id for one in ended}, now=now)
    return [Fact(records.Kind.MATTER_ENDED, by or "desk", now, {**_body(one), "how": how.value}) for one in ended]


def _hold(session: Session, about: Iterable[Matter | _Open]) -> set[UUID]:
    """Lock those of these matters that are still open, in one order: no two of us wait for each other in a ring."""
    still_open = sa.select(Matter.id).where(arrays.among(Matter.id, "ids"), Matter.ended_at.is_(None))
    return set(session.scalars(still_open.order_by(Matter.id).with_for_update(), {"ids": [one.id for one in about]}))


def opened(matter: Matter, *, now: datetime) -> Fact:
    return Fact(records.Kind.MATTER_OPENED, "desk", now, _body(matter))


def _body(matter: Matter | _Open) -> dict[str, str]:
    return {"matter": str(matter.id), "notice": str(matter.notice_id), "reason": matter.reason}


def settle(session: Session, *, now: datetime) -> dict[UUID, list[Fact]]:
    """End what an officer has acted on, and what the platform has settled itself; the facts by incident.

    An action is anything in the record that an officer did about the request since the matter was opened.
    """
    since = _since(session)
    acted = _actions(session, since) if since else {}
    ended: dict[tuple[duty.How, str | None], list[_Open]] = {}
    for one in _perhaps_over(session, acted):
        by = next((actor for at, actor in acted.get(one.notice_id, ()) if at >= one.opened_at), None)
        finished = notice.State(one.state) in notice.FINISHED
        if by is not None:
            ended.setdefault((duty.How.ACTED, by), []).append(one)
        elif duty.is_over(one.reason, acknowledged=one.acknowledged_at is not None, finished=finished):
            ended.setdefault((duty.How.OVER, None), []).append(one)
    _hold(session, chain.from_iterable(ended.values()))  # before the first group of them
    facts: dict[UUID, list[Fact]] = {}
    for (how, by), about in ended.items():
        incident_of = {str(one.id): one.incident_id for one in about}
        for fact in end(session, about, how, by=by, now=now):
            facts.setdefault(incident_of[fact.body["matter"]], []).append(fact)
    return facts


_IS_OPEN = sa.and_(Matter.ended_at.is_(None), Incident.state == incident.State.DECLARED.value)


def _since(session: Session) -> dict[UUID, datetime]:
    """By incident with open matters, when the first of them was opened."""
    query = (
        sa.select(Matter.incident_id, sa.func.min(Matter.opened_at).label("opened_at"))
        .join(Incident, Incident.id == Matter.incident_id)
        .where(_IS_OPEN)
        .group_by(Matter.incident_id)
    )
    return {row.incident_id: row.opened_at for row in session.execute(query)}


def _perhaps_over(session: Session, acted: Collection[UUID]) -> list[_Open]:
    """Open matters whose request was answered, or is among those that somebody ``acted`` on; seldom many."""
    columns = (Matter.id, Matter.incident_id, Matter.notice_id, Matter.reason, Matter.opened_at)
    answered = sa.or_(
        Notice.acknowledged_at.is_not(None), Notice.state.in_([one.value for one in sorted(notice.FINISHED)])
    )
    query = (
        sa.select(*columns, Notice.acknowledged_at, Notice.state)
        .join(Notice, Notice.id == Matter.notice_id)
        .join(Incident, Incident.id == Matter.incident_id)
        .where(_IS_OPEN, sa.or_(answered, arrays.among(Matter.notice_id, "acted")))
        .order_by(Matter.id)
    )
    return [_Open(*row) for row in session.execute(query, {"acted": acted})]


def _actions(session: Session, since: Mapping[UUID, datetime]) -> dict[UUID, list[tuple[datetime, str]]]:
    """By id, when officers did something that names it, and who; of incidents with open matters."""
    query = (
        sa.select(Event.recorded_at, Event.actor, Event.body)
        .where(
            Event.stream.in_([str(one) for one in since]),
            Event.recorded_at >= min(since.values()),
            Event.actor.startswith("user:"),
            Event.kind.not_in(_NO_ACTION),
        )
        .order_by(Event.stream, Event.n)
    )
    named: dict[UUID, list[tuple[datetime, str]]] = {}
    for event in session.execute(query):
        for key in set(_KEY.findall(event.body)):
            named.setdefault(UUID(key), []).append((event.recorded_at, event.actor))
    return named
