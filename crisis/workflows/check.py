"""Check what a desk stands on: database, schema, beats; with what /readyz answers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from crisis.domain import watch
from crisis.domain.readiness import Line, Readiness
from crisis.store import db, processes
from crisis.store.models import Probe

_CLOCK_STEP = timedelta(seconds=2)  # a host further off shows people wrong times


def readiness(now: datetime, *, broker_answers: Callable[[], None] | None = None) -> Readiness:
    """Database writable, schema current, metronome beating, a worker seen. Mail is never asked.

    Args:
        broker_answers: raises when the broker is dead, which only degrades: the metronome sends then.
    """
    lines = [database()]
    if lines[0].ok:
        lines += [schema(), metronome(now), worker(now)]
    down = broker_answers is not None and not broker(broker_answers).ok
    return Readiness(tuple(lines), ("broker",) if down else ())


def database() -> Line:
    """Whether a row can be written."""
    try:
        with db.transaction() as session:
            session.execute(sa.delete(Probe).where(Probe.asked_at.is_(None)))  # a write that finds nothing
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if "no such table" in reason or "does not exist" in reason:
            return Line("database", False, "has no tables yet: run `crisis migrate`")
        return Line("database", False, f"can't be written ({reason}): look at CRISIS_DATABASE_URL")
    return Line("database", True, f"{db.db.engine.dialect.name}, writable")


def schema() -> Line:
    """Whether every migration has been applied."""
    if db.schema_is_newest():
        return Line("schema", True, "newest")
    return Line("schema", False, "not the newest: run `crisis migrate`")


def sqlite() -> Line:
    """Whether SQLite is free of the WAL-reset bug. *Source:* sqlite.org/wal.html#walresetbug."""
    version, safe = db.sqlite_version()
    text = ".".join(str(part) for part in version)
    if safe:
        return Line("SQLite", True, f"{text}, for up to 1,000 contacts on one host")
    return Line("SQLite", False, f"{text} can corrupt its file (WAL-reset bug): 3.51.3 or newer, or PostgreSQL")


def metronome(now: datetime) -> Line:
    """Whether a metronome has beaten lately."""
    return _beating("metronome", "metronome", now, "start `crisis metronome`")


def worker(now: datetime) -> Line:
    """Whether any worker has beaten lately."""
    return _beating("worker", "worker:", now, "start `celery -A worker worker`; the metronome sends meanwhile")


def _beating(part: str, role_prefix: str, now: datetime, advice: str) -> Line:
    with db.reading() as session:
        at = processes.newest_beat(session, role_prefix)
    if at is None:
        return Line(part, False, f"never seen: {advice}")
    age = max(timedelta(0), now - at)
    if age >= watch.BEAT_AGE:
        return Line(part, False, f"last seen {age.total_seconds():.0f} s ago: {advice}")
    return Line(part, True, f"last beat {age.total_seconds():.0f} s ago")


def broker(answers: Callable[[], None]) -> Line:
    """Whether the broker answers; ``answers`` raises when it does not."""
    try:
        answers()
    except Exception as error:  # a door: every transport has its own errors
        advice = "look at CRISIS_BROKER_URL; until then the metronome sends, within 10 s"
        return Line("broker", False, f"no answer ({type(error).__name__}): {advice}")
    return Line("broker", True, "answers")


def clocks(now: datetime, *, host_now: datetime) -> Line:
    """Whether this host's clock agrees with the desk's, which every deadline follows."""
    apart = abs(host_now - now)
    if apart > _CLOCK_STEP:
        return Line("clock", False, f"{apart.total_seconds():.0f} s from the database's: run chrony or ntpd on both")
    return Line("clock", True, "agrees with the database's")
