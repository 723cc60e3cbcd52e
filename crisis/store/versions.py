"""Versions of ladders and texts: a body that is new gets the next number, a known one keeps its own.

A version never changes. Which ladder the next incident uses is a row of its own.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import ladder, ladder_body
from crisis.store import keys
from crisis.store.models import ActiveVersion, Version
from crisis.store.types import canonical

LADDER = "ladder"


def current(session: Session, kind: str, body: Any, *, now: datetime, actor: str = "desk") -> Version:
    """The version of ``kind`` ("ladder" or "texts") whose body is this; made where it is new."""
    digest = hashlib.sha256(canonical(body).encode()).hexdigest()
    query = sa.select(Version).where(Version.kind == kind, Version.digest == digest)
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    insert = sa.text(
        "INSERT INTO version (id, kind, number, body, digest, created_at, created_by) "
        "SELECT :id, :kind, COALESCE(MAX(number), 0) + 1, :body, :digest, :now, :actor FROM version WHERE kind = :kind "
        "ON CONFLICT DO NOTHING"
    ).bindparams(
        sa.bindparam("id", type_=Version.id.type),
        sa.bindparam("body", type_=Version.body.type),
        sa.bindparam("now", type_=Version.created_at.type),
    )
    values = {"id": keys.new(), "kind": kind, "body": body, "digest": digest, "now": now, "actor": actor}
    session.execute(insert, values)
    return session.scalars(query).one()


def by_id(session: Session, version_id: UUID) -> Version:
    """The version with this id, which exists."""
    return session.get_one(Version, version_id)


def active_ladder(session: Session, *, now: datetime) -> Version:
    """The ladders that an incident declared now uses; those of the code until somebody has activated others."""
    found = stored_ladder(session)
    return found or current(session, LADDER, ladder_body.as_json(ladder.DEFAULT), now=now)


def stored_ladder(session: Session) -> Version | None:
    """The version that was activated; ``None`` while the ladders of the code hold."""
    query = sa.select(Version).join(ActiveVersion, ActiveVersion.version_id == Version.id)
    return session.scalars(query.where(ActiveVersion.kind == LADDER)).one_or_none()


def activate(session: Session, version: Version, *, now: datetime, actor: str) -> None:
    """New incidents use ``version``; those that run keep theirs."""
    row = session.get(ActiveVersion, version.kind, with_for_update=True)
    if row is None:
        session.add(ActiveVersion(kind=version.kind, version_id=version.id, since=now, activated_by=actor))
    else:
        row.version_id, row.since, row.activated_by = version.id, now, actor
    session.flush()


def newest_number(session: Session, kind: str) -> int:
    """The number of the last version of ``kind``; 0 where there is none."""
    return int(session.scalar(sa.select(sa.func.max(Version.number)).where(Version.kind == kind)) or 0)


def all_of(session: Session, kind: str) -> Sequence[Version]:
    """Every version of ``kind``, newest first."""
    return session.scalars(sa.select(Version).where(Version.kind == kind).order_by(Version.number.desc())).all()


def by_number(session: Session, kind: str, number: int) -> Version:
    """One version.

    Raises:
        NotFound: there is none with that number.
    """
    query = sa.select(Version).where(Version.kind == kind, Version.number == number)
    found = session.scalars(query).one_or_none() if 0 < number < 2**31 else None
    if found is None:
        raise errors.NotFound(f"There is no version {number} of the {kind}. Look at the list.")
    return found
