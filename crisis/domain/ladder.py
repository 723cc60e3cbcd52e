"""The ladders: what happens when a platform stays silent, or acknowledges and says nothing more.

Minutes count from the naming of the items, those of the outcome ladder from the acknowledgement. A
ladder is a value of a version row; an incident keeps the version that it was declared with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crisis.domain import alert, notice
from crisis.domain.incident import Severity


class Ladder(StrEnum):
    SILENCE = "silence"
    OUTCOME = "outcome"
    WARNING = "warning"  # the last minutes of the hour


class Since(StrEnum):
    """What the minutes of a step count from."""

    NAMED = "named"
    ACKNOWLEDGED = "acknowledged"


class Action(StrEnum):
    """What a step is for; whether it still applies is decided when it fires."""

    NEXT_CONTACT = "next_contact"
    CONTACT = "contact"  # the one with a given place in the registry
    ALL_ON_DUTY = "all_on_duty"
    CALL = "call"  # by a person of the desk
    TELL_OFFICER = "tell_officer"
    REMIND_WITHOUT_OUTCOME = "remind_without_outcome"
    REMIND_UNFINISHED = "remind_unfinished"
    LAST_WARNING = "last_warning"


#: What the steps of each ladder may do.
ACTIONS: Mapping[Ladder, tuple[Action, ...]] = {
    Ladder.SILENCE: (
        *(Action.NEXT_CONTACT, Action.CONTACT, Action.ALL_ON_DUTY),
        *(Action.CALL, Action.TELL_OFFICER),
    ),
    Ladder.OUTCOME: (Action.REMIND_WITHOUT_OUTCOME, Action.REMIND_UNFINISHED),
    Ladder.WARNING: (Action.LAST_WARNING,),
}

#: Steps that write to contacts of the platform who may not have heard yet.
REACHING = frozenset({Action.NEXT_CONTACT, Action.CONTACT, Action.ALL_ON_DUTY})


@dataclass(frozen=True, slots=True)
class Step:
    """One step: ``after`` whole minutes.

    ``contact`` is the place of the contact for ``Action.CONTACT``. ``channels`` are those to use where
    the contact has them; empty means all of them.
    """

    after: int
    action: Action
    contact: int | None = None
    channels: tuple[alert.Channel, ...] = ()
    since: Since = Since.NAMED


#: For each ladder its steps, minutes rising.
Table = Mapping[Ladder, tuple[Step, ...]]


@dataclass(frozen=True, slots=True)
class Ladders:
    """One version: a table for each severity, another one for platforms with their own.

    ``officer_minutes``: after how many without anybody taking a matter the next officer is told.
    """

    by_severity: Mapping[Severity, Table]
    by_platform: Mapping[str, Table] = field(default_factory=dict)  # by registry id
    officer_minutes: int = 3

    def table(self, severity: Severity, registry_id: str) -> Table:
        """The steps that hold for one platform in an incident of that severity."""
        return self.by_platform.get(registry_id) or self.by_severity[severity]


#: *Source:* the hour's budget: 5 minutes a second way, 10 a second person, 15 a call, 40 minutes left to act.
_USUAL: Table = {
    Ladder.SILENCE: (
        Step(5, Action.NEXT_CONTACT),
        Step(10, Action.NEXT_CONTACT),
        Step(15, Action.TELL_OFFICER),
    ),
    Ladder.OUTCOME: (Step(30, Action.REMIND_WITHOUT_OUTCOME, since=Since.ACKNOWLEDGED),),
    Ladder.WARNING: (Step(45, Action.LAST_WARNING), Step(55, Action.LAST_WARNING)),
}

#: Used until a registrar saves another one.
DEFAULT = Ladders(dict.fromkeys(Severity, _USUAL))


@dataclass(frozen=True, slots=True)
class Due:
    """One step as a timer: ``index`` counts from 0 within its ladder."""

    ladder: Ladder
    index: int
    action: Action
    due_at: datetime


def begin(table: Table, starts_at: datetime, *, asked_before: bool = False) -> dict[Ladder, Due]:
    """What is armed when items are named to a platform; only one more for whoever was ``asked_before``.

    The timer of the outcome ladder looks first when either a reminder or a last warning may be due;
    the ladder of warnings is armed then.
    """
    found: dict[Ladder, Due] = {}
    if not asked_before and table[Ladder.SILENCE]:
        found[Ladder.SILENCE] = due(table, Ladder.SILENCE, 0, starts_at)
    outcome, warning = table[Ladder.OUTCOME], table[Ladder.WARNING]
    if outcome:
        minutes = min(steps[0].after for steps in (outcome, warning) if steps)
        at = starts_at + timedelta(minutes=minutes)
        found[Ladder.OUTCOME] = Due(Ladder.OUTCOME, 0, outcome[0].action, at)
    elif warning:
        found[Ladder.WARNING] = due(table, Ladder.WARNING, 0, starts_at)
    return found


def due(table: Table, name: Ladder, index: int, starts_at: datetime) -> Due:
    """A step of a ladder whose minutes count from ``starts_at``."""
    step = table[name][index]
    return Due(name, index, step.action, starts_at + timedelta(minutes=step.after))


def postponed(step: Step, *, starts_at: datetime, acknowledged_at: datetime | None, now: datetime) -> datetime | None:
    """When a step that came up is due in truth; ``None`` if now.

    A step that waits for an acknowledgement looks again after its own minutes: an acknowledgement that
    comes meanwhile can't make it due before.
    """
    minutes = timedelta(minutes=step.after)
    if step.since is Since.NAMED:
        at = starts_at + minutes
    else:
        at = minutes + (now if acknowledged_at is None else max(starts_at, acknowledged_at))
    return at if at > now else None


def counted_from(step: Step, *, starts_at: datetime, acknowledged_at: datetime | None) -> datetime:
    """What the minutes of ``step`` count from, for a request that was named at ``starts_at``."""
    if step.since is Since.NAMED or acknowledged_at is None:
        return starts_at
    return max(starts_at, acknowledged_at)


def silent_after(table: Table, *, contacts: int) -> timedelta:
    """How long after naming a platform without an answer needs the officer: when the ladder tells them.

    Args:
        contacts: how many of its contacts can be written to.
    """
    left = contacts - 1  # the first one had the first round
    steps = table[Ladder.SILENCE]
    for step in steps:
        if step.action is Action.NEXT_CONTACT:
            left -= 1
        if step.action not in REACHING or left < 0 or contacts < 1:
            return timedelta(minutes=step.after)
    return timedelta(minutes=steps[-1].after if steps else 0)


class Effect(StrEnum):
    """What firing a step does."""

    ALERT_CONTACTS = "alert_contacts"
    TELL_OFFICER = "tell_officer"
    REMIND = "remind"
    WARN = "warn"  # the contacts and the officer
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step looks at in the moment of firing.

    ``has_outcome``: any item of the notice has an outcome of the platform, or the search has a result.
    ``reaches``: the step finds somebody to write to. ``has_phone``: there is a number to call.
    """

    incident_is_declared: bool
    state: notice.State
    is_acknowledged: bool
    has_outcome: bool
    reaches: bool
    has_phone: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """``goes_on``: arm the next step of the ladder. ``reason`` is a word for the record."""

    effect: Effect
    goes_on: bool
    reason: str


def decide(action: Action, facts: Facts) -> Decision:
    """What firing does: a step that no longer applies does nothing, and a ladder that is answered ends."""
    if not facts.incident_is_declared:
        return Decision(Effect.NOTHING, goes_on=False, reason="stood_down")
    if facts.state in notice.FINISHED:
        return Decision(Effect.NOTHING, goes_on=False, reason="finished")
    if action in ACTIONS[Ladder.SILENCE]:
        return _silence(action, facts)
    if action is Action.LAST_WARNING:
        return Decision(Effect.WARN, goes_on=True, reason="last_warning")
    if not facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=True, reason="not_acknowledged")
    if action is Action.REMIND_UNFINISHED:
        return Decision(Effect.REMIND, goes_on=True, reason="unfinished")
    if facts.has_outcome:
        return Decision(Effect.NOTHING, goes_on=True, reason="has_outcome")
    return Decision(Effect.REMIND, goes_on=True, reason="without_outcome")


def _silence(action: Action, facts: Facts) -> Decision:
    if facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=False, reason="acknowledged")
    if action is Action.TELL_OFFICER:
        return Decision(Effect.TELL_OFFICER, goes_on=True, reason="silent")
    if action is Action.CALL:
        return Decision(Effect.TELL_OFFICER, goes_on=True, reason="call" if facts.has_phone else "no_phone")
    if facts.reaches:
        return Decision(Effect.ALERT_CONTACTS, goes_on=True, reason="silent")
    return Decision(Effect.TELL_OFFICER, goes_on=True, reason="no_next_contact")
