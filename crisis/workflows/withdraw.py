"""Withdraw an item that was named by mistake: a correction goes at once to exactly those who had it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, item, notice, records
from crisis.notify import messages, writer
from crisis.store import alerts, db, fan_out_facts, incidents, notices, recipients, rounds, timers
from crisis.store import records as record
from crisis.store.models import Incident, Item, Notice, NoticeItem


def withdraw(ref: str, item_id: UUID, *, reason: str, settings: Settings, now: datetime, actor: str) -> int:
    """Take one item back from every platform that was asked about it; returns how many endpoints are told.

    The caller rings.

    Raises:
        NotFound: no such incident or item.
        Conflict: it was withdrawn before.
        InvalidInput: no reason was given.
    """
    if not reason.strip():
        raise errors.InvalidInput("Say why the item is withdrawn.", fields={"reason": "required"})
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        _named(session, owner, item_id).withdrawn_at = now
        entries = notices.asked_about(session, item_id)
        recipients.hold(session, owner.id)
        to_tell = recipients.alerted(session, owner.id, notice_ids=[one.notice_id for one in entries])
        happened: list[tuple[records.Kind, Mapping[str, object]]] = [
            (
                records.Kind.ITEM_WITHDRAWN,
                {
                    "item": str(item_id),
                    "reason": reason.strip(),
                    "notices": [[str(one.notice_id), str(one.id)] for one in entries],
                },
            )
        ]
        for entry in entries:
            entry.state = item.Outcome.WITHDRAWN.value
            entry.happened_at = entry.recorded_at = now
        session.flush()
        happened += _close_empty(session, entries, now=now)
        drafts = rounds.plan(
            session,
            owner,
            messages.with_text(to_tell, reason.strip()),
            writer=writer.of(owner, settings, now=now),
            cause=f"correction:{item_id}",
            purpose=alert.Purpose.CORRECTION,
        )
        happened += fan_out_facts.planned(drafts)
        record.append(session, str(owner.id), [record.Fact(kind, actor, now, body) for kind, body in happened], now=now)
    return len(drafts)


def _named(session: Session, owner: Incident, item_id: UUID) -> Item:
    row = session.get(Item, item_id)
    if row is None or row.incident_id != owner.id:
        raise errors.NotFound(f"{owner.ref} holds no such item. Open it again from the incident's page.")
    if row.withdrawn_at is not None:
        raise errors.Conflict("This item was withdrawn before; nothing was changed.")
    return row


def _close_empty(
    session: Session, entries: Sequence[NoticeItem], *, now: datetime
) -> list[tuple[records.Kind, Mapping[str, object]]]:
    """A platform with nothing left to look at is asked for nothing more."""
    happened: list[tuple[records.Kind, Mapping[str, object]]] = []
    for entry in entries:
        left = [row for row, _ in notices.items_of(session, entry.notice_id) if row.state != item.Outcome.WITHDRAWN]
        asked: Notice = notices.by_id(session, entry.notice_id, lock=True)
        if left or asked.state == notice.State.WITHDRAWN.value:
            continue
        asked.state = notice.advance(notice.State(asked.state), notice.Event.WITHDRAW).value
        asked.ended_at = now
        session.flush()
        timers.cancel(session, asked.id, "", now=now)
        unsent = [purpose for purpose in alert.Purpose if purpose is not alert.Purpose.CORRECTION]
        cancelled = alerts.cancel_for_notice(session, asked.id, unsent, now=now)
        happened.append(
            (
                records.Kind.NOTICE_STATE,
                {"notice": str(asked.id), "state": asked.state, "event": notice.Event.WITHDRAW.value},
            )
        )
        happened += fan_out_facts.cancelled(cancelled, now=now)
    return happened
