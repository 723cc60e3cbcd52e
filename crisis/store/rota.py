"""Rota: what any of several processes may do, done by one of them and not more often than wanted."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Rota

CANARY, HEARTBEAT, HEARTBEAT_SENT = "canary", "heartbeat", "heartbeat sent"


def is_due(session: Session, name: str, *, every: timedelta, now: datetime) -> bool:
    """Whether it is worth asking for the turn; somebody else may still take it first."""
    at = last(session, name)
    return at is None or not timedelta(0) <= now - at < every


def take(session: Session, name: str, *, every: timedelta, now: datetime) -> bool:
    """Take the turn if nobody had it within ``every``; also when the clock was set back behind the last one."""
    statement = sa.text(
        "INSERT INTO rota (name, at) VALUES (:name, :now) "
        "ON CONFLICT (name) DO UPDATE SET at = :now WHERE rota.at <= :before OR rota.at > :now RETURNING name"
    ).bindparams(sa.bindparam("now", type_=Rota.at.type), sa.bindparam("before", type_=Rota.at.type))
    taken = session.execute(statement, {"name": name, "now": now, "before": now - every})
    return taken.first() is not None


def last(session: Session, name: str) -> datetime | None:
    """When it was last done."""
    return session.scalars(sa.select(Rota.at).where(Rota.name == name)).one_or_none()
