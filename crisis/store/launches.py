"""A launch: what a written batch sets in motion, its alerts with their links and its timers."""

from datetime import datetime

from sqlalchemy.orm import Session

from crisis.domain import alert, ladder, notice, outgoing
from crisis.store import ladders, recipients, rounds
from crisis.store.fan_outs import Asked, Written
from crisis.store.models import Batch, Incident
from crisis.store.rounds import Writer


def launch(
    session: Session, owner: Incident, batch: Batch, written: Written, *, by: ladder.Ladders, writer: Writer
) -> list[outgoing.Draft]:
    """Plan a first alert to platforms that had none, one message about the new items to the others; arm the timers.

    Args:
        by: the ladders of the incident.

    Returns:
        What was planned.
    """
    of_batch = batch.number, batch.named_at, batch.target_at
    first = (one for asked in written.asked if asked.is_new for one in _recipients(asked, *of_batch))
    again = [one for asked in written.asked if not asked.is_new for one in _recipients(asked, *of_batch)]
    with_incident = batch.number == 1
    drafts = rounds.plan(
        session, owner, first, writer=writer, cause="first", purpose=alert.Purpose.FIRST, fresh=with_incident
    )
    if again:
        to, cause = recipients.with_first(session, again), f"items:{batch.number}"
        drafts += rounds.plan(session, owner, to, writer=writer, cause=cause, purpose=alert.Purpose.ITEMS)
    ladders.arm(session, owner, batch, written.asked, by)
    return drafts


def _recipients(asked: Asked, number: int, named_at: datetime, target_at: datetime) -> list[outgoing.Recipient]:
    return outgoing.recipients(
        asked.request,
        notice_id=asked.notice_id,
        items=asked.items,
        hashes=asked.hashes,
        batch=number,
        named_at=named_at,
        target_at=None if asked.request.ask is notice.Ask.INFORM else target_at,
    )
