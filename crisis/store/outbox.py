"""The outbox: drafts become planned alerts, with their messages and links, in one go."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, provider
from crisis.domain.outgoing import Draft, Text, TextKey
from crisis.store import arrays, bulk, case_numbers, keys
from crisis.store.models import Alert, Link, Message

#: Drafts that are written together: the server takes them while the next ones are made.
_BLOCK = 1_000

#: A notice and an endpoint, as numbers: hashing them takes a tenth of the time.
_Pair = tuple[int, int]


def put(
    session: Session,
    incident_id: UUID,
    drafts: Iterable[Draft],
    texts: Mapping[TextKey, Text],
    *,
    fingerprint: Callable[[UUID, int], str],
    now: datetime,
    fresh: bool,
) -> list[Draft]:
    """Write drafts as planned alerts, with their messages and links; those there already are left as they are.

    Args:
        drafts: may be made while they are taken, by something that does not use the session.
        texts: of every draft, at the latest when it is made.
        fingerprint: from (link id, generation) to the hash under which the token is found.
        fresh: the incident came with this transaction and these are its first: there is nothing to look up.

    Returns:
        Those that are new.
    """
    links: dict[_Pair, UUID] = {}
    if not fresh:
        drafts = case_numbers.repeat(session, incident_id, _without_known(session, incident_id, list(drafts)))
        links = _known_links(session, drafts)
    of_link = {"generation": 1, "created_at": now}
    of_alert = {
        "incident_id": incident_id,
        "state": alert.State.PLANNED.value,
        "planned_at": now,
        "fence": 0,
        "attempts": 0,
        "possible_repeat": False,
    }
    planned: list[Draft] = []
    new_keys = keys.endless()
    message_ids: dict[TextKey, UUID] = {}
    coming = iter(drafts)
    while block := list(islice(coming, _BLOCK)):
        bulk.write(session, Link, _OF_LINK, _new_links(block, links, new_keys, fingerprint), same=of_link)
        unknown = {draft.text_key for draft in block} - message_ids.keys()
        message_ids |= _messages(session, incident_id, texts, unknown, fresh=fresh, now=now)
        bulk.write(session, Alert, _OF_ALERT, _rows(block, message_ids, links), same=of_alert)
        planned += block
    return planned


_OF_LINK = ("id", "notice_id", "endpoint_id", "contact_id", "token_hash")
_OF_ALERT = (
    *("id", "notice_id", "contact_id", "endpoint_id", "user_id", "link_id", "reply_to_id"),
    *("message_id", "channel", "queue", "purpose", "priority"),
    *("provider", "address", "contact_name", "slots", "cause", "due_at"),
)


def _rows(
    drafts: Iterable[Draft], message_ids: Mapping[TextKey, UUID], links: Mapping[_Pair, UUID]
) -> Iterator[tuple[Any, ...]]:
    shared: dict[TextKey, tuple[Any, ...]] = {}  # what all alerts of one text have
    for draft in drafts:
        to, key = draft.recipient, draft.text_key
        if key not in shared:
            kind = to.channel.value, alert.queue(to.channel).value, draft.purpose.value, alert.priority(draft.purpose)
            shared[key] = message_ids[key], *kind
        linked = links[to.notice_id.int, to.endpoint_id.int] if to.notice_id and to.endpoint_id else None
        yield (
            *(draft.alert_id, to.notice_id, to.contact_id, to.endpoint_id, to.user_id, linked, to.first_alert_id),
            *shared[key],
            *(to.provider or provider.of(to.channel, to.address), to.address, to.name),
            *(draft.slots, draft.cause, draft.due_at),
        )


def _without_known(session: Session, incident_id: UUID, drafts: Sequence[Draft]) -> list[Draft]:
    given = {"causes": {draft.cause for draft in drafts}, "notices": _notices(drafts)}
    columns = sa.select(Alert.notice_id, Alert.endpoint_id, Alert.user_id, Alert.cause)
    to_platforms = columns.where(arrays.among(Alert.notice_id, "notices"), arrays.among(Alert.cause, "causes"))
    known = set(session.connection().execute(to_platforms, given).all())
    if any(draft.recipient.user_id for draft in drafts):
        to_officers = columns.where(Alert.incident_id == incident_id, Alert.user_id.is_not(None))
        known |= set(session.execute(to_officers.where(arrays.among(Alert.cause, "causes")), given).all())
    return [
        draft
        for draft in drafts
        if (draft.recipient.notice_id, draft.recipient.endpoint_id, draft.recipient.user_id, draft.cause) not in known
    ]


def _notices(drafts: Iterable[Draft]) -> set[UUID]:
    return {draft.recipient.notice_id for draft in drafts if draft.recipient.notice_id is not None}


def _messages(
    session: Session,
    incident_id: UUID,
    texts: Mapping[TextKey, Text],
    wanted: Collection[TextKey],
    *,
    fresh: bool,
    now: datetime,
) -> dict[TextKey, UUID]:
    if not wanted:
        return {}
    found = {} if fresh else _known_messages(session, incident_id, {key.round for key in wanted})
    new = {key: keys.new() for key in sorted(wanted) if key not in found}
    columns = ("id", *TextKey._fields, "subject", "text", "html")
    rows = ((id_, *key, texts[key].subject, texts[key].text, texts[key].html) for key, id_ in new.items())
    bulk.write(session, Message, columns, rows, same={"incident_id": incident_id, "created_at": now})
    return found | new


def _known_messages(session: Session, incident_id: UUID, rounds: Iterable[str]) -> dict[TextKey, UUID]:
    query = sa.select(Message.id, Message.round, Message.ask, Message.language, Message.channel)
    rows = session.execute(query.where(Message.incident_id == incident_id, Message.round.in_(rounds)))
    return {TextKey(*rest): message_id for message_id, *rest in rows}


def _known_links(session: Session, drafts: Iterable[Draft]) -> dict[_Pair, UUID]:
    query = sa.select(Link.notice_id, Link.endpoint_id, Link.id).where(
        arrays.among(Link.notice_id, "notices"), Link.revoked_at.is_(None)
    )
    found = session.connection().execute(query, {"notices": _notices(drafts)})
    return {(notice_id.int, endpoint_id.int): link_id for notice_id, endpoint_id, link_id in found}


def _new_links(
    drafts: Iterable[Draft],
    links: dict[_Pair, UUID],
    new_keys: Iterator[UUID],
    fingerprint: Callable[[UUID, int], str],
) -> Iterator[tuple[Any, ...]]:
    """One link for each notice and endpoint, kept over all alerts to it; adds those that it makes to ``links``."""
    for draft in drafts:
        to = draft.recipient
        if to.notice_id and to.endpoint_id:
            pair = to.notice_id.int, to.endpoint_id.int
            if pair not in links:
                links[pair] = link_id = next(new_keys)
                yield link_id, to.notice_id, to.endpoint_id, to.contact_id, fingerprint(link_id, 1)
