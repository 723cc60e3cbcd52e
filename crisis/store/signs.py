"""Signs of how delivery goes, read from the tables: beats, what waits, how the last mails ended, probes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, canary, watch
from crisis.store import alerts
from crisis.store.models import Alert, Attempt, Beat, Timer
from crisis.store.timers import ARMED

_LOOKED_AT = 200  # attempts; the newest, by their keys, which grow with time
_LAST_STARTED = 500
_PROBES = 8  # of the last ones


def read(session: Session, *, now: datetime) -> watch.Signs:
    """Everything that the watch looks at; a few milliseconds, however many alerts there are."""
    beats = session.execute(sa.select(Beat.role, Beat.node, Beat.at)).all()
    due = oldest_due(session, now=now)
    return watch.Signs(
        now=now,
        metronomes={node: at for role, node, at in beats if role == "metronome"},
        swept_at=max((at for role, _, at in beats if role == "sweep"), default=None),
        workers={
            queue: {node: at for role, node, at in beats if role == f"worker:{queue.value}"} for queue in alert.Queue
        },
        oldest_due=due,
        moved_at=_moved_at(session) if any(now - at > watch.LATE for at in due.values()) else {},
        oldest_timer=oldest_timer(session, now=now),
        mailbox_read_at=max((at for role, _, at in beats if role == "mail-in"), default=None),
        mails=_mails(session),
        unknowns=unknowns(session, since=now - watch.UNKNOWNS_WITHIN),
        probes=probes(session, limit=_PROBES),
    )


def oldest_due(session: Session, *, now: datetime) -> dict[alert.Queue, datetime]:
    """Since when the longest waiting alert of each queue is due; a queue where none waits is left out.

    Probes are left out: they have a judgement of their own.
    """
    query = (
        sa.select(Alert.queue, sa.func.min(Alert.due_at))
        .where(alerts.OPEN, Alert.state.in_(alerts.WAITING), Alert.due_at <= now, Alert.incident_id.is_not(None))
        .group_by(Alert.queue)
    )
    return {alert.Queue(queue): at for queue, at in session.execute(query)}


def oldest_timer(session: Session, *, now: datetime) -> datetime | None:
    """Since when the longest waiting timer is due."""
    query = sa.select(sa.func.min(Timer.due_at)).where(sa.text(f"timer.state = '{ARMED}'"), Timer.due_at <= now)
    return session.scalars(query).one()


def unknowns(session: Session, *, since: datetime) -> int:
    """How many attempts of real alerts ended since then without anybody knowing how."""
    query = (
        sa.select(sa.func.count())
        .select_from(Attempt)
        .join(Alert, Alert.id == Attempt.alert_id)
        .where(sa.text("attempt.outcome = 'unknown'"), Attempt.finished_at >= since, Alert.incident_id.is_not(None))
    )
    return session.scalars(query).one()


def probes(session: Session, *, limit: int) -> Sequence[canary.Probe]:
    """The newest probes of each channel, newest first."""
    found: list[canary.Probe] = []
    for channel in (alert.Channel.EMAIL, alert.Channel.WEBHOOK):
        query = (
            sa.select(Alert.channel, Alert.state, Alert.planned_at, Alert.accepted_at, Alert.delivered_at, Alert.detail)
            .where(
                Alert.incident_id.is_(None),
                Alert.channel == channel.value,
                Alert.cause.startswith(canary.CAUSE, autoescape=True),
            )
            .order_by(Alert.planned_at.desc())
            .limit(limit)
        )
        found += [
            canary.Probe(alert.Channel(row.channel), alert.State(row.state), *row[2:5], row.detail or "")
            for row in session.execute(query)
        ]
    return found


def _newest(count: int) -> sa.Subquery:
    """The last attempts: a table to read from, because a condition on their keys reads all attempts."""
    return sa.select(Attempt).order_by(Attempt.id.desc()).limit(count).subquery()


def _mails(session: Session) -> Sequence[watch.Tried]:
    newest = _newest(_LOOKED_AT)
    query = (
        sa.select(newest.c.finished_at, newest.c.outcome, newest.c.detail)
        .join(Alert, Alert.id == newest.c.alert_id)
        .where(Alert.channel == alert.Channel.EMAIL.value)
        .order_by(newest.c.id.desc())
        .limit(watch.MAILS)
    )
    return [
        watch.Tried(at, alert.Outcome(outcome), detail or "")
        for at, outcome, detail in session.execute(query)
        if at and outcome
    ]


def _moved_at(session: Session) -> Mapping[alert.Queue, datetime]:
    newest = _newest(_LAST_STARTED)
    ended = (
        sa.select(Alert.queue, sa.func.max(newest.c.started_at))
        .join(Alert, Alert.id == newest.c.alert_id)
        .group_by(Alert.queue)
    )
    under_way = (
        sa.select(Alert.queue, sa.func.max(Alert.started_at))
        .where(alerts.OPEN, Alert.started_at.is_not(None))
        .group_by(Alert.queue)
    )
    found: dict[alert.Queue, datetime] = {}
    for queue, at in [*session.execute(ended), *session.execute(under_way)]:
        found[alert.Queue(queue)] = max(at, found.get(alert.Queue(queue), at))
    return found
