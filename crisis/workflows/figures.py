"""Figures: what a monitor reads of the desk, all of it from the tables, at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crisis.config import Settings
from crisis.domain import alert, canary, watch
from crisis.notify import canary as probes
from crisis.store import alarms, db, figures, rota, signs


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at ``signs.now``."""

    signs: watch.Signs
    sinks: list[canary.Sink]
    alerts: Mapping[tuple[str, str], int]
    attempts: Mapping[tuple[str, str], int]
    waiting: Mapping[alert.Queue, int]
    lost: figures.Lost
    first_attempts: figures.Histogram
    unattempted: int
    timer_lateness: figures.Histogram
    timers_overdue: int
    heartbeat_at: datetime | None
    alarms: Mapping[str, int]
    mails: Mapping[str, int]
    mails_open: int
    receipts: Mapping[tuple[str, str], int]


def read(*, settings: Settings, now: datetime) -> Figures:
    """All of it, from one state of the database."""
    with db.reading() as session:
        raised: dict[str, int] = {}
        for one in alarms.raised(session):
            kind = one.fault.partition(":")[0]
            raised[kind] = raised.get(kind, 0) + 1
        return Figures(
            signs=signs.read(session, now=now),
            sinks=probes.sinks(settings) if settings.canary_seconds else [],
            alerts=figures.alerts_by_state(session),
            attempts=figures.attempts_by_outcome(session),
            waiting=figures.waiting(session, now=now),
            lost=figures.lost(session),
            first_attempts=figures.first_attempts(session, now=now),
            unattempted=figures.unattempted(session, now=now),
            timer_lateness=figures.timer_lateness(session, now=now),
            timers_overdue=figures.timers_overdue(session, now=now),
            heartbeat_at=rota.last(session, rota.HEARTBEAT_SENT),
            alarms=raised,
            mails=figures.mails(session),
            mails_open=figures.mails_open(session),
            receipts=figures.receipts(session),
        )
