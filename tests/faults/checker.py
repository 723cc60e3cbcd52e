"""The checker: what must hold after any fault, read from the database and from what the sinks were given."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from crisis.domain import dispatch, retry
from tests.parts import rebuilt

#: A timer fires this long after it is due, or after what kept it from firing has ended.
PROMISED = timedelta(seconds=5)
#: What a machine that does other things may take on top: the promise is for an idle one.
LOADED = timedelta(seconds=10)
#: How long a declaration may take whatever the broker does.
DECLARE_SECONDS = 2.0

#: What becomes of an alert at last.
ENDED = {"accepted", "failed", "cancelled"}


@dataclass(frozen=True)
class Answered:
    """An answer that a contact sent; ``name`` is theirs alone. ``recorded`` means that the page said so."""

    name: str
    sent_at: datetime
    replied_at: datetime
    status: int  # 0: no reply came
    recorded: bool


@dataclass(frozen=True)
class Declared:
    """A declaration that was tried; ``ref`` is empty where it was not taken, status 0 where no reply came."""

    ref: str
    status: int
    seconds: float


@dataclass(frozen=True)
class Trouble:
    """From when until when something was broken."""

    since: datetime
    until: datetime


@dataclass
class Evidence:
    """Every row that counts, what the sinks have, and what those who used the desk were told."""

    rows: rebuilt.Rows
    timers: list[Any]
    attempts: list[Any]
    answers: list[Any]
    heads: dict[str, int]
    copies: Counter[str] = field(default_factory=Counter)  # by the id of the alert, 32 hexadecimal digits
    answered: list[Answered] = field(default_factory=list)
    declared: list[Declared] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    crashes: int = 0  # of processes that send
    read_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def alerts(self) -> list[Any]:
        return self.rows.alerts


def violations(evidence: Evidence) -> list[str]:
    """Every invariant that does not hold, each with its number and the row that shows it."""
    return [f"{name}: {text}" for name, rule in INVARIANTS.items() for text in rule(evidence)]


def nothing_is_forgotten(evidence: Evidence) -> Iterable[str]:
    """Every alert was sent or is reported as failed, and what is said to be accepted is there."""
    tried = {one.alert_id for one in evidence.attempts}
    for one in evidence.alerts:
        if one.state not in ENDED:
            yield f"alert {one.id} is still {one.state}"
        elif one.state != "cancelled" and one.id not in tried:
            yield f"alert {one.id} is {one.state} and was never tried"
        if one.state == "accepted" and not evidence.copies[one.id.hex]:
            yield f"alert {one.id} is accepted and arrived nowhere"
        if one.state == "failed" and not one.detail:
            yield f"alert {one.id} failed and nobody is told why"


def answers_are_kept(evidence: Evidence) -> Iterable[str]:
    """What was answered with a receipt is there once, at the time of its request."""
    by_name = defaultdict(list)
    for row in evidence.answers:
        by_name[row.name].append(row)
    second = timedelta(seconds=1)
    for one in evidence.answered:
        found = by_name[one.name]
        if len(found) > 1:
            yield f"the answer of {one.name} is there {len(found)} times"
        if not one.recorded:
            continue
        if not found:
            yield f"the answer of {one.name} was acknowledged and is gone"
        elif not one.sent_at - second <= found[0].recorded_at <= one.replied_at + second:
            yield f"the answer of {one.name} has the time {found[0].recorded_at}"


def timers_fire_once(evidence: Evidence) -> Iterable[str]:
    """One firing a step, each with its entry in the record, and no alert twice for it."""
    told = Counter(entry["timer"] for _, entry in _told(evidence, "timer.fired"))
    steps = Counter((entry["notice"], entry["ladder"], entry["step"]) for _, entry in _told(evidence, "timer.fired"))
    for timer, count in told.items():
        if count > 1:
            yield f"timer {timer} fired {count} times"
    for step, count in steps.items():
        if count > 1:
            yield f"step {step} fired {count} times"
    fired = {str(one.id) for one in evidence.timers if one.state == "fired"}
    for timer in fired ^ told.keys():
        yield f"timer {timer} is fired in the row or in the record, not in both"
    causes = Counter((one.notice_id, one.user_id, one.endpoint_id, one.cause) for one in evidence.alerts)
    for cause, count in causes.items():
        if count > 1:
            yield f"{count} alerts for {cause}"


def timers_are_punctual(evidence: Evidence) -> Iterable[str]:
    """Never early; within 5 s of being due or of the end of what was broken; none after an acknowledgement."""
    for one in evidence.timers:
        if one.state == "fired" and one.ended_at < one.due_at:
            yield f"timer {one.id} fired {one.due_at - one.ended_at} early"
        ended = evidence.read_at if one.state == "armed" else one.ended_at
        if one.state != "cancelled" and ended > _latest(one.due_at, evidence.troubles):
            yield f"timer {one.id} was due at {one.due_at} and is {one.state}, {ended - one.due_at} later"
    acknowledged: dict[str, int] = {}
    for n, entry in _told(evidence, "notice.acknowledged"):
        acknowledged.setdefault(entry["notice"], n)
    for n, entry in _told(evidence, "timer.fired"):
        if entry["ladder"] == "silence:1" and n > acknowledged.get(entry["notice"], n):
            yield f"timer {entry['timer']} of silence fired after the acknowledgement"


def _latest(due_at: datetime, troubles: Iterable[Trouble]) -> datetime:
    """By when something due then should have fired: each trouble that lasts until there puts it off."""
    latest = due_at
    for one in sorted(troubles, key=lambda trouble: trouble.since):
        if one.since <= latest + PROMISED + LOADED and one.until > latest:
            latest = one.until
    return latest + PROMISED + LOADED


def the_record_is_gapless(evidence: Evidence) -> Iterable[str]:
    """Every stream counts from one without gaps to what its head says."""
    numbers = defaultdict(list)
    for one in evidence.rows.events:
        numbers[one.stream].append(one.n)
    for stream, head in evidence.heads.items():
        if sorted(numbers[stream]) != list(range(1, head + 1)):
            yield f"stream {stream} has {len(numbers[stream])} entries and its head says {head}"
    for stream in numbers.keys() - evidence.heads.keys():
        yield f"stream {stream} has no head"


def recorded_times_go_forward(evidence: Evidence) -> Iterable[str]:
    """Entry after entry, but for what a transaction may take: its time is read before it waits for its number.

    No entry is flagged where a clock went back, so none may be recorded longer before those in front of it.
    """
    newest: dict[str, datetime] = {}
    for one in sorted(evidence.rows.events, key=lambda event: (event.stream, event.n)):
        before = newest.setdefault(one.stream, one.recorded_at)
        if before > _latest(one.recorded_at, evidence.troubles):
            yield f"entry {one.n} of {one.stream} is recorded {before - one.recorded_at} before one in front of it"
        newest[one.stream] = max(before, one.recorded_at)


def the_record_gives_back_every_state(evidence: Evidence) -> Iterable[str]:
    """Every stored state and time follows from the record alone."""
    return rebuilt.differences(evidence.rows)


def repeats_are_few_and_marked(evidence: Evidence) -> Iterable[str]:
    """A copy more than one only for an attempt whose end nobody knew, marked; and few in all."""
    attempts = defaultdict(list)
    for one in evidence.attempts:
        attempts[one.alert_id].append(one)
    for one in evidence.alerts:
        tries, copies = attempts[one.id], evidence.copies[one.id.hex]
        lost = sum(attempt.outcome == "unknown" for attempt in tries)
        if sorted(attempt.number for attempt in tries) != list(range(1, one.attempts + 1)):
            yield f"alert {one.id} counts {one.attempts} attempts and has {len(tries)}"
        if one.attempts > retry.CAP:
            yield f"alert {one.id} was tried {one.attempts} times"
        if copies > 1 + lost:
            yield f"alert {one.id} arrived {copies} times and was lost {lost} times"
        if copies > 1 and not one.possible_repeat:
            yield f"alert {one.id} arrived {copies} times and is not marked as a possible repeat"
    for alert_id in evidence.copies.keys() - {one.id.hex for one in evidence.alerts}:
        yield f"a copy of {alert_id} arrived, which is no alert"
    lost = [one for one in evidence.attempts if one.detail == "no result before the lease ran out"]
    if len(lost) > evidence.crashes * dispatch.MOST_OF_MANY:
        yield f"{len(lost)} attempts were lost by {evidence.crashes} crashes"


def declarations_are_quick_and_whole(evidence: Evidence) -> Iterable[str]:
    """Each is answered within two seconds, and is there with all that belongs to it or not at all."""
    refs = {one.ref: one.id for one in evidence.rows.incidents}
    asked = {one.incident_id for one in evidence.rows.notices}
    alerted = {one.incident_id for one in evidence.alerts if one.cause == "first"}
    for one in evidence.declared:
        if one.status == 201 and one.ref not in refs:
            yield f"{one.ref} was declared and is gone"
        if one.status == 201 and one.seconds > DECLARE_SECONDS:
            yield f"{one.ref} took {one.seconds:.1f} s to declare"
    for ref, incident_id in refs.items():
        if incident_id not in asked or incident_id not in alerted:
            yield f"{ref} is half made"


def _told(evidence: Evidence, kind: str) -> Sequence[tuple[int, Any]]:
    return [(one.n, rebuilt.body(one)) for one in evidence.rows.events if one.kind == kind]


INVARIANTS: dict[str, Callable[[Evidence], Iterable[str]]] = {
    "I1": nothing_is_forgotten,
    "I2": answers_are_kept,
    "I3": timers_fire_once,
    "I4": timers_are_punctual,
    "I5": the_record_is_gapless,
    "I6": the_record_gives_back_every_state,
    "I7": repeats_are_few_and_marked,
    "I10": declarations_are_quick_and_whole,
    "I11": recorded_times_go_forward,
}
