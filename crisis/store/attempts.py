"""Attempts: each written once, with its result; until then its alert says that it has started."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, retry
from crisis.domain.delivery import Ended, Lost
from crisis.store import alerts, arrays, bulk, keys
from crisis.store.models import Alert, Attempt, Base
from crisis.store.types import UtcTime

_STARTED = alert.State.STARTED.value

#: By these words of ours, attempts whose lease ran out are told from those that lost their connection.
LEASE_RAN_OUT = "no result before the lease ran out"


@dataclass(frozen=True, slots=True)
class Finished:
    """What became of results: those that moved their alert, and those that came after their lease had gone."""

    moved: list[Ended]
    late: list[Ended]


def finish(session: Session, ended: Sequence[Ended]) -> Finished:
    """Write results. One with an old fence is kept with its attempt and moves nothing: another holds the alert."""
    if not ended:
        return Finished([], [])
    attempt_ids = keys.many(len(ended))
    rows = list(map(_given, ended, attempt_ids))
    postgresql = session.get_bind().dialect.name == "postgresql"
    written = _finish_all(session, rows) if postgresql else _finish_each(session, rows)
    if written == len(rows):
        return Finished(list(ended), [])
    held = set(session.scalars(sa.select(Attempt.alert_id).where(Attempt.id.in_(attempt_ids))))
    moved = [one for one in ended if one.claimed.id in held]
    late = [one for one in ended if one.claimed.id not in held]
    for one in late:
        _keep_late(session, one)
    return Finished(moved, late)


_ALERT, _ATTEMPT = (Base.metadata.tables[model.__tablename__] for model in (Alert, Attempt))

#: What is written of a result, to its attempt and its alert.
_OF_ATTEMPT = ("finished_at", "outcome", "code", "remote_id", "detail", "size", "sha256")
_COLUMNS = {
    "id": _ALERT.c.id.type,
    "fence": _ALERT.c.fence.type,
    "attempt_id": _ATTEMPT.c.id.type,
    **{name: _ATTEMPT.c[name].type for name in _OF_ATTEMPT},
    **{name: _ALERT.c[name].type for name in ("state", "due_at", "evidence")},
}


def _given(one: Ended, key: UUID) -> tuple[Any, ...]:
    """The values of ``_COLUMNS``."""
    claimed = one.started.claimed
    return (
        *(claimed.id, claimed.fence, key),
        *(one.finished_at, one.outcome.value, one.code, one.remote_id, one.detail, one.size, one.sha256),
        *(one.state.value, one.due_at, one.evidence),
    )


def _finish_all(session: Session, rows: Sequence[tuple[Any, ...]]) -> int:
    """One statement on PostgreSQL moves the alerts, and writes the attempt that each says it is at; how many."""
    return session.connection().execute(_finish(), arrays.bound(_COLUMNS, rows)).rowcount


@cache
def _finish() -> sa.Insert:
    given = arrays.table(_COLUMNS)
    moved = (
        sa.update(_ALERT)
        .where(_ALERT.c.id == given.c.id, _ALERT.c.fence == given.c.fence, _ALERT.c.state == _STARTED)
        .values(_moved(dict(given.c.items())))
        .returning(*_attempt(dict(given.c.items())))
        .cte("moved")
    )
    names = [column.name for column in moved.c]
    written = sa.insert(_ATTEMPT).from_select(names, sa.select(moved))
    return written.execution_options(preserve_rowcount=True)


def _finish_each(session: Session, rows: Sequence[tuple[Any, ...]]) -> int:
    """The same on SQLite, where a change can't feed an insert; nobody comes between, for it has one writer."""
    wanted = sa.select(_ALERT.c.id, _ALERT.c.fence).where(
        _ALERT.c.id.in_([row[0] for row in rows]), _ALERT.c.state == _STARTED
    )
    found = {tuple(row) for row in session.execute(wanted).all()}
    bound = arrays.each(_COLUMNS, [row for row in rows if row[:2] in found])
    if bound:
        for statement in _each():
            session.connection().execute(statement, bound)
    return len(bound)


@cache
def _each() -> tuple[sa.Insert, sa.Update]:
    given = arrays.marks(_COLUMNS)
    attempt = _attempt(given)
    names = [column.name for column in attempt]
    written = sa.insert(_ATTEMPT).from_select(names, sa.select(*attempt).where(_ALERT.c.id == given["id"]))
    return written, sa.update(_ALERT).where(_ALERT.c.id == given["id"]).values(_moved(given))


def _moved(given: Mapping[str, sa.ColumnElement[Any]]) -> dict[str, Any]:
    """What a result makes of its alert; who held it, and since when, stays as it was."""
    accepted = given["state"] == alert.State.ACCEPTED.value
    return {
        "state": given["state"],
        "due_at": sa.func.coalesce(given["due_at"], _ALERT.c.due_at),
        "accepted_at": sa.case((accepted, given["finished_at"])),
        "evidence": sa.case((accepted, given["evidence"])),
        # by it a provider's receipt finds its alert; what a mail host calls a mail is kept with the attempt
        "remote_id": sa.case((_ALERT.c.channel != alert.Channel.EMAIL.value, given["remote_id"])),
        "ended_at": sa.case((given["due_at"].is_(None), given["finished_at"])),
        "detail": given["detail"],
        # it may have arrived, and is sent again or given up: a copy may be one too many
        "possible_repeat": sa.or_(_ALERT.c.possible_repeat, given["outcome"] == alert.Outcome.UNKNOWN.value),
    }


def _attempt(given: Mapping[str, sa.ColumnElement[Any]]) -> list[sa.Label[Any]]:
    """The row of the attempt that the alert is at."""
    columns = {
        "id": given["attempt_id"],
        "alert_id": _ALERT.c.id,
        "number": _ALERT.c.attempts,
        "fence": _ALERT.c.fence,
        "owner": _ALERT.c.owner,
        "started_at": _ALERT.c.started_at,
        **{name: given[name] for name in _OF_ATTEMPT},
    }
    return [column.label(name) for name, column in columns.items()]


def _keep_late(session: Session, one: Ended) -> None:
    """What an attempt said after it had been written down as unknown; the same result told twice is none."""
    claimed = one.claimed
    session.execute(
        sa.update(Attempt)
        .where(
            Attempt.alert_id == claimed.id,
            Attempt.number == one.started.number,
            Attempt.fence == claimed.fence,
            Attempt.outcome == alert.Outcome.UNKNOWN.value,
            Attempt.late_outcome.is_(None),
        )
        .values(late_outcome=one.outcome.value, late_detail=one.detail, late_at=one.finished_at)
        .execution_options(synchronize_session=False)
    )


def lose_expired(session: Session, queue: alert.Queue, *, now: datetime, limit: int) -> list[Lost]:
    """Take back what others hold by a lease that ran out: claimed alerts are planned again, started ones are lost.

    Lost ones have an attempt that is unknown, and fail where no try is left.
    """
    columns = (Alert.id, Alert.incident_id, Alert.notice_id, Alert.state)
    expired = (
        sa.select(*columns, Alert.attempts, Alert.fence, Alert.owner, Alert.started_at)
        .where(
            alerts.OPEN,
            Alert.queue == queue.value,
            Alert.state.in_(alerts.LEASED),
            Alert.lease_until <= now,
        )
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        expired = expired.with_for_update(skip_locked=True)
    found = session.execute(expired).all()
    alerts.give_back(session, [row.id for row in found if row.state == alert.State.CLAIMED.value])
    lost = [row for row in found if row.state == alert.State.STARTED.value]
    if lost:
        _lose(session, [row.id for row in lost], now=now)
        same = {"finished_at": now, "outcome": alert.Outcome.UNKNOWN.value, "detail": LEASE_RAN_OUT}
        names = ("id", "alert_id", "number", "fence", "owner", "started_at")
        rows = ((keys.new(), row.id, row.attempts, row.fence, row.owner or "", row.started_at or now) for row in lost)
        bulk.write(session, Attempt, names, rows, same=same)
    return [Lost(row.id, row.incident_id, row.notice_id, row.attempts) for row in lost]


def _lose(session: Session, ids: Iterable[UUID], *, now: datetime) -> None:
    spent = Alert.attempts >= retry.CAP
    session.execute(
        sa.update(Alert)
        .where(Alert.id.in_(ids))
        .values(
            state=sa.case((spent, alert.State.FAILED.value), else_=alert.State.UNKNOWN.value),
            ended_at=sa.case((spent, sa.literal(now, UtcTime())), else_=None),
            detail=f"{LEASE_RAN_OUT}: it may have arrived",
            possible_repeat=True,
            due_at=now,
            owner=None,
            lease_until=None,
            started_at=None,
            fence=Alert.fence + 1,
        )
        .execution_options(synchronize_session=False)
    )
