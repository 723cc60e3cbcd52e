"""An incident of one night, written as rows: small enough to count by hand, or as large as asked for."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import ladder_body
from crisis.store import db, keys
from crisis.store.models import (
    Acknowledgement,
    Alert,
    Answer,
    Attempt,
    Batch,
    Call,
    Contact,
    Endpoint,
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
from tests.parts import samples
from tests.parts.ladders import V1

LADDER = ladder_body.as_json(V1)


class Story:
    """Adds rows to one incident, declared at ``start``; every time is given in minutes since."""

    def __init__(self, session: Session, start: datetime, **parts: Any) -> None:
        self.session, self.start = session, start
        ladder = Version(id=keys.new(), kind="ladder", number=1, body=LADDER, digest="1", created_at=start)
        texts = Version(id=keys.new(), kind="texts", number=1, body={}, digest="2", created_at=start)
        session.add_all([ladder, texts])
        session.flush()
        self.incident = self.add(
            Incident(
                **{
                    "id": keys.new(),
                    "ref": "INC-2026-0007",
                    "purpose": "real",
                    "instrument": "alert",
                    "kind": "terrorist-violent-extremist",
                    "severity": "extreme",
                    "tlp": "AMBER",
                    "state": "declared",
                    "title": "Night-market attack",
                    "summary": "Fictional.",
                    "authority_name": "Belgian Internet Referral Unit (fictional)",
                    "desk_name": "Crisis desk",
                    "desk_phone": "+32 2 555 01 99",
                    "member_states": "BE",
                    "audience": {"all": True},
                    "declared_at": start,
                    "declared_by": "cli",
                    "target_at": self.at(60),
                    "aim_minutes": 60,
                    "ladder_id": ladder.id,
                    "texts_id": texts.id,
                    **parts,
                }
            )
        )
        self.batch = self.add(
            Batch(
                id=keys.new(),
                incident_id=self.incident.id,
                number=1,
                named_at=start,
                target_at=self.at(60),
                named_by="cli",
            )
        )
        self.message = self.add(
            Message(
                id=keys.new(),
                incident_id=self.incident.id,
                round="first",
                ask="act",
                language="en",
                channel="email",
                subject="s",
                text="t",
                html="h",
                created_at=start,
            )
        )
        self.items = 0

    def add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def at(self, minutes: float) -> datetime:
        return self.start + timedelta(minutes=minutes)

    def notice(self, platform: Platform, *, items: int = 0, ask: str = "act", **parts: Any) -> Notice:
        """One platform asked at the declaration, about so many addresses."""
        row: Notice = self.add(
            Notice(
                **{
                    "id": keys.new(),
                    "incident_id": self.incident.id,
                    "platform_id": platform.id,
                    "platform_name": platform.name,
                    "instrument": "alert",
                    "ask": ask,
                    "state": "awaiting",
                    "named_at": self.start,
                    "target_at": None if ask == "inform" else self.at(60),
                    "contradiction": False,
                    "question": False,
                    **parts,
                }
            )
        )
        for _ in range(items):
            self.item(row, f"https://{platform.registry_id}.example/v/{self.items + 1}")
        return row

    def item(self, notice: Notice, url: str | None, *, reason: str = "host", **parts: Any) -> NoticeItem:
        self.items += 1
        one = self.add(
            Item(
                id=keys.new(),
                incident_id=self.incident.id,
                batch_id=self.batch.id,
                position=self.items,
                url=url,
                content_key=url or f"sha256:{self.items}",
                host=url.split("/")[2] if url else None,
            )
        )
        row: NoticeItem = self.add(
            NoticeItem(
                **{
                    "id": keys.new(),
                    "notice_id": notice.id,
                    "item_id": one.id,
                    "batch_id": self.batch.id,
                    "reason": reason,
                    "named_at": self.start,
                    "target_at": self.at(60),
                    "state": "named",
                    **parts,
                }
            )
        )
        return row

    def alert(self, notice: Notice, contact: Contact, endpoint: Endpoint, **parts: Any) -> Alert:
        """A first alert accepted two seconds after the declaration, unless ``parts`` say otherwise."""
        accepted = parts.get("state", "accepted") == "accepted"
        row: Alert = self.add(
            Alert(
                **{
                    "id": keys.new(),
                    "incident_id": self.incident.id,
                    "notice_id": notice.id,
                    "contact_id": contact.id,
                    "endpoint_id": endpoint.id,
                    "message_id": self.message.id,
                    "cause": "first",
                    "purpose": "first",
                    "channel": endpoint.channel,
                    "queue": "mail" if endpoint.channel == "email" else "other",
                    "address": endpoint.address,
                    "contact_name": contact.name,
                    "slots": {},
                    "state": "accepted",
                    "priority": 1,
                    "planned_at": self.start,
                    "due_at": self.start,
                    "first_attempt_at": self.at(1 / 60),
                    "accepted_at": self.at(2 / 60) if accepted else None,
                    "attempts": 1,
                    **parts,
                }
            )
        )
        return row

    def attempt(self, alert: Alert, *, outcome: str = "accepted", detail: str = "250 ok") -> None:
        self.add(
            Attempt(
                id=keys.new(),
                alert_id=alert.id,
                number=1,
                fence=1,
                owner="node/boot/1",
                started_at=self.at(1 / 60),
                finished_at=self.at(2 / 60),
                outcome=outcome,
                detail=detail,
                size=2048,
                sha256="0" * 64,
            )
        )

    def answer(self, notice: Notice, contact: Contact, kind: str, *, minutes: float, **parts: Any) -> Answer:
        row: Answer = self.add(
            Answer(
                **{
                    "id": keys.new(),
                    "notice_id": notice.id,
                    "contact_id": contact.id,
                    "kind": kind,
                    "confirmed": True,
                    "name": "A. Weber",
                    "recorded_at": self.at(minutes),
                    **parts,
                }
            )
        )
        return row

    def acknowledge(self, notice: Notice, contact: Contact, *, minutes: float) -> None:
        self.answer(notice, contact, "acknowledge", minutes=minutes)
        self.add(Acknowledgement(notice_id=notice.id, contact_id=contact.id, at=self.at(minutes)))
        notice.acknowledged_at, notice.acknowledged_by = self.at(minutes), "A. Weber"
        if notice.state == "awaiting":
            notice.state = "acknowledged"
        self.session.flush()

    def call(self, notice: Notice, contact: Contact, endpoint: Endpoint, *, minutes: float, outcome: str) -> None:
        self.add(
            Call(
                id=keys.new(),
                notice_id=notice.id,
                contact_id=contact.id,
                endpoint_id=endpoint.id,
                number=endpoint.address,
                outcome=outcome,
                called_at=self.at(minutes),
                called_by="cli",
            )
        )

    def timer(self, notice: Notice, *, minutes: float, action: str, ladder: str = "silence:1", step: int = 0) -> None:
        self.add(
            Timer(
                id=keys.new(),
                incident_id=self.incident.id,
                notice_id=notice.id,
                ladder=ladder,
                step=step,
                action=action,
                starts_at=self.start,
                due_at=self.at(minutes),
                state="armed",
            )
        )

    def link(self, notice: Notice, contact: Contact, endpoint: Endpoint) -> UUID:
        row: Link = self.add(
            Link(
                id=keys.new(),
                notice_id=notice.id,
                contact_id=contact.id,
                endpoint_id=endpoint.id,
                generation=1,
                token_hash=str(keys.new()),
                created_at=self.start,
            )
        )
        return row.id


def large(start: datetime, *, platforms: int, items_each: int = 4) -> str:
    """An incident with so many platforms, half of them acknowledged; its reference."""
    registry = samples.add(
        *(
            samples.platform(
                f"p-{number:04}",
                name=f"Platform {number:04}",
                domains=(f"p-{number:04}.example",),
                contacts=[
                    samples.contact(1, endpoints=[f"a{number}@p.example", f"b{number}@p.example"]),
                    samples.contact(
                        2, endpoints=[samples.endpoint("+3225550199", channel="phone")], hours="Mon-Fri 08:00-18:00"
                    ),
                ],
            )
            for number in range(platforms)
        )
    )
    with db.transaction() as session:
        story = Story(session, start)
        for place, platform in enumerate(registry):
            notice = story.notice(platform, items=items_each)
            first = platform.contacts[0]
            for endpoint in first.endpoints:
                story.attempt(story.alert(notice, first, endpoint))
            story.timer(notice, minutes=5, action="next_contact")
            if place % 2:
                story.acknowledge(notice, first, minutes=place % 50)
        return str(story.incident.ref)
