"""The record: facts appended in the transaction of what they tell, numbered without gaps."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import records
from crisis.store import bulk
from crisis.store.models import Event, StreamHead
from crisis.store.types import Canonical, canonical

REGISTRY = "registry"
ACCESS = "access"
_SCHEMA = 1  # version of the shape of bodies
_ADVANCE = sa.text(
    "INSERT INTO stream_head (stream, n) VALUES (:stream, :count) "
    "ON CONFLICT (stream) DO UPDATE SET n = stream_head.n + :count RETURNING n"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Fact(NamedTuple):
    """One thing that happened. ``occurred_at`` is when it is said to have happened (UTC)."""

    kind: records.Kind
    actor: str
    occurred_at: datetime
    body: Mapping[str, Any]


class Told(NamedTuple):
    """A fact whose body is text already, and was checked by whoever made it so."""

    kind: records.Kind
    actor: str
    occurred_at: datetime
    body: Canonical


def at_once(
    happened: Iterable[tuple[records.Kind, Mapping[str, Any] | Canonical]], *, actor: str, now: datetime
) -> list[Fact | Told]:
    """What one actor brought about in one moment, as facts."""
    return [
        Told(kind, actor, now, body) if isinstance(body, Canonical) else Fact(kind, actor, now, body)
        for kind, body in happened
    ]


def append(session: Session, stream: str, facts: Sequence[Fact | Told], *, now: datetime, fresh: bool = False) -> int:
    """Write ``facts`` to ``stream``; call it last in a transaction, for its row lock puts writers in a line.

    Args:
        fresh: the stream came with this transaction and these are its first: nobody else can be in the line, and
            nothing has to be read, so that what is written behind goes on.

    Returns:
        The number of the last one; the present number where ``facts`` is empty.
    """
    for fact in facts:
        if isinstance(fact, Fact):
            records.check(fact.kind, fact.body)
    last = _begin(session, stream, len(facts)) if fresh else _advance(session, stream, len(facts))
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


def _begin(session: Session, stream: str, count: int) -> int:
    bulk.write(session, StreamHead, ("stream", "n"), [(stream, count)])
    return count


def _advance(session: Session, stream: str, count: int) -> int:
    return int(session.connection().execute(_ADVANCE, {"stream": stream, "count": count}).scalar_one())


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
    since = at - _EPOCH
    return f"{_second(since.days, since.seconds)}.{since.microseconds:06}Z"


@lru_cache(maxsize=64)
def _second(days: int, seconds: int) -> str:
    """Kept, because thousands of moments are of one second, and to write one takes longer than to look it up."""
    return (_EPOCH + timedelta(days=days, seconds=seconds)).isoformat()[:19]
