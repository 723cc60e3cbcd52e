"""Versions of ladders and texts: a body that is new gets the next number, a known one keeps its own."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import keys
from crisis.store.models import Version
from crisis.store.types import canonical


def current(session: Session, kind: str, body: Any, *, now: datetime) -> Version:
    """The version of ``kind`` ("ladder" or "texts") whose body is this; made where it is new."""
    digest = hashlib.sha256(canonical(body).encode()).hexdigest()
    query = sa.select(Version).where(Version.kind == kind, Version.digest == digest)
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    insert = sa.text(
        "INSERT INTO version (id, kind, number, body, digest, created_at) "
        "SELECT :id, :kind, COALESCE(MAX(number), 0) + 1, :body, :digest, :now FROM version WHERE kind = :kind "
        "ON CONFLICT DO NOTHING"
    ).bindparams(
        sa.bindparam("id", type_=Version.id.type),
        sa.bindparam("body", type_=Version.body.type),
        sa.bindparam("now", type_=Version.created_at.type),
    )
    session.execute(insert, {"id": keys.new(), "kind": kind, "body": body, "digest": digest, "now": now})
    return session.scalars(query).one()


def by_id(session: Session, version_id: UUID) -> Version:
    """The version with this id, which exists."""
    return session.get_one(Version, version_id)
