"""Figures of the desk itself for a monitor: counts and ages over all alerts, without a name or an address."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store import alerts
from crisis.store.attempts import LEASE_RAN_OUT
from crisis.store.elapsed import seconds_between
from crisis.store.mails import NO_PROBE
from crisis.store.models import Alert, Attempt, Incident, Mail, Receipt, Timer
from crisis.store.timers import FIRED

#: How far back the two histograms look.
WINDOW = timedelta(hours=24)

FIRST_ATTEMPT_SECONDS = (0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
LATENESS_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 300)

#: A probe of delivery belongs to no figure.
_REAL = Alert.incident_id.is_not(None)


@dataclass(frozen=True, slots=True)
class Histogram:
    """How many of ``count`` took at most so many seconds, in the order of the bounds; and all seconds together."""

    bounds: Sequence[float]
    upto: Sequence[int]
    count: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Lost:
    """Attempts without a result: all, those whose lease ran out, and those that reported after that."""

    unknown: int
    lease_expired: int
    fenced: int


def alerts_by_state(session: Session) -> dict[tuple[str, str], int]:
    """How many alerts there are, by channel and state."""
    query = sa.select(Alert.channel, Alert.state, sa.func.count()).where(_REAL).group_by(Alert.channel, Alert.state)
    return {(channel, state): count for channel, state, count in session.execute(query)}


def attempts_by_outcome(session: Session) -> dict[tuple[str, str], int]:
    """How many attempts ended, by channel and outcome."""
    query = (
        sa.select(Alert.channel, Attempt.outcome, sa.func.count())
        .select_from(Attempt)
        .join(Alert, Alert.id == Attempt.alert_id)
        .where(_REAL)
        .group_by(Alert.channel, Attempt.outcome)
    )
    return {(channel, outcome): count for channel, outcome, count in session.execute(query)}


def waiting(session: Session, *, now: datetime) -> dict[alert.Queue, int]:
    """How many alerts of each queue are due and wait."""
    query = (
        sa.select(Alert.queue, sa.func.count())
        .where(alerts.OPEN, Alert.state.in_(alerts.WAITING), Alert.due_at <= now, _REAL)
        .group_by(Alert.queue)
    )
    return {alert.Queue(queue): count for queue, count in session.execute(query)}


def lost(session: Session) -> Lost:
    """Attempts that ended without a result, since the beginning."""
    query = sa.select(
        sa.func.count(),
        sa.func.count().filter(Attempt.detail == LEASE_RAN_OUT),
        sa.func.count().filter(Attempt.late_at.is_not(None)),
    ).where(sa.text("attempt.outcome = 'unknown'"))
    unknown, lease_expired, fenced = session.execute(query).one()
    return Lost(unknown, lease_expired, fenced)


def first_attempts(session: Session, *, now: datetime) -> Histogram:
    """From declaration to the first attempt of first alerts of the last day."""
    return _histogram(
        session,
        seconds_between(Incident.declared_at, Alert.first_attempt_at),
        FIRST_ATTEMPT_SECONDS,
        _first_alerts(now).where(Alert.first_attempt_at.is_not(None)),
    )


def unattempted(session: Session, *, now: datetime) -> int:
    """How many first alerts of the last day had no attempt yet."""
    query = _first_alerts(now).where(Alert.first_attempt_at.is_(None), Alert.state != alert.State.CANCELLED.value)
    return session.scalars(query.with_only_columns(sa.func.count())).one()


def timer_lateness(session: Session, *, now: datetime) -> Histogram:
    """How much after their time the timers of the last day fired."""
    fired = sa.select().select_from(Timer).where(Timer.state == FIRED, Timer.ended_at >= now - WINDOW)
    return _histogram(session, seconds_between(Timer.due_at, Timer.ended_at), LATENESS_SECONDS, fired)


def timers_overdue(session: Session, *, now: datetime) -> int:
    """How many armed timers are due."""
    query = sa.select(sa.func.count()).select_from(Timer).where(sa.text("timer.state = 'armed'"), Timer.due_at <= now)
    return session.scalars(query).one()


def mails(session: Session) -> dict[str, int]:
    """How many mails came in, by what they are."""
    query = sa.select(Mail.kind, sa.func.count()).where(NO_PROBE).group_by(Mail.kind)
    return {kind: count for kind, count in session.execute(query).all()}  # noqa: C416 - rows are no pairs to mypy


def mails_open(session: Session) -> int:
    """How many mails of people wait for an officer."""
    return session.scalars(sa.select(sa.func.count()).select_from(Mail).where(sa.text("mail.state = 'open'"))).one()


def receipts(session: Session) -> dict[tuple[str, str], int]:
    """How many things hosts and providers said of alerts, by source and what they said."""
    query = (
        sa.select(Receipt.source, Receipt.status, sa.func.count())
        .outerjoin(Alert, Alert.id == Receipt.alert_id)
        .where(sa.or_(Receipt.alert_id.is_(None), _REAL))
        .group_by(Receipt.source, Receipt.status)
    )
    return {(source, status): count for source, status, count in session.execute(query)}


def _first_alerts(now: datetime) -> sa.Select[Any]:
    return (
        sa.select()
        .select_from(Alert)
        .join(Incident, Incident.id == Alert.incident_id)
        .where(
            Alert.incident_id.in_(sa.select(Incident.id).where(Incident.declared_at >= now - WINDOW)),
            Alert.purpose == alert.Purpose.FIRST.value,
        )
    )


def _histogram(
    session: Session, seconds: sa.ColumnElement[float], bounds: Sequence[float], rows: sa.Select[Any]
) -> Histogram:
    """Each row is put into one bucket, the first that is wide enough: most are, with one comparison."""
    bucket = sa.case(*((seconds <= bound, place) for place, bound in enumerate(bounds)), else_=len(bounds))
    query = rows.with_only_columns(bucket, sa.func.count(), sa.func.sum(seconds)).group_by(sa.literal_column("1"))
    counts, total = [0] * (len(bounds) + 1), 0.0
    for place, count, sum_ in session.execute(query):
        counts[place] += count
        total += float(sum_)
    upto = list(itertools.accumulate(counts))
    return Histogram(bounds, upto[:-1], upto[-1], total)
