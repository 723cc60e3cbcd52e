"""Alerts as a queue: planned in one insert, claimed under a lease, fenced, cancelled."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.outgoing import Draft, Text, TextKey
from crisis.store import bulk, keys
from crisis.store.models import Alert, Link, Message

#: A claim holds this long unless a flush renews it; then the rows go to the next worker.
LEASE = timedelta(seconds=15)

_DUE_STATES = (alert.State.PLANNED, alert.State.WAITING_RETRY, alert.State.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Claimed:
    """An alert that this worker holds: everything that sending needs, and nothing that changes."""

    id: UUID
    fence: int
    incident_id: UUID
    notice_id: UUID | None
    contact_id: UUID | None
    message_id: UUID
    link_id: UUID | None
    reply_to_id: UUID | None
    purpose: str
    channel: str
    address: str
    contact_name: str
    slots: Mapping[str, str]
    planned_at: datetime
    attempts: int


_CLAIMED_COLUMNS = (
    Alert.id,
    Alert.fence,
    Alert.incident_id,
    Alert.notice_id,
    Alert.contact_id,
    Alert.message_id,
    Alert.link_id,
    Alert.reply_to_id,
    Alert.purpose,
    Alert.channel,
    Alert.address,
    Alert.contact_name,
    Alert.slots,
    Alert.planned_at,
    Alert.attempts,
)


def plan(
    session: Session,
    incident_id: UUID,
    drafts: Sequence[Draft],
    texts: Mapping[TextKey, Text],
    *,
    fingerprint: Callable[[UUID, int], str],
    now: datetime,
) -> list[UUID]:
    """Write drafts as planned alerts, with their messages and links; those there already are left as they are.

    Args:
        fingerprint: from (link id, generation) to the hash under which the token is found.

    Returns:
        The ids of the alerts that are new.
    """
    drafts = _without_known(session, incident_id, drafts)
    if not drafts:
        return []
    message_ids = _messages(session, incident_id, texts, {draft.text_key for draft in drafts}, now=now)
    links = _links(session, drafts, fingerprint=fingerprint, now=now)
    bulk.insert(session, Alert, [_row(incident_id, draft, message_ids, links, now) for draft in drafts])
    return [draft.alert_id for draft in drafts]


def _row(
    incident_id: UUID,
    draft: Draft,
    message_ids: Mapping[TextKey, UUID],
    links: Mapping[tuple[UUID, UUID], UUID],
    now: datetime,
) -> dict[str, Any]:
    to = draft.recipient
    linked = links.get((to.notice_id, to.endpoint_id)) if to.notice_id and to.endpoint_id else None
    return {
        "id": draft.alert_id,
        "incident_id": incident_id,
        "notice_id": to.notice_id,
        "contact_id": to.contact_id,
        "endpoint_id": to.endpoint_id,
        "user_id": to.user_id,
        "link_id": linked,
        "message_id": message_ids[draft.text_key],
        "reply_to_id": to.first_alert_id,
        "cause": draft.cause,
        "purpose": draft.purpose.value,
        "channel": to.channel.value,
        "queue": alert.queue(to.channel).value,
        "address": to.address,
        "contact_name": to.name,
        "slots": dict(draft.slots),
        "state": alert.State.PLANNED.value,
        "priority": alert.priority(draft.purpose),
        "planned_at": now,
        "due_at": draft.due_at,
        "fence": 0,
        "attempts": 0,
        "possible_repeat": False,
    }


def _without_known(session: Session, incident_id: UUID, drafts: Sequence[Draft]) -> list[Draft]:
    causes = {draft.cause for draft in drafts}
    query = sa.select(Alert.notice_id, Alert.endpoint_id, Alert.user_id, Alert.cause)
    known = set(session.execute(query.where(Alert.incident_id == incident_id, Alert.cause.in_(causes))))
    return [
        draft
        for draft in drafts
        if (draft.recipient.notice_id, draft.recipient.endpoint_id, draft.recipient.user_id, draft.cause) not in known
    ]


def _messages(
    session: Session, incident_id: UUID, texts: Mapping[TextKey, Text], needed: Iterable[TextKey], *, now: datetime
) -> dict[TextKey, UUID]:
    wanted = set(needed)
    rounds = {key.round for key in wanted}
    query = sa.select(Message.id, Message.round, Message.ask, Message.language, Message.channel)
    found = {
        TextKey(*rest): message_id
        for message_id, *rest in session.execute(
            query.where(Message.incident_id == incident_id, Message.round.in_(rounds))
        )
    }
    new = {key: keys.new() for key in sorted(wanted) if key not in found}
    if new:
        session.execute(
            sa.insert(Message),
            [
                {
                    "id": message_id,
                    "incident_id": incident_id,
                    **key._asdict(),
                    "subject": texts[key].subject,
                    "text": texts[key].text,
                    "html": texts[key].html,
                    "created_at": now,
                }
                for key, message_id in new.items()
            ],
        )
    return found | new


def _links(
    session: Session, drafts: Sequence[Draft], *, fingerprint: Callable[[UUID, int], str], now: datetime
) -> dict[tuple[UUID, UUID], UUID]:
    """One link for each notice and endpoint, kept over all alerts to it."""
    needed = {
        (to.notice_id, to.endpoint_id): to.contact_id
        for to in (draft.recipient for draft in drafts)
        if to.notice_id and to.endpoint_id
    }
    if not needed:
        return {}
    query = sa.select(Link.notice_id, Link.endpoint_id, Link.id).where(
        Link.notice_id.in_({notice_id for notice_id, _ in needed}), Link.revoked_at.is_(None)
    )
    found = {(notice_id, endpoint_id): link_id for notice_id, endpoint_id, link_id in session.execute(query)}
    rows = []
    for pair, contact_id in needed.items():
        if pair not in found:
            found[pair] = link_id = keys.new()
            rows.append(
                {
                    "id": link_id,
                    "notice_id": pair[0],
                    "endpoint_id": pair[1],
                    "contact_id": contact_id,
                    "generation": 1,
                    "token_hash": fingerprint(link_id, 1),
                    "created_at": now,
                }
            )
    bulk.insert(session, Link, rows)
    return found


def claim(
    session: Session,
    queue: alert.Queue,
    *,
    owner: str,
    now: datetime,
    limit: int,
    overdue_by: timedelta = timedelta(0),
) -> list[Claimed]:
    """Take up to ``limit`` due alerts under a lease, most urgent first; nobody else gets them meanwhile."""
    due = (
        sa.select(Alert.id)
        .where(
            Alert.queue == queue.value,
            sa.or_(
                sa.and_(Alert.state.in_([state.value for state in _DUE_STATES]), Alert.due_at <= now - overdue_by),
                sa.and_(Alert.state == alert.State.CLAIMED.value, Alert.lease_until <= now),
            ),
        )
        .order_by(Alert.priority, Alert.due_at, Alert.id)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    statement = (
        sa.update(Alert)
        .where(Alert.id.in_(due))
        .values(state=alert.State.CLAIMED.value, owner=owner, fence=Alert.fence + 1, lease_until=now + LEASE)
        .returning(*_CLAIMED_COLUMNS, Alert.priority, Alert.due_at)
        .execution_options(synchronize_session=False)
    )
    rows = sorted(session.execute(statement).all(), key=lambda row: (row.priority, row.due_at, row.id))
    return [Claimed(*row[: len(_CLAIMED_COLUMNS)]) for row in rows]


def free_earlier_boots(session: Session, *, node: str, boot: str, now: datetime) -> int:
    """Give back what processes of earlier boots of ``node`` still hold; a worker calls it when it starts.

    What was claimed is planned again; what was started has its lease ended, so that the next claim
    takes it as unknown. Returns how many rows that were.
    """
    held = sa.and_(Alert.owner.startswith(f"{node}/", autoescape=True), Alert.owner.not_like(f"{node}/{boot}/%"))
    claimed = session.execute(
        sa.update(Alert)
        .where(held, Alert.state == alert.State.CLAIMED.value)
        .values(state=alert.State.PLANNED.value, owner=None, lease_until=None, fence=Alert.fence + 1)
        .execution_options(synchronize_session=False)
    )
    started = session.execute(
        sa.update(Alert)
        .where(held, Alert.state == alert.State.STARTED.value)
        .values(lease_until=now)
        .execution_options(synchronize_session=False)
    )
    return int(claimed.rowcount + started.rowcount)  # type: ignore[attr-defined]


def due_queues(session: Session, now: datetime) -> list[alert.Queue]:
    """The queues in which something waits to be sent or taken over."""
    query = (
        sa.select(Alert.queue)
        .where(
            sa.or_(
                sa.and_(Alert.state.in_([state.value for state in _DUE_STATES]), Alert.due_at <= now),
                sa.and_(
                    Alert.state.in_([alert.State.CLAIMED.value, alert.State.STARTED.value]), Alert.lease_until <= now
                ),
            )
        )
        .distinct()
    )
    return [alert.Queue(name) for name in session.scalars(query)]


def cancel(session: Session, *where: sa.ColumnElement[bool], now: datetime) -> list[UUID]:
    """Cancel what is not on the wire yet among the alerts that fit ``where``; returns their ids."""
    unsent = [state.value for state in (*_DUE_STATES, alert.State.CLAIMED)]
    statement = (
        sa.update(Alert)
        .where(Alert.state.in_(unsent), *where)
        .values(state=alert.State.CANCELLED.value, ended_at=now, fence=Alert.fence + 1, lease_until=None)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def cancel_for_notice(
    session: Session, notice_id: UUID, purposes: Iterable[alert.Purpose], *, now: datetime
) -> list[UUID]:
    """Cancel one notice's unsent alerts of these purposes, as when somebody has answered."""
    return cancel(
        session, Alert.notice_id == notice_id, Alert.purpose.in_([purpose.value for purpose in purposes]), now=now
    )


def cancel_for_incident(session: Session, incident_id: UUID, *, now: datetime) -> list[UUID]:
    """Cancel an incident's unsent alerts to platforms; corrections and messages to officers go on."""
    kept = [alert.Purpose.CORRECTION.value, alert.Purpose.OFFICER.value, alert.Purpose.STAND_DOWN.value]
    return cancel(session, Alert.incident_id == incident_id, Alert.purpose.not_in(kept), now=now)


def resume(session: Session, incident_id: UUID, *, cancelled_at: datetime, now: datetime) -> list[UUID]:
    """Plan again what an incident's stand-down had cancelled at one moment; returns the ids."""
    statement = (
        sa.update(Alert)
        .where(
            Alert.incident_id == incident_id,
            Alert.state == alert.State.CANCELLED.value,
            Alert.ended_at == cancelled_at,
        )
        .values(state=alert.State.PLANNED.value, ended_at=None, due_at=now)
        .returning(Alert.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def messages(session: Session, ids: Iterable[UUID]) -> dict[UUID, Message]:
    """The messages with these ids."""
    query = sa.select(Message).where(Message.id.in_(set(ids)))
    return {message.id: message for message in session.scalars(query)}


def contacts_tried(session: Session, notice_id: UUID) -> set[UUID]:
    """The contacts of a platform to whom an alert of this notice was planned."""
    query = sa.select(Alert.contact_id).where(Alert.notice_id == notice_id, Alert.contact_id.is_not(None)).distinct()
    return {contact_id for contact_id in session.scalars(query) if contact_id is not None}
