"""Open the page of a link: read what it shows, and count that it was opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import incident, notice
from crisis.notify import links as tokens
from crisis.store import answers, db, links, outcomes
from crisis.store.models import Contact, Incident, Link, Notice
from crisis.store.outcomes import Entry


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing that somebody of the platform said. ``mine``: by the link that is open now."""

    name: str
    kind: str
    recorded_at: datetime
    confirmed: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a link shows: never the list. Times are UTC, the zone is the contact's."""

    link_id: UUID
    notice_id: UUID
    contact_id: UUID
    ref: str
    exercise: bool
    tlp: str
    summary: str
    authority_name: str
    desk_name: str
    desk_phone: str
    stood_down_at: datetime | None
    platform_name: str
    language: str
    time_zone: str
    instrument: notice.Instrument
    ask: notice.Ask
    state: notice.State
    named_at: datetime
    target_at: datetime | None
    aim: timedelta
    items: int  # addresses, withdrawn ones left out
    items_open: int
    items_with_hash: int
    hashes: Mapping[str, int]  # to search for, by algorithm
    search_result: str | None
    heard: tuple[Heard, ...]  # oldest first
    opened_at: datetime | None  # the last time before now, to the minute


def look(token: str, *, now: datetime) -> Page:
    """What to show to whoever holds ``token``; changes nothing.

    Raises:
        LinkUnusable: the token is unknown, revoked or expired; the three look the same from outside.
    """
    digest = tokens.token_hash(token)
    with db.reading() as session:
        link = links.find(session, digest)
        if link is None or not links.is_usable(link, now=now):
            raise errors.LinkUnusable("This link is not in use. Reply to the mail, or call the desk.")
        return _page(session, link)


def count(link_id: UUID, *, now: datetime) -> None:
    """Keep that the page was opened: one row a link and minute, a sign of life and never evidence."""
    with db.reading() as session:
        if links.was_opened(session, link_id, at=now):
            return
    with db.transaction() as session:
        links.open_once(session, link_id, at=now)


def items(notice_id: UUID) -> list[Entry]:
    """The list behind the page, withdrawn items left out; for whoever has asked for it by name."""
    with db.reading() as session:
        return [one for one in outcomes.of_notice(session, notice_id) if one.state.value != "withdrawn"]


def _page(session: Session, link: Link) -> Page:
    row = session.get_one(Notice, link.notice_id)
    owner = session.get_one(Incident, row.incident_id)
    contact = session.get_one(Contact, link.contact_id)
    tally = outcomes.tally(session, row.id)
    opened = links.openings(session, link.id, limit=1)
    return Page(
        link_id=link.id,
        notice_id=row.id,
        contact_id=contact.id,
        ref=owner.ref,
        exercise=owner.purpose == incident.Purpose.EXERCISE,
        tlp=owner.tlp,
        summary=owner.summary,
        authority_name=owner.authority_name,
        desk_name=owner.desk_name,
        desk_phone=owner.desk_phone,
        stood_down_at=owner.stood_down_at if owner.state != incident.State.DECLARED else None,
        platform_name=row.platform_name,
        language=contact.language,
        time_zone=contact.time_zone,
        instrument=notice.Instrument(row.instrument),
        ask=notice.Ask(row.ask),
        state=notice.State(row.state),
        named_at=row.named_at,
        target_at=row.target_at,
        aim=timedelta(minutes=owner.aim_minutes),
        items=tally.items,
        items_open=tally.open,
        items_with_hash=tally.with_hash,
        hashes=tally.hashes,
        search_result=row.search_result,
        heard=tuple(_heard(session, row, link)),
        opened_at=opened[0] if opened else None,
    )


def _heard(session: Session, row: Notice, link: Link) -> list[Heard]:
    return [
        Heard(one.name, one.kind, one.recorded_at, one.confirmed, one.link_id == link.id)
        for one in answers.of_notice(session, row.id)
    ]
