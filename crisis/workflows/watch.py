"""Watch the desk: find its faults, tell the operators of each once, and tell the outside that all is well."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from crisis.config import Settings
from crisis.domain import watch
from crisis.notify import alarm, alarm_words, canary, heartbeat
from crisis.store import alarms, db, rota, signs

_log = logging.getLogger(__name__)

#: How often a fault that stays is told of again.
AGAIN_AFTER = timedelta(minutes=15)

#: How long a fault must be away before it is called well: one that comes and goes is told of once.
WELL_AFTER = timedelta(seconds=30)

#: When the telling failed, somebody tries again after this.
_RETRY = timedelta(minutes=1)

_HEARTBEAT = timedelta(seconds=60)  # where probes have no period of their own


def expected(settings: Settings) -> watch.Expected:
    """What the settings ask for."""
    period = timedelta(seconds=settings.canary_seconds) or None
    return watch.Expected(
        mail=bool(settings.smtp_url) or settings.demo,
        period=period,
        sinks=canary.sinks(settings),
        mailbox=bool(settings.imap_url) and not settings.demo,
    )


def look(*, now: datetime) -> watch.Signs:
    """What there is to see now."""
    with db.reading() as session:
        return signs.read(session, now=now)


def alarm_of_faults(*, settings: Settings, now: datetime, only: watch.Kind | None = None) -> list[str]:
    """Raise what is wrong, end what is well, and tell the operators of what is new; returns what they were told.

    Args:
        only: look for this fault alone and end nothing; for the web server, which reports a dead metronome.
    """
    found = [
        fault
        for fault in watch.faults(look(now=now), expected(settings))
        if fault.kind is not watch.Kind.MAIL_UNSET and only in (None, fault.kind)
    ]
    with db.reading() as session:
        known = alarms.raised(session)
    if not found and (only is not None or not known):
        return []
    with db.transaction() as session:
        names = [fault.name for fault in found]
        told = [one for one in found if alarms.raise_(session, one.name, now=now, again_after=AGAIN_AFTER)]
        ended = [] if only else alarms.end(session, names, now=now, unseen_for=WELL_AFTER)
    lines = [alarm_words.sentence(one) for one in told] + [
        f"Well again. {alarm_words.well_again(one)}" for one in ended
    ]
    if lines:
        _tell(told, lines, settings=settings, now=now)
    return lines


def send_heartbeat(*, settings: Settings, now: datetime) -> bool:
    """Ask the outside watcher once a period if probes arrive and all parts live; whether it was asked."""
    every = timedelta(seconds=settings.canary_seconds) or _HEARTBEAT
    if not settings.heartbeat_url:
        return False
    with db.reading() as session:
        if not rota.is_due(session, rota.HEARTBEAT, every=every, now=now):
            return False
        seen = signs.read(session, now=now)
    if not (watch.is_alive(seen) and watch.probes_arrive(seen, expected(settings))):
        return False
    with db.transaction() as session:
        if not rota.take(session, rota.HEARTBEAT, every=every, now=now):
            return False
    wrong = heartbeat.send(settings)
    if wrong is not None:
        _log.warning("heartbeat.failed", extra={"reason": wrong})
        return False
    with db.transaction() as session:
        rota.take(session, rota.HEARTBEAT_SENT, every=timedelta(0), now=now)
    return True


def _tell(told: Sequence[watch.Fault], lines: Sequence[str], *, settings: Settings, now: datetime) -> None:
    for fault in told:
        _log.error("watch.fault", extra={"fault": fault.name})
    if not alarm.is_set(settings):
        return
    what = "FAULT" if told else "well again"
    subject = f"[{settings.desk_name}] {what}: {told[0].name if told else 'the desk'}"
    text = "\n".join([*lines, "", f"{now:%Y-%m-%d %H:%M:%S} UTC · {settings.public_url}"])
    if not alarm.tell(subject, text, settings) and told:
        with db.transaction() as session:
            alarms.untold(session, [one.name for one in told], told_at=now - AGAIN_AFTER + _RETRY)
