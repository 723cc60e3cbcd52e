"""Whether every stored state and time of incidents is the one that follows from their record."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import rebuilding
from crisis.domain.rebuilding import Entry, Rebuilt
from crisis.store.models import (
    Acknowledgement,
    Alert,
    Event,
    Incident,
    Matter,
    Notice,
    NoticeItem,
    Told,
)

#: Claims and starts are no facts of the record.
_ON_ITS_WAY = {"claimed": "planned", "started": "planned"}


@dataclass
class Rows:
    """What is stored of every incident, and what was recorded, in order."""

    incidents: list[Any]
    notices: list[Any]
    items: list[Any]
    acknowledgements: list[Any]
    alerts: list[Any]
    matters: list[Any]
    told: list[Any]
    events: list[Any]


def read(session: Session) -> Rows:
    """All of it."""

    def all_of(model: Any) -> list[Any]:
        return list(session.scalars(sa.select(model).order_by(*sa.inspect(model).primary_key)))

    of_incidents = sa.select(Alert).where(Alert.incident_id.is_not(None)).order_by(Alert.id)
    return Rows(
        all_of(Incident),
        all_of(Notice),
        all_of(NoticeItem),
        all_of(Acknowledgement),
        list(session.scalars(of_incidents)),
        all_of(Matter),
        all_of(Told),
        all_of(Event),
    )


@lru_cache(maxsize=4096)
def _parsed(text: str) -> Any:
    return json.loads(text)


def body(event: Any) -> Any:
    """The body of an entry of the record."""
    return _parsed(event.body)


def rebuild(rows: Rows, incident_id: UUID) -> Rebuilt:
    """The states of one incident by its record alone."""
    return rebuilding.rebuild(
        Entry(one.kind, one.occurred_at, one.recorded_at, json.loads(one.body))
        for one in rows.events
        if one.stream == str(incident_id)
    )


def differences(rows: Rows) -> Iterator[str]:
    """Where a row and the record say different things; nothing if they never do."""
    for owner in rows.incidents:
        try:
            found = rebuild(rows, owner.id)
        except Exception as error:
            yield f"the record of {owner.ref} can't be read: {error!r}"
            continue
        yield from _incident(rows, owner, found)


def _incident(rows: Rows, owner: Any, found: Rebuilt) -> Iterator[str]:
    yield from _same(owner, found, "state declared_at target_at stood_down_at")
    notices = {one.id: one for one in rows.notices if one.incident_id == owner.id}
    alerts = [one for one in rows.alerts if one.incident_id == owner.id]
    items = [one for one in rows.items if one.notice_id in notices]
    matters = [one for one in rows.matters if one.notice_id in notices]
    for name, stored in (("notices", notices.values()), ("items", items), ("alerts", alerts), ("matters", matters)):
        if (known := getattr(found, name).keys()) != (there := {str(one.id) for one in stored}):
            yield f"{name} only in the rows or only in the record: {known ^ there}"
            return
    for row in notices.values():
        one = found.notices[str(row.id)]
        yield from _same(row, one, "ask state named_at target_at acknowledged_at done_at done_recorded_at")
        yield from _same(row, one, "ended_at contradiction search_result")
        given = {str(ack.contact_id): ack.at for ack in rows.acknowledgements if ack.notice_id == row.id}
        if one.acknowledged_by != given:
            yield f"notice {row.id}: acknowledged by {given}, in the record by {one.acknowledged_by}"
    for row in items:
        yield from _same(row, found.items[str(row.id)], "reason named_at state happened_at recorded_at")
    for row in alerts:
        alert = found.alerts[str(row.id)]
        if alert.state != _ON_ITS_WAY.get(row.state, row.state):
            yield f"alert {row.id}: state {row.state}, in the record {alert.state}"
        yield from _same(row, alert, "channel cause purpose accepted_at ended_at delivered_at delivered_by")
    for row in matters:
        yield from _same(row, found.matters[str(row.id)], "reason opened_at ended_at how")
        told = {str(one.user_id): one.told_at for one in rows.told if one.matter_id == row.id}
        if found.matters[str(row.id)].told != told:
            yield f"matter {row.id}: told {told}, in the record {found.matters[str(row.id)].told}"


def _same(row: Any, one: object, names: str) -> Iterator[str]:
    for name in names.split():
        stored, recorded = getattr(row, name), getattr(one, name)
        if stored != recorded:
            yield f"{type(row).__name__.lower()} {row.id}: {name} {stored}, in the record {recorded}"
