"""What the desk sees of itself, and which faults follow from that."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crisis.domain import alert, canary

#: A process that has not beaten for this long is not counted as alive (contract: /readyz).
BEAT_AGE = timedelta(seconds=30)

#: Replies can wait as long as the mailbox has been read lately; it is looked at every 20 s.
MAILBOX_AGE = timedelta(minutes=2)

#: A host without its metronome is no news for ever: it may have been taken out on purpose.
FORGOTTEN_AFTER = timedelta(minutes=10)

#: First attempts leave within this. *Source:* reliability notes, section 9, goal G1.
LATE = timedelta(seconds=10)

#: A line that moves may still be as long as this: a provider's rate is not ours. *Source:* goal G2.
LATE_WHILE_MOVING = timedelta(seconds=120)

#: So many mails in a row, none accepted, are a fault of the door and not of an address.
MAILS = 5
RECENT = timedelta(minutes=15)
UNKNOWNS_WITHIN = timedelta(minutes=10)


class Kind(StrEnum):
    METRONOME = "metronome"
    SWEEP = "sweep"
    WORKERS = "workers"
    MAIL_UNSET = "mail_unset"
    MAIL = "mail"
    WAITING = "waiting"
    TIMERS = "timers"
    CANARY = "canary"
    MAILBOX = "mailbox"
    UNKNOWN = "unknown"
    METRONOME_HOST = "metronome_host"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. ``about`` is the queue, channel or host; ``since`` how long, where that is known."""

    kind: Kind
    about: str = ""
    since: timedelta | None = None
    count: int = 0
    detail: str = ""

    @property
    def name(self) -> str:
        """The same for the same fault, so that several processes raise it once."""
        return f"{self.kind.value}:{self.about}" if self.about else self.kind.value


@dataclass(frozen=True, slots=True)
class Tried:
    """How one mail attempt ended."""

    finished_at: datetime
    outcome: alert.Outcome
    detail: str


@dataclass(frozen=True, slots=True)
class Signs:
    """What was read at ``now``. Beats are by node; ``oldest_due`` and ``moved_at`` by queue."""

    now: datetime
    metronomes: Mapping[str, datetime] = field(default_factory=dict)
    swept_at: datetime | None = None
    workers: Mapping[alert.Queue, Mapping[str, datetime]] = field(default_factory=dict)
    oldest_due: Mapping[alert.Queue, datetime] = field(default_factory=dict)
    moved_at: Mapping[alert.Queue, datetime] = field(default_factory=dict)
    oldest_timer: datetime | None = None
    mailbox_read_at: datetime | None = None
    mails: Sequence[Tried] = ()
    unknowns: int = 0
    probes: Sequence[canary.Probe] = ()

    @property
    def beat_at(self) -> datetime | None:
        """The newest beat of any metronome."""
        return max(self.metronomes.values(), default=None)

    def alive(self, queue: alert.Queue) -> int:
        """How many workers of the queue have beaten lately."""
        return sum(self.now - at <= BEAT_AGE for at in self.workers.get(queue, {}).values())


@dataclass(frozen=True, slots=True)
class Expected:
    """What the settings ask for. ``mail``: a mail host is set, or it is the demo."""

    mail: bool
    period: timedelta | None = None  # of probes; None: never
    sinks: Sequence[canary.Sink] = ()
    mailbox: bool = False  # one is set, so somebody must read it


def faults(signs: Signs, expected: Expected) -> list[Fault]:
    """All that is wrong, what stops alerts first."""
    found = [*_metronome(signs), *_workers(signs)]
    if not expected.mail:
        found.append(Fault(Kind.MAIL_UNSET))
    found += [*_mail(signs), *_canaries(signs, expected), *_waiting(signs), *_timers(signs)]
    found += _mailbox(signs, expected)
    if signs.unknowns:
        found.append(Fault(Kind.UNKNOWN, count=signs.unknowns))
    return [*found, *_hosts(signs)]


def metronome_is_silent(signs: Signs) -> bool:
    """Whether no metronome at all has beaten lately."""
    return signs.beat_at is None or signs.now - signs.beat_at > BEAT_AGE


def probes_arrive(signs: Signs, expected: Expected) -> bool:
    """Whether a probe of every sink succeeded within its period; false where none is sent at all."""
    if expected.period is None or not expected.sinks:
        return False
    for sink in expected.sinks:
        decided = canary.newest_decided(signs.probes, sink, now=signs.now)
        if decided is None or decided[0] is not canary.Verdict.OK:
            return False
        if not canary.is_fresh(decided[1], sink, period=expected.period, now=signs.now):
            return False
    return True


def is_alive(signs: Signs) -> bool:
    """Whether metronome, sweep and a worker of every queue have shown themselves lately."""
    return not [*_metronome(signs), *_workers(signs)]


def _metronome(signs: Signs) -> list[Fault]:
    if metronome_is_silent(signs):
        return [Fault(Kind.METRONOME, since=signs.now - signs.beat_at if signs.beat_at else None)]
    if signs.swept_at is not None and signs.now - signs.swept_at > BEAT_AGE:
        return [Fault(Kind.SWEEP, since=signs.now - signs.swept_at)]
    return []


def _workers(signs: Signs) -> list[Fault]:
    gone = [queue for queue in alert.Queue if not signs.alive(queue)]
    return [Fault(Kind.WORKERS, queue.value, since=_silence(signs, queue)) for queue in gone]


def _silence(signs: Signs, queue: alert.Queue) -> timedelta | None:
    newest = max(signs.workers.get(queue, {}).values(), default=None)
    return signs.now - newest if newest else None


def _mail(signs: Signs) -> list[Fault]:
    last = sorted(signs.mails, key=lambda one: one.finished_at, reverse=True)[:MAILS]
    if len(last) < MAILS or signs.now - last[0].finished_at > RECENT:
        return []
    if any(one.outcome is alert.Outcome.ACCEPTED for one in last):
        return []
    return [Fault(Kind.MAIL, count=MAILS, since=signs.now - last[0].finished_at, detail=last[0].detail)]


def _canaries(signs: Signs, expected: Expected) -> list[Fault]:
    if expected.period is None:
        return []
    found = []
    for sink in expected.sinks:
        decided = canary.newest_decided(signs.probes, sink, now=signs.now)
        if decided is not None and decided[0] is canary.Verdict.FAILED:
            probe = decided[1]
            since = signs.now - probe.planned_at
            found.append(Fault(Kind.CANARY, sink.channel.value, since=since, detail=probe.detail))
    return found


def _waiting(signs: Signs) -> list[Fault]:
    found = []
    for queue, due_at in signs.oldest_due.items():
        moved_at = signs.moved_at.get(queue)
        moves = moved_at is not None and signs.now - moved_at <= LATE
        if signs.now - due_at > (LATE_WHILE_MOVING if moves else LATE):
            found.append(Fault(Kind.WAITING, queue.value, since=signs.now - due_at))
    return found


def _timers(signs: Signs) -> list[Fault]:
    if signs.oldest_timer is None or signs.now - signs.oldest_timer <= LATE:
        return []
    return [Fault(Kind.TIMERS, since=signs.now - signs.oldest_timer)]


def _mailbox(signs: Signs, expected: Expected) -> list[Fault]:
    read_at = signs.mailbox_read_at
    if not expected.mailbox or (read_at is not None and signs.now - read_at <= MAILBOX_AGE):
        return []
    return [Fault(Kind.MAILBOX, since=signs.now - read_at if read_at else None)]


def _hosts(signs: Signs) -> list[Fault]:
    """Hosts whose every metronome fell silent while another host's one lives, which then reports it."""
    if metronome_is_silent(signs):
        return []
    newest: dict[str, datetime] = {}
    for node, at in signs.metronomes.items():
        host = node.rpartition("@")[2]
        newest[host] = max(at, newest.get(host, at))
    return [
        Fault(Kind.METRONOME_HOST, host, since=signs.now - at)
        for host, at in sorted(newest.items())
        if BEAT_AGE < signs.now - at < FORGOTTEN_AFTER
    ]
