"""A fan-out as rows: the items, notices and notice items of one plan, written in a few inserts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import fan_out, item, ladder, notice
from crisis.store import keys, notices
from crisis.store.models import Batch, Incident, Item, Notice


@dataclass(frozen=True, slots=True)
class Asked:
    """One platform as asked by this batch."""

    request: fan_out.Request
    notice_id: UUID
    is_new: bool  # it had no notice in this incident before
    was: notice.Ask | None  # what it had been asked before
    notice_items: Mapping[UUID, str]  # key of the entry → reason
    items: int  # addresses named now
    hashes: int  # shared hashes named now


@dataclass(frozen=True, slots=True)
class Written:
    """What a plan became."""

    asked: Sequence[Asked]
    item_ids: Mapping[str, UUID]  # by content key, of new items
    merged: int
    unrouted: int


def write(
    session: Session,
    incident: Incident,
    batch: Batch,
    plan: fan_out.Plan,
    *,
    known: Mapping[str, Item] | None = None,
    earlier: Mapping[UUID, Notice] | None = None,
    again: Mapping[str, UUID] | None = None,
) -> Written:
    """Write ``plan`` as batch ``batch`` of ``incident``.

    Args:
        known: items that the incident already holds, by every name of theirs; ``plan`` merged into them.
        earlier: notices that the incident already holds, by platform; they get the new items.
        again: items that are written already, by content key, and asked only now: unrouted before, assigned now.
    """
    known, earlier, again = known or {}, earlier or {}, again or {}
    fresh = [one for one in plan.items if one.content_key not in again]
    item_ids = {one.content_key: keys.new() for one in fresh} | dict(again)
    position = len({one.id for one in known.values()})
    item_rows = [
        _item_row(incident, batch, one, item_ids[one.content_key], place)
        for place, one in enumerate(fresh, start=position + 1)
    ]
    spellings = _spelling_rows(batch, plan, known, item_ids)
    asked: list[Asked] = []
    notice_rows: list[dict[str, Any]] = []
    entry_rows: list[dict[str, Any]] = []
    for request in plan.requests:
        before = earlier.get(request.platform.id)
        entries = [
            *((one, reason.value) for one, reason in request.items),
            *((one, "shared") for one in request.shared),
        ]
        if before is not None and not entries:
            continue  # it was asked before and gets nothing new
        notice_id = before.id if before else keys.new()
        if before is None:
            notice_rows.append(_notice_row(incident, batch, request, notice_id))
        rows = [_entry_row(notice_id, item_ids[one.content_key], batch, reason) for one, reason in entries]
        entry_rows.extend(rows)
        asked.append(
            Asked(
                request=request,
                notice_id=notice_id,
                is_new=before is None,
                was=notice.Ask(before.ask) if before else None,
                notice_items={row["id"]: row["reason"] for row in rows},
                items=sum(row["reason"] != "shared" for row in rows),
                hashes=sum(row["reason"] == "shared" for row in rows),
            )
        )
    notices.add_many(session, notices=notice_rows, items=item_rows, spellings=spellings, notice_items=entry_rows)
    return Written(
        asked=asked,
        item_ids=item_ids,
        merged=len(spellings),
        unrouted=len(plan.unrouted),
    )


def _item_row(
    incident: Incident, batch: Batch, one: fan_out.PlannedItem, item_id: UUID, position: int
) -> dict[str, Any]:
    return {
        "id": item_id,
        "incident_id": incident.id,
        "batch_id": batch.id,
        "position": position,
        "url": one.url,
        "content_key": one.content_key,
        "host": one.host,
        "sha256": one.sha256,
        "md5": one.md5,
        "pdq": one.pdq,
    }


def _spelling_rows(
    batch: Batch, plan: fan_out.Plan, known: Mapping[str, Item], item_ids: Mapping[str, UUID]
) -> list[dict[str, Any]]:
    rows = [
        {
            "item_id": item_ids[merged.kept] if merged.kept in item_ids else known[merged.kept].id,
            "url": merged.given.url,
            "why": merged.why,
        }
        for merged in plan.merged
    ]
    return [{"id": keys.new(), "batch_id": batch.id, **row} for row in rows]


def _notice_row(incident: Incident, batch: Batch, request: fan_out.Request, notice_id: UUID) -> dict[str, Any]:
    return {
        "id": notice_id,
        "incident_id": incident.id,
        "platform_id": request.platform.id,
        "platform_name": request.platform.name,
        "instrument": incident.instrument,
        "ask": request.ask.value,
        "state": notice.State.AWAITING.value,
        "named_at": batch.named_at,
        "target_at": None if request.ask is notice.Ask.INFORM else batch.target_at,
        "contradiction": False,
        "question": False,
    }


def _entry_row(notice_id: UUID, item_id: UUID, batch: Batch, reason: str) -> dict[str, Any]:
    return {
        "id": keys.new(),
        "notice_id": notice_id,
        "item_id": item_id,
        "batch_id": batch.id,
        "reason": reason,
        "named_at": batch.named_at,
        "target_at": batch.target_at,
        "state": item.Outcome.NAMED.value,
    }


def timer_rows(
    incident_id: UUID, notice_id: UUID, batch_number: int, steps: Mapping[Any, ladder.Due], starts_at: datetime
) -> list[dict[str, Any]]:
    """Rows that arm the first step of each ladder in ``steps`` (ladder name → first step) for one notice."""
    return [
        {
            "incident_id": incident_id,
            "notice_id": notice_id,
            "ladder": f"{name}:{batch_number}",
            "step": step.index,
            "action": step.action,
            "starts_at": starts_at,
            "due_at": step.due_at,
        }
        for name, step in steps.items()
    ]


def reopen(
    session: Session, asked: Sequence[Asked], earlier: Mapping[UUID, Notice], batch: Batch
) -> list[dict[str, Any]]:
    """Move notices that got new items: target, ask and state; the bodies of ``notice.state`` for those that moved."""
    moved = []
    for one in asked:
        row = earlier.get(one.request.platform.id)
        if row is None or one.is_new:
            continue
        state = notice.advance(notice.State(row.state), notice.Event.NEW_ITEMS)
        if row.ask != notice.Ask.ACT.value:
            row.ask = one.request.ask.value
        row.target_at = batch.target_at
        if row.state != state.value:
            moved.append({"notice": str(row.id), "state": state.value, "event": notice.Event.NEW_ITEMS.value})
            row.state = state.value
        row.ended_at = None
    session.flush()
    return moved
