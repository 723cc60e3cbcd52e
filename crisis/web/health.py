"""The health line of every page: what works, what a fault means and what to do; read at most every two seconds."""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from flask import Blueprint, current_app, render_template

from crisis.domain import watch
from crisis.domain.alert import Queue
from crisis.web import broker, desk, guards, health_words
from crisis.web.language import gettext, ngettext
from crisis.workflows import watch as looking

blueprint = Blueprint("health", __name__)

KEPT = timedelta(seconds=2)
_NAME = "crisis.health"
_K = watch.Kind


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


@dataclass(frozen=True, slots=True)
class Beat:
    """The last beat of a metronome."""

    at: datetime
    seconds_ago: int


class _Kept:
    """The last look, shared by the threads of a process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.signs: watch.Signs | None = None


@blueprint.get("/health")
@guards.role()
def show() -> Any:
    """The line alone, for a page that is open."""
    return render_template("health.html", health_parts=line(), health_beat=beat())


def line() -> list[Part]:
    """All parts, worst first."""
    signs = _signs()
    found = {fault.name: fault for fault in watch.faults(signs, looking.expected(desk.settings()))}
    parts = [_metronome(found), _workers(signs, found), _broker(), _mail(found)]
    parts += [
        Part(_level(fault), *health_words.of(fault)) for fault in found.values() if fault.kind in health_words.OWN
    ]
    order = {Level.BAD: 0, Level.WARN: 1, Level.OK: 2}
    return sorted(parts, key=lambda part: (not part.stops_alerts, order[part.level]))


def beat() -> Beat | None:
    """The last beat of any metronome; ``None`` before the first."""
    at = _signs().beat_at
    return Beat(at, max(0, int((desk.now() - at).total_seconds()))) if at else None


def _signs() -> watch.Signs:
    kept = cast(_Kept, current_app.extensions.setdefault(_NAME, _Kept()))
    now = desk.now()
    with kept.lock:
        if kept.signs is None or not timedelta(0) <= now - kept.signs.now <= KEPT:
            kept.signs = looking.look(now=now)
        return kept.signs


def _level(fault: watch.Fault) -> Level:
    return Level.WARN if fault.kind in (_K.MAILBOX, _K.UNKNOWN, _K.METRONOME_HOST) else Level.BAD


def _metronome(found: dict[str, watch.Fault]) -> Part:
    name = gettext("Metronome")
    if _K.METRONOME in found:
        text = gettext("No sign of life for over 30 s: nobody is reminded, and what workers leave is not sent.")
        return Part(Level.BAD, name, f"{text} {gettext('Start “crisis metronome”.')}")
    if _K.SWEEP in found:
        return Part(
            Level.BAD, name, gettext("Beats, but has not swept for over 30 s: nobody is reminded. Read its log.")
        )
    return Part(Level.OK, name, gettext("beats"))


def _workers(signs: watch.Signs, found: dict[str, watch.Fault]) -> Part:
    name = gettext("Workers")
    gone = [queue for queue in Queue if f"{_K.WORKERS}:{queue}" in found]
    start = gettext("Start “celery -A worker worker”.")
    if len(gone) == len(Queue) and _K.METRONOME in found:
        text = gettext("None alive, and no metronome: no alert is sent. Start the desk's parts; until then, call.")
        return Part(Level.BAD, name, text, stops_alerts=True)
    if len(gone) == len(Queue):
        text = gettext("None alive: the metronome sends by itself, up to 10 s later.")
        return Part(Level.BAD, name, f"{text} {start}")
    if gone:
        text = gettext(
            "None alive for the queue “%(queue)s”: the metronome sends by itself, up to 10 s later.",
            queue=gone[0].value,
        )
        return Part(Level.BAD, name, f"{text} {start}")
    lately = [at for beats in signs.workers.values() for at in beats.values() if signs.now - at < watch.FORGOTTEN_AFTER]
    alive = sum(signs.alive(queue) for queue in Queue)
    if alive < len(lately):
        text = gettext("%(alive)s of %(all)s alive; the others' alerts go over to them.", alive=alive, all=len(lately))
        return Part(Level.WARN, name, text)
    return Part(Level.OK, name, ngettext("%(num)s alive", "%(num)s alive", alive))


def _broker() -> Part:
    name = gettext("Queue")
    if broker.error() is not None:
        return Part(
            Level.WARN, name, gettext("The broker does not answer or is full: alerts still leave, up to 10 s later.")
        )
    return Part(Level.OK, name, gettext("answers"))


def _mail(found: dict[str, watch.Fault]) -> Part:
    name = gettext("Mail")
    if _K.MAIL_UNSET in found:
        text = gettext("No mail server is set (CRISIS_SMTP_URL): every mail alert fails at once.")
        return Part(Level.BAD, name, text, stops_alerts=True)
    if _K.MAIL in found:
        fault = found[_K.MAIL]
        text = gettext(
            "The last %(count)s mails were not accepted: %(reason)s. Look at the mail server and CRISIS_SMTP_URL; "
            "until then, call.",
            count=fault.count,
            reason=fault.detail.rstrip(".") or gettext("no reason given"),
        )
        return Part(Level.BAD, name, text, stops_alerts=True)
    return Part(Level.OK, name, gettext("set"))
