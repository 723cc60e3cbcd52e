"""A launch: what a written batch sets in motion, its alerts with their links and its timers."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import alert, ladder, notice, outgoing
from crisis.store import keys, ladders, outbox, recipients
from crisis.store.fan_outs import Asked, Written
from crisis.store.models import Batch, Incident


class Writer(Protocol):
    """Puts alerts of an incident into words, one at a time; ``drafting`` adds to ``texts``."""

    @property
    def now(self) -> datetime: ...

    @property
    def fingerprint(self) -> Callable[[UUID, int], str]: ...

    def drafting(
        self,
        recipients: Iterable[outgoing.Recipient],
        texts: dict[outgoing.TextKey, outgoing.Text],
        *,
        cause: str,
        purpose: alert.Purpose,
        new_id: Callable[[], UUID],
    ) -> Iterator[outgoing.Draft]: ...


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
    fresh = batch.number == 1  # the incident came with it
    first = (one for asked in written.asked if asked.is_new for one in _recipients(asked, *of_batch))
    again = [one for asked in written.asked if not asked.is_new for one in _recipients(asked, *of_batch)]
    rounds: list[tuple[Iterable[outgoing.Recipient], str, alert.Purpose]] = [(first, "first", alert.Purpose.FIRST)]
    if again:
        rounds.append((recipients.with_first(session, again), f"items:{batch.number}", alert.Purpose.ITEMS))
    drafts: list[outgoing.Draft] = []
    for them, cause, purpose in rounds:
        texts: dict[outgoing.TextKey, outgoing.Text] = {}
        made = _kept(writer.drafting(them, texts, cause=cause, purpose=purpose, new_id=keys.endless().__next__), drafts)
        outbox.put(session, owner.id, made, texts, fingerprint=writer.fingerprint, now=writer.now, fresh=fresh)
    ladders.arm(session, owner, batch, written.asked, by)
    return drafts


def _kept(made: Iterable[outgoing.Draft], drafts: list[outgoing.Draft]) -> Iterator[outgoing.Draft]:
    for one in made:
        drafts.append(one)
        yield one


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
