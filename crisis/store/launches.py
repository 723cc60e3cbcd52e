"""A launch: what a written batch sets in motion, its alerts with their links and its timers."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import alert, notice, outgoing
from crisis.store import keys, ladders, outbox, recipients
from crisis.store.fan_outs import Asked, Written
from crisis.store.models import Batch, Incident


class Drafter(Protocol):
    """Puts alerts of one round into words."""

    def __call__(
        self,
        recipients: Iterable[outgoing.Recipient],
        *,
        cause: str,
        purpose: alert.Purpose,
        new_id: Callable[[], UUID],
    ) -> tuple[list[outgoing.Draft], dict[outgoing.TextKey, outgoing.Text]]: ...


def launch(
    session: Session,
    owner: Incident,
    batch: Batch,
    written: Written,
    *,
    draft: Drafter,
    fingerprint: Callable[[UUID, int], str],
    now: datetime,
) -> list[outgoing.Draft]:
    """Plan a first alert to platforms that had none, one message about the new items to the others; arm the timers.

    Args:
        fingerprint: as for ``outbox.put``.

    Returns:
        What was planned.
    """
    new = [one for asked in written.asked if asked.is_new for one in _recipients(asked, batch)]
    asked_before = [one for asked in written.asked if not asked.is_new for one in _recipients(asked, batch)]
    drafts: list[outgoing.Draft] = []
    for them, cause, purpose in (
        (new, "first", alert.Purpose.FIRST),
        (recipients.with_first(session, asked_before), f"items:{batch.number}", alert.Purpose.ITEMS),
    ):
        some, texts = draft(them, cause=cause, purpose=purpose, new_id=iter(keys.many(len(them))).__next__)
        outbox.put(session, owner.id, some, texts, fingerprint=fingerprint, now=now)
        drafts += some
    ladders.arm(session, owner, batch, written.asked)
    return drafts


def _recipients(asked: Asked, batch: Batch) -> list[outgoing.Recipient]:
    return outgoing.recipients(
        asked.request,
        notice_id=asked.notice_id,
        items=asked.items,
        hashes=asked.hashes,
        batch=batch.number,
        named_at=batch.named_at,
        target_at=None if asked.request.ask is notice.Ask.INFORM else batch.target_at,
    )
