"""Beats and probes: which of our processes are alive, and whether a worker marks a row."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import keys
from crisis.store.models import Beat, Probe


def beat(session: Session, *, role: str, node: str, boot: str, now: datetime) -> None:
    """Note that a process of ``role`` on ``node`` is alive."""
    upsert = sa.text(
        "INSERT INTO beat (role, node, boot, at) VALUES (:role, :node, :boot, :now) "
        "ON CONFLICT (role, node) DO UPDATE SET boot = :boot, at = :now"
    ).bindparams(sa.bindparam("now", type_=Beat.at.type))
    session.execute(upsert, {"role": role, "node": node, "boot": boot, "now": now})


def forget_old(session: Session, *, before: datetime) -> None:
    """Drop the beats of processes that ended long ago."""
    session.execute(sa.delete(Beat).where(Beat.at < before))


def beats(session: Session) -> Sequence[Beat]:
    """The last beat of every process that was ever seen."""
    return session.scalars(sa.select(Beat).order_by(Beat.role, Beat.node)).all()


def newest_beat(session: Session, role_prefix: str) -> datetime | None:
    """The last beat of any process whose role begins with ``role_prefix``."""
    query = sa.select(sa.func.max(Beat.at)).where(Beat.role.startswith(role_prefix, autoescape=True))
    return session.scalars(query).one()


def ask(session: Session, queue: str, *, now: datetime) -> UUID:
    """A new probe for a worker of ``queue`` to mark; old ones are swept."""
    session.execute(sa.delete(Probe).where(Probe.asked_at < now - timedelta(days=1)))
    probe_id = keys.new()
    session.execute(sa.insert(Probe), [{"id": probe_id, "queue": queue, "asked_at": now, "marked_at": None}])
    return probe_id


def mark(session: Session, probe_id: UUID, *, now: datetime) -> None:
    """Mark a probe; once."""
    session.execute(
        sa.update(Probe)
        .where(Probe.id == probe_id, Probe.marked_at.is_(None))
        .values(marked_at=now)
        .execution_options(synchronize_session=False)
    )


def marked_at(session: Session, probe_id: UUID) -> datetime | None:
    """When the probe was marked; ``None`` while it was not."""
    return session.scalars(sa.select(Probe.marked_at).where(Probe.id == probe_id)).one_or_none()
