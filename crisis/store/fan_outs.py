"""A fan-out as rows: the items, notices and notice items of one plan, written in a few inserts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import fan_out, item, ladder, notice
from crisis.store import bulk, keys
from crisis.store.models import Batch, Incident, Item, Notice, NoticeItem, Spelling


class Entry(NamedTuple):
    """One item as named to one platform now."""

    id: UUID
    item_id: UUID
    reason: str  # host, assigned, shared


class Asked(NamedTuple):
    """One platform as asked by this batch."""

    request: fan_out.Request
    notice_id: UUID
    is_new: bool  # it had no notice in this incident before
    was: notice.Ask | None  # what it had been asked before
    entries: Sequence[Entry]
    items: int  # addresses named now
    hashes: int  # shared hashes named now


@dataclass(frozen=True, slots=True)
class Written:
    """What a plan became."""

    asked: Sequence[Asked]
    item_ids: Mapping[str, UUID]  # by content key, of new items
    merged: int
    unrouted: int

    def counts(self, *, alerts: int) -> dict[str, int]:
        """The counts of the contract's answer."""
        return {
            "notices": len(self.asked),
            "alerts": alerts,
            "items": len(self.item_ids),
            "merged_items": self.merged,
            "unrouted_items": self.unrouted,
        }


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
    item_ids = dict(zip((one.content_key for one in fresh), keys.many(len(fresh)), strict=True)) | dict(again)
    _write_items(session, incident, batch, fresh, item_ids, after=len({one.id for one in known.values()}))
    _write_spellings(session, batch, plan, known, item_ids)
    asked = _write_notices(session, incident, batch, _asked(plan, earlier, item_ids))
    _write_entries(session, batch, asked)
    return Written(asked=asked, item_ids=item_ids, merged=len(plan.merged), unrouted=len(plan.unrouted))


def _asked(plan: fan_out.Plan, earlier: Mapping[UUID, Notice], item_ids: Mapping[str, UUID]) -> Iterator[Asked]:
    """Every platform that gets something; what was asked before and gets nothing new is left out."""
    notice_ids = iter(keys.many(len(plan.requests)))
    entry_ids = iter(keys.many(sum(len(request.items) + len(request.shared) for request in plan.requests)))
    for request in plan.requests:
        before = earlier.get(request.platform.id) if earlier else None
        if before is not None and not request.items and not request.shared:
            continue
        owned = [Entry(next(entry_ids), item_ids[one.content_key], reason.value) for one, reason in request.items]
        shared = [Entry(next(entry_ids), item_ids[one.content_key], "shared") for one in request.shared]
        yield Asked(
            request=request,
            notice_id=before.id if before else next(notice_ids),
            is_new=before is None,
            was=notice.Ask(before.ask) if before else None,
            entries=(*owned, *shared),
            items=len(owned),
            hashes=len(shared),
        )


def _write_items(
    session: Session,
    incident: Incident,
    batch: Batch,
    items: Sequence[fan_out.PlannedItem],
    item_ids: Mapping[str, UUID],
    *,
    after: int,
) -> None:
    columns = ("id", "position", "url", "content_key", "host", "sha256", "md5", "pdq")
    rows = (
        (item_ids[one.content_key], place, one.url, one.content_key, one.host, one.sha256, one.md5, one.pdq)
        for place, one in enumerate(items, start=after + 1)
    )
    bulk.write(session, Item, columns, rows, same={"incident_id": incident.id, "batch_id": batch.id})


def _write_spellings(
    session: Session, batch: Batch, plan: fan_out.Plan, known: Mapping[str, Item], item_ids: Mapping[str, UUID]
) -> None:
    rows = (
        (key, item_ids[one.kept] if one.kept in item_ids else known[one.kept].id, one.given.url, one.why)
        for key, one in zip(keys.many(len(plan.merged)), plan.merged, strict=True)
    )
    bulk.write(session, Spelling, ("id", "item_id", "url", "why"), rows, same={"batch_id": batch.id})


def _write_notices(session: Session, incident: Incident, batch: Batch, coming: Iterable[Asked]) -> list[Asked]:
    """Write the new ones among ``coming`` while they are made; returns all of them."""
    asked: list[Asked] = []
    target = {ask: None if ask is notice.Ask.INFORM else batch.target_at for ask in notice.Ask}
    name = {ask: ask.value for ask in notice.Ask}

    def rows() -> Iterator[tuple[Any, ...]]:
        for one in coming:
            asked.append(one)
            of = one.request
            if one.is_new:
                yield one.notice_id, of.platform.id, of.platform.name, name[of.ask], target[of.ask]

    same = {
        "incident_id": incident.id,
        "instrument": incident.instrument,
        "state": notice.State.AWAITING.value,
        "named_at": batch.named_at,
        "contradiction": False,
        "question": False,
    }
    bulk.write(session, Notice, ("id", "platform_id", "platform_name", "ask", "target_at"), rows(), same=same)
    return asked


def _write_entries(session: Session, batch: Batch, asked: Iterable[Asked]) -> None:
    rows = ((entry.id, one.notice_id, entry.item_id, entry.reason) for one in asked for entry in one.entries)
    same = {
        "batch_id": batch.id,
        "named_at": batch.named_at,
        "target_at": batch.target_at,
        "state": item.Outcome.NAMED.value,
    }
    bulk.write(session, NoticeItem, ("id", "notice_id", "item_id", "reason"), rows, same=same)


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
