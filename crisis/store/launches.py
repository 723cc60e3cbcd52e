"""A launch: a plan becomes a batch of requests, with their alerts, links and timers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import alert, fan_out, notice, outgoing, records
from crisis.store import fan_out_facts, fan_outs, ladders, notices, recipients, rounds
from crisis.store.models import Batch, Incident, Item


@dataclass(frozen=True, slots=True)
class Launched:
    """What is under way now."""

    asked: Sequence[fan_outs.Asked]
    counts: Mapping[str, int]  # notices, alerts, items, merged_items, unrouted_items
    happened: Sequence[tuple[records.Kind, fan_out_facts.Body]]  # for the record, in order


def launch(
    session: Session,
    owner: Incident,
    batch: Batch,
    plan: fan_out.Plan,
    *,
    writer: rounds.Writer,
    known: Mapping[str, Item] | None = None,
    again: Mapping[str, UUID] | None = None,
) -> Launched:
    """Write ``plan`` as ``batch``, arm its timers, plan its alerts.

    Args:
        known: items that the incident already holds, as for ``fan_outs.write``.
        again: those of them that are asked only now, as for ``fan_outs.write``.
    """
    by = ladders.of(session, owner)
    comes_first = batch.number == 1
    earlier = {} if comes_first else notices.of_incident(session, owner.id)
    written = fan_outs.write(session, owner, batch, plan, known=known, earlier=earlier, again=again)
    moved = fan_outs.reopen(session, written.asked, earlier, batch)
    ladders.arm(session, owner, batch, written.asked, by)  # first: the server takes them while alerts are drafted
    drafts = _alerts(session, owner, batch, written.asked, writer=writer, fresh=comes_first)
    return Launched(
        asked=written.asked,
        counts=written.counts(alerts=len(drafts)),
        happened=fan_out_facts.happened(batch, written, drafts, moved=moved),
    )


def _alerts(
    session: Session,
    owner: Incident,
    batch: Batch,
    asked: Sequence[fan_outs.Asked],
    *,
    writer: rounds.Writer,
    fresh: bool,
) -> list[outgoing.Draft]:
    """Plan a first alert to platforms that had none, one message about the new items to the others."""
    of_batch = batch.number, batch.named_at, batch.target_at
    first = (to for one in asked if one.is_new for to in _recipients(one, *of_batch))
    again = [to for one in asked if not one.is_new for to in _recipients(one, *of_batch)]
    drafts = rounds.plan(session, owner, first, writer=writer, cause="first", purpose=alert.Purpose.FIRST, fresh=fresh)
    if again:
        known, cause = recipients.with_first(session, again), f"items:{batch.number}"
        drafts += rounds.plan(session, owner, known, writer=writer, cause=cause, purpose=alert.Purpose.ITEMS)
    return drafts


def _recipients(
    asked: fan_outs.Asked, number: int, named_at: datetime, target_at: datetime
) -> list[outgoing.Recipient]:
    return outgoing.recipients(
        asked.request,
        notice_id=asked.notice_id,
        items=asked.items,
        hashes=asked.hashes,
        batch=number,
        named_at=named_at,
        target_at=None if asked.request.ask is notice.Ask.INFORM else target_at,
    )
