"""The record: facts appended in the transaction of what they tell, numbered without gaps."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import records
from crisis.store import bulk
from crisis.store.models import Event, StreamHead
from crisis.store.types import canonical

REGISTRY = "registry"
ACCESS = "access"
_SCHEMA = 1  # version of the shape of bodies


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that happened. ``occurred_at`` is when it is said to have happened (UTC)."""

    kind: records.Kind
    actor: str
    occurred_at: datetime
    body: Mapping[str, Any]


def append(session: Session, stream: str, facts: Sequence[Fact], *, now: datetime) -> int:
    """Write ``facts`` to ``stream``; call it last in a transaction, for its row lock puts writers in a line.

    Returns:
        The number of the last one; the present number where ``facts`` is empty.
    """
    for fact in facts:
        records.check(fact.kind, fact.body)
    upsert = sa.text(
        "INSERT INTO stream_head (stream, n) VALUES (:stream, :count) "
        "ON CONFLICT (stream) DO UPDATE SET n = stream_head.n + :count RETURNING n"
    )
    last = int(session.execute(upsert, {"stream": stream, "count": len(facts)}).scalar_one())
    bulk.write(
        session,
        Event,
        ("n", "kind", "actor", "occurred_at", "body"),
        (
            (n, fact.kind.value, fact.actor, fact.occurred_at, canonical(fact.body))
            for n, fact in enumerate(facts, start=last - len(facts) + 1)
        ),
        same={"stream": stream, "recorded_at": now, "schema": _SCHEMA},
    )
    return last


def read(session: Session, stream: str, *, after: int = 0, limit: int | None = None) -> Sequence[Event]:
    """The entries of a stream with a number above ``after``, in order."""
    query = sa.select(Event).where(Event.stream == stream, Event.n > after).order_by(Event.n)
    return session.scalars(query if limit is None else query.limit(limit)).all()


def newest(session: Session, stream: str, *, limit: int) -> Sequence[Event]:
    """The last entries of a stream, newest first."""
    query = sa.select(Event).where(Event.stream == stream).order_by(Event.n.desc()).limit(limit)
    return session.scalars(query).all()


def heads(session: Session, streams: Iterable[str]) -> dict[str, int]:
    """The number of the last entry of each stream that has one."""
    query = sa.select(StreamHead.stream, StreamHead.n).where(StreamHead.stream.in_(list(streams)))
    return {row.stream: row.n for row in session.execute(query)}


def moment(at: datetime) -> str:
    """How a time is written in a body: RFC 3339, UTC, microseconds."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
