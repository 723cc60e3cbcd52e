"""Ladders of an incident: the version that it was declared with, and the timers that naming items arms by it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import ladder, ladder_body, notice
from crisis.domain.incident import Severity
from crisis.store import arrays, fan_outs, timers, versions
from crisis.store.models import Acknowledgement, Alert, Batch, Incident, Notice, Platform

_Begun = tuple[str, int, str, datetime]  # the ladder with its batch, the step, its action, its time


def of(session: Session, owner: Incident) -> ladder.Ladders:
    """The ladders by which this incident climbs, whatever was saved since."""
    return ladder_body.from_json(versions.by_id(session, owner.ladder_id).body)


def arm(session: Session, owner: Incident, batch: Batch, asked: Iterable[fan_outs.Asked], by: ladder.Ladders) -> None:
    """Arm what naming ``batch`` sets in motion; whoever is only informed gets no ladder.

    New platforms get all of it; whoever was asked before gets the reminders and warnings of the new items.
    """
    severity, named_at, number = Severity(owner.severity), batch.named_at, batch.number
    begun: dict[tuple[int, bool], list[_Begun]] = {}  # the same for hundreds of platforms
    rows: list[tuple[UUID, str, int, str, datetime]] = []
    for one in asked:
        if one.request.ask is notice.Ask.INFORM:
            continue
        table = by.table(severity, one.request.platform.registry_id)
        before = not (one.is_new or one.was is notice.Ask.INFORM)
        if (steps := begun.get((id(table), before))) is None:
            first = ladder.begin(table, named_at, asked_before=before)
            steps = [(f"{name}:{number}", step.index, step.action.value, step.due_at) for name, step in first.items()]
            begun[id(table), before] = steps
        rows += [(one.notice_id, *step) for step in steps]
    timers.begin_many(session, owner.id, rows, starts_at=named_at)


def registry_ids(session: Session, asked: Iterable[Notice]) -> dict[UUID, str]:
    """By request, the registry id of its platform, which may be retired."""
    wanted = list(asked)
    query = sa.select(Platform.id, Platform.registry_id).where(arrays.among(Platform.id, "platforms"))
    rows = session.execute(query, {"platforms": {one.platform_id for one in wanted}})
    found = {row.id: row.registry_id for row in rows}
    return {one.id: found[one.platform_id] for one in wanted}


def tried(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By request, the contacts to whom an alert was planned."""
    query = sa.select(Alert.notice_id, Alert.contact_id).where(
        arrays.among(Alert.notice_id, "notices"), Alert.contact_id.is_not(None)
    )
    found: dict[UUID, set[UUID]] = {}
    for notice_id, contact_id in session.execute(query.distinct(), {"notices": notice_ids}):
        if notice_id is not None and contact_id is not None:
            found.setdefault(notice_id, set()).add(contact_id)
    return found


def acknowledged(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, set[UUID]]:
    """By request, the contacts that acknowledged it."""
    query = sa.select(Acknowledgement.notice_id, Acknowledgement.contact_id).where(
        arrays.among(Acknowledgement.notice_id, "notices")
    )
    found: dict[UUID, set[UUID]] = {}
    for row in session.execute(query, {"notices": notice_ids}):
        found.setdefault(row.notice_id, set()).add(row.contact_id)
    return found
