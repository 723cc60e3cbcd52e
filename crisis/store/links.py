"""Links in alerts: found by the hash of their token, counted when opened, ended with their incident."""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crisis.domain import incident
from crisis.store import arrays
from crisis.store.models import Contact, Incident, Link, Notice, Opening


class Shown(NamedTuple):
    """A link with what its page shows of its request, its incident and its contact; times are UTC."""

    link_id: UUID
    revoked_at: datetime | None
    expires_at: datetime | None
    contact_id: UUID
    language: str
    time_zone: str
    notice_id: UUID
    platform_name: str
    instrument: str
    ask: str
    state: str
    named_at: datetime
    target_at: datetime | None
    search_result: str | None
    incident_id: UUID
    ref: str
    purpose: str
    tlp: str
    summary: str
    authority_name: str
    desk_name: str
    desk_phone: str
    stood_down_at: datetime | None
    incident_state: str
    aim_minutes: int

    @property
    def is_exercise(self) -> bool:
        return self.purpose == incident.Purpose.EXERCISE


_SHOWN = sa.select(
    *(Link.id, Link.revoked_at, Link.expires_at),
    *(Contact.id, Contact.language, Contact.time_zone),
    *(Notice.id, Notice.platform_name, Notice.instrument, Notice.ask, Notice.state),
    *(Notice.named_at, Notice.target_at, Notice.search_result),
    *(Incident.id, Incident.ref, Incident.purpose, Incident.tlp, Incident.summary),
    *(Incident.authority_name, Incident.desk_name, Incident.desk_phone),
    *(Incident.stood_down_at, Incident.state, Incident.aim_minutes),
).select_from(
    sa.join(Link, Contact, Contact.id == Link.contact_id)
    .join(Notice, Notice.id == Link.notice_id)
    .join(Incident, Incident.id == Notice.incident_id)
)
_ENDS = (
    sa.select(Link.id, Link.revoked_at, Link.expires_at, Incident.stood_down_at, Incident.state)
    .join(Notice, Notice.id == Link.notice_id)
    .join(Incident, Incident.id == Notice.incident_id)
    .where(arrays.among(Link.id, "ids"))
)
_MAY_END = ("revoked_at", "expires_at", "stood_down_at", "incident_state")
_BY_HASH = _SHOWN.add_columns(Link.token_hash).where(arrays.among(Link.token_hash, "hashes"))


def as_they_are_now(session: Session, found: Iterable[Shown]) -> dict[UUID, Shown]:
    """These links, usable or not, with what may have ended since they were looked up."""
    before = {one.link_id: one for one in found}
    rows = session.connection().execute(_ENDS, {"ids": before.keys()})
    return {link_id: _ending(before[link_id], ends) for link_id, *ends in rows}


def _ending(link: Shown, ends: Sequence[Any]) -> Shown:
    """The link with these ends; mostly they are what they were, and a copy costs more than to see that."""
    if [link.revoked_at, link.expires_at, link.stood_down_at, link.incident_state] == ends:
        return link
    return link._replace(**dict(zip(_MAY_END, ends, strict=True)))


def shown_by_hash(session: Session, token_hashes: Collection[str]) -> dict[str, Shown]:
    """What the pages of the links whose tokens have these hashes show, usable or not."""
    rows = session.connection().execute(_BY_HASH, {"hashes": token_hashes})
    return {row[-1]: Shown._make(row[:-1]) for row in rows}


def find(session: Session, token_hash: str) -> Link | None:
    """The link whose token has this hash, usable or not."""
    return session.scalars(sa.select(Link).where(Link.token_hash == token_hash)).one_or_none()


def by_id(session: Session, link_id: UUID) -> Link | None:
    """The link with this id, usable or not."""
    return session.get(Link, link_id)


def is_usable(link: Link | Shown, *, now: datetime) -> bool:
    """Whether the link still opens its page: neither revoked nor expired."""
    return link.revoked_at is None and (link.expires_at is None or now < link.expires_at)


def minute(at: datetime) -> datetime:
    """The minute of an opening: UTC, without seconds."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def open_many(session: Session, opened: Collection[tuple[UUID, datetime]]) -> None:
    """Write down that the pages of links were opened, each in the minute of its time; a second time changes nothing."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    once = sorted({(link_id, minute(at)) for link_id, at in opened})  # in one order: two who write never wait in a ring
    rows = [{"link_id": link_id, "minute": at} for link_id, at in once]
    session.connection().execute(insert(Opening.__table__).on_conflict_do_nothing(), rows)


_LAST_OPENED = (
    sa.select(Opening.link_id, sa.func.max(Opening.minute, type_=Opening.minute.type).label("minute"))
    .where(arrays.among(Opening.link_id, "ids"))
    .group_by(Opening.link_id)
)


def last_openings(session: Session, link_ids: Collection[UUID]) -> dict[UUID, datetime]:
    """The last minute (UTC) in which the page of each link was opened; a link that never was is left out."""
    return {row.link_id: row.minute for row in session.connection().execute(_LAST_OPENED, {"ids": link_ids})}


def expire(session: Session, incident_id: UUID, *, at: datetime | None) -> int:
    """Let every link of an incident end at ``at`` (UTC), or with ``None`` go on; returns how many."""
    return _set(session, _of_incident(incident_id), expires_at=at)


def revoke(session: Session, link_ids: Iterable[UUID], *, now: datetime) -> int:
    """End these links at once; returns how many were still in use."""
    return _set(session, Link.id.in_(list(link_ids)) & Link.revoked_at.is_(None), revoked_at=now)


def _of_incident(incident_id: UUID) -> sa.ColumnElement[bool]:
    return Link.notice_id.in_(sa.select(Notice.id).where(Notice.incident_id == incident_id))


def _set(session: Session, where: sa.ColumnElement[bool], **values: datetime | None) -> int:
    statement = sa.update(Link).where(where).values(**values).execution_options(synchronize_session=False)
    return int(session.execute(statement).rowcount)  # type: ignore[attr-defined]
