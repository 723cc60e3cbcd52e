"""Links in alerts: found by the hash of their token, counted when opened, ended with their incident."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crisis.store.models import Link, Notice, Opening


def find(session: Session, token_hash: str) -> Link | None:
    """The link whose token has this hash, usable or not."""
    return session.scalars(sa.select(Link).where(Link.token_hash == token_hash)).one_or_none()


def by_id(session: Session, link_id: UUID) -> Link | None:
    """The link with this id, usable or not."""
    return session.get(Link, link_id)


def is_usable(link: Link, *, now: datetime) -> bool:
    """Whether the link still opens its page: neither revoked nor expired."""
    return link.revoked_at is None and (link.expires_at is None or now < link.expires_at)


def minute(at: datetime) -> datetime:
    """The minute of an opening: UTC, without seconds."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def was_opened(session: Session, link_id: UUID, *, at: datetime) -> bool:
    """Whether the opening in the minute of ``at`` is already written down."""
    return session.get(Opening, (link_id, minute(at))) is not None


def open_once(session: Session, link_id: UUID, *, at: datetime) -> None:
    """Write down that the page was opened in the minute of ``at``; a second time changes nothing."""
    insert: Any = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(Opening).values(link_id=link_id, minute=minute(at)).on_conflict_do_nothing())


def openings(session: Session, link_id: UUID, *, limit: int) -> list[datetime]:
    """The last minutes (UTC) in which the page was opened, newest first."""
    query = sa.select(Opening.minute).where(Opening.link_id == link_id).order_by(Opening.minute.desc()).limit(limit)
    return list(session.scalars(query))


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
