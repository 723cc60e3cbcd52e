"""The health line of every page: what works, and what a fault means for alerts; read at most every two seconds."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import cast

from flask import current_app

from crisis.store import processes
from crisis.store.models import Beat
from crisis.web import broker, desk
from crisis.web.language import gettext, ngettext

KEPT = timedelta(seconds=2)
DEAD_AFTER = timedelta(seconds=30)  # of a metronome without a beat; the same as /readyz
WORKER_DEAD_AFTER = timedelta(seconds=30)
FORGOTTEN_AFTER = timedelta(minutes=10)  # a worker that was stopped on purpose is no fault for ever
_NAME = "crisis.health"


class Level(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the desk, in the reader's words."""

    level: Level
    name: str
    text: str
    stops_alerts: bool = False  # then every page says so on top, not only in its last line


class _Kept:
    """The last look at the beats, shared by the threads of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at: datetime | None = None
        self.beats: list[tuple[str, datetime]] = []


def line() -> list[Part]:
    """All parts, worst first."""
    now = desk.now()
    beats = _beats(now)
    beating = _beats_lately(beats, now)
    parts = [_metronome(beating), _workers(beats, now, metronome=beating), _broker(), _mail()]
    order = {Level.BAD: 0, Level.WARN: 1, Level.OK: 2}
    return sorted(parts, key=lambda part: (not part.stops_alerts, order[part.level]))


def _beats(now: datetime) -> list[tuple[str, datetime]]:
    kept = cast(_Kept, current_app.extensions.setdefault(_NAME, _Kept()))
    with kept.lock:
        if kept.at is None or not timedelta(0) <= now - kept.at <= KEPT:
            rows: list[Beat] = list(processes.beats(desk.session()))
            kept.beats = [(row.role, row.at) for row in rows]
            kept.at = now
        return kept.beats


def _beats_lately(beats: list[tuple[str, datetime]], now: datetime) -> bool:
    newest = max((at for role, at in beats if role == "metronome"), default=None)
    return newest is not None and now - newest <= DEAD_AFTER


def _metronome(beating: bool) -> Part:
    name = gettext("Metronome")
    if beating:
        return Part(Level.OK, name, gettext("beats"))
    text = gettext("No sign of life for over 30 s: nobody is reminded, and what workers leave is not sent.")
    return Part(Level.BAD, name, text)


def _workers(beats: list[tuple[str, datetime]], now: datetime, *, metronome: bool) -> Part:
    workers = [at for role, at in beats if role.startswith("worker") and now - at < FORGOTTEN_AFTER]
    alive = sum(now - at <= WORKER_DEAD_AFTER for at in workers)
    name = gettext("Workers")
    if not alive and not metronome:
        text = gettext("None alive, and no metronome: no alert is sent. Start the desk's parts; until then, call.")
        return Part(Level.BAD, name, text, stops_alerts=True)
    if not alive:
        return Part(Level.WARN, name, gettext("None alive: the metronome sends by itself, up to 10 s later."))
    if alive < len(workers):
        text = gettext("%(alive)s of %(all)s alive; the others' alerts go over to them.", alive=alive, all=len(workers))
        return Part(Level.WARN, name, text)
    return Part(Level.OK, name, ngettext("%(num)s alive", "%(num)s alive", alive))


def _broker() -> Part:
    name = gettext("Queue")
    if broker.error() is not None:
        return Part(Level.WARN, name, gettext("The broker does not answer: alerts still leave, up to 10 s later."))
    return Part(Level.OK, name, gettext("answers"))


def _mail() -> Part:
    name = gettext("Mail")
    if not desk.settings().smtp_url and not desk.settings().demo:
        text = gettext("No mail server is set (CRISIS_SMTP_URL): every mail alert fails at once.")
        return Part(Level.BAD, name, text, stops_alerts=True)
    return Part(Level.OK, name, gettext("set"))
