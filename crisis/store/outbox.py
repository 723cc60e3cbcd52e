"""The outbox: drafts become planned alerts, with their messages and links, in one go."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, provider
from crisis.domain.outgoing import Draft, Text, TextKey
from crisis.store import bulk, keys
from crisis.store.models import Alert, Link, Message


def put(
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
        "provider": to.provider or provider.of(to.channel, to.address),
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
