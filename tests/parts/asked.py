"""A request as it stands after its alerts have left: rows written directly, with links that open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import ladder_body
from crisis.notify import links as tokens
from crisis.store import db, keys, links
from crisis.store.links import Shown
from crisis.store.models import (
    Alert,
    Batch,
    Contact,
    Incident,
    Item,
    Link,
    Message,
    Notice,
    NoticeItem,
    Platform,
    Timer,
    Version,
)
from tests.conftest import SECRET
from tests.parts import samples
from tests.parts.ladders import V1


@dataclass(frozen=True, slots=True)
class Asked:
    """Ids of what was written; ``links`` and ``tokens`` by position of the contact, from 0."""

    incident_id: UUID
    notice_id: UUID
    contacts: tuple[UUID, ...]
    links: tuple[UUID, ...]
    tokens: tuple[str, ...]
    entries: tuple[UUID, ...]  # the items as asked of the platform, in order


def shown(link_id: UUID) -> Shown:
    """A link as it is found for whoever opens it, usable or not."""
    with db.reading() as session:
        token_hash = session.get_one(Link, link_id).token_hash
        return links.shown_by_hash(session, [token_hash])[token_hash]


def contact_at(position: int, **parts: object) -> Contact:
    """A contact with one mail address."""
    return samples.contact(position, endpoints=[f"desk-{position}@pixelly.example"], **parts)


def incident(now: datetime, **parts: object) -> Incident:
    """A declared incident."""
    return Incident(
        **{
            "id": keys.new(),
            "ref": "INC-2026-0007",
            "purpose": "real",
            "instrument": "alert",
            "kind": "terrorist-violent-extremist",
            "severity": "extreme",
            "tlp": "AMBER",
            "state": "declared",
            "title": "Attack in a shopping street",
            "summary": "A recording made by the attacker is being copied. See https://evil.example/v now.",
            "authority_name": "Belgian Internet Referral Unit",
            "desk_name": "Night desk",
            "desk_phone": "+32 2 555 01 99",
            "member_states": "BE",
            "audience": {"all": True},
            "declared_at": now,
            "declared_by": "cli",
            "target_at": now + timedelta(minutes=60),
            "aim_minutes": 60,
            **parts,
        }
    )


def write(
    now: datetime,
    *,
    contacts: Sequence[Contact] | None = None,
    urls: Sequence[str] = ("https://pixelly.example/1", "https://pixelly.example/2", "https://pixelly.example/3"),
    hashes: int = 0,
    owner: Incident | None = None,
    platform: Platform | None = None,
    **parts: object,
) -> Asked:
    """One platform, asked at ``now`` in an incident; ``parts`` replace fields of the request."""
    asked = platform or samples.platform(contacts=list(contacts or [contact_at(1)]))
    with db.transaction() as session:
        session.add(asked)
        batch = _first_batch(session, owner or incident(now), now=now)
        row = Notice(
            **{
                "id": keys.new(),
                "incident_id": batch.incident_id,
                "platform_id": asked.id,
                "platform_name": asked.name,
                "instrument": "alert",
                "ask": "act" if urls else ("search" if hashes else "inform"),
                "state": "awaiting",
                "named_at": now,
                "target_at": batch.target_at if urls or hashes else None,
                **parts,
            }
        )
        session.add(row)
        session.flush()
        entries = _entries(session, batch, row, [*urls, *([None] * hashes)])
        links = [_link(row, contact) for contact in asked.contacts]
        session.add_all([*entries, *links])
        session.flush()
        return Asked(
            batch.incident_id,
            row.id,
            tuple(one.id for one in asked.contacts),
            tuple(one.id for one in links),
            tuple(tokens.token(SECRET, one.id, 1) for one in links),
            tuple(one.id for one in entries),
        )


def _first_batch(session: Session, owner: Incident, *, now: datetime) -> Batch:
    """The batch of an incident, which is written if it is new."""
    if owner.ladder_id is None:
        versions = [
            Version(kind=kind, number=1, body=body, digest=kind, created_at=now)
            for kind, body in (("ladder", ladder_body.as_json(V1)), ("texts", {}))
        ]
        session.add_all(versions)
        session.flush()
        owner.ladder_id, owner.texts_id = versions[0].id, versions[1].id
        session.add(owner)
        session.flush()
        session.add(Batch(incident_id=owner.id, number=1, named_at=now, target_at=owner.target_at, named_by="cli"))
    session.flush()
    return session.query(Batch).filter_by(incident_id=owner.id).one()


def _entries(session: Session, batch: Batch, row: Notice, urls: Sequence[str | None]) -> list[NoticeItem]:
    """Items of the batch, written, as asked of the platform; those without an address are hashes."""
    position = session.query(Item).filter_by(incident_id=batch.incident_id).count()
    items = [
        Item(
            id=keys.new(),
            incident_id=batch.incident_id,
            batch_id=batch.id,
            position=position + place,
            url=url,
            content_key=url or f"md5:{place:032x}",
            host="pixelly.example" if url else None,
            md5=None if url else f"{place:032x}",
            sha256=samples.SHA256 if url and place == 1 else None,
        )
        for place, url in enumerate(urls, start=1)
    ]
    session.add_all(items)
    session.flush()
    return [
        NoticeItem(
            id=keys.new(),
            notice_id=row.id,
            item_id=one.id,
            batch_id=batch.id,
            reason="host" if one.url else "shared",
            named_at=row.named_at,
            target_at=batch.target_at,
            state="named",
        )
        for one in items
    ]


def _link(row: Notice, contact: Contact) -> Link:
    """Its token opens it at the first address of the contact."""
    link_id = keys.new()
    return Link(
        id=link_id,
        notice_id=row.id,
        contact_id=contact.id,
        endpoint_id=contact.endpoints[0].id,
        generation=1,
        token_hash=tokens.fingerprint(SECRET, link_id, 1),
        created_at=row.named_at,
    )


def arm(asked: Asked, ladder: str, *, due_at: datetime) -> UUID:
    """An armed timer of the request."""
    row = Timer(
        id=keys.new(),
        incident_id=asked.incident_id,
        notice_id=asked.notice_id,
        ladder=ladder,
        step=0,
        action="next_contact",
        starts_at=due_at - timedelta(minutes=5),
        due_at=due_at,
        state="armed",
    )
    with db.transaction() as session:
        session.add(row)
    return row.id


def plan_alert(asked: Asked, purpose: str, *, state: str = "planned", now: datetime) -> UUID:
    """An alert of the request to its first contact."""
    with db.transaction() as session:
        message = Message(
            id=keys.new(),
            incident_id=asked.incident_id,
            round=f"{purpose}:{keys.new()}",
            ask="act",
            language="en",
            channel="email",
            subject="s",
            text="t",
            html="h",
            created_at=now,
        )
        session.add(message)
        session.flush()
        link = session.get_one(Link, asked.links[0])
        row = Alert(
            id=keys.new(),
            incident_id=asked.incident_id,
            notice_id=asked.notice_id,
            contact_id=asked.contacts[0],
            endpoint_id=link.endpoint_id,
            link_id=link.id,
            message_id=message.id,
            cause=message.round,
            purpose=purpose,
            channel="email",
            queue="mail",
            address="desk-1@pixelly.example",
            contact_name="Desk 1",
            slots={},
            state=state,
            priority=2,
            planned_at=now,
            due_at=now,
        )
        session.add(row)
        return row.id
