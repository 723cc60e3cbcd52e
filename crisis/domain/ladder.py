"""The ladders: what happens when a platform stays silent, or acknowledges and says nothing more."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from crisis import errors
from crisis.domain import notice


class Ladder(StrEnum):
    SILENCE = "silence"
    OUTCOME = "outcome"


class Action(StrEnum):
    """What a step is for; whether it still applies is decided when it fires."""

    NEXT_CONTACT = "next_contact"
    TELL_OFFICER = "tell_officer"
    REMIND_WITHOUT_OUTCOME = "remind_without_outcome"
    REMIND_UNFINISHED = "remind_unfinished"


#: For each ladder its steps: whole minutes after the items were named, and the action.
Table = Mapping[Ladder, tuple[tuple[int, Action], ...]]

V1: Table = {
    Ladder.SILENCE: ((5, Action.NEXT_CONTACT), (15, Action.TELL_OFFICER)),
    Ladder.OUTCOME: ((30, Action.REMIND_WITHOUT_OUTCOME), (45, Action.REMIND_UNFINISHED)),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step as a timer: ``index`` counts from 0 within its ladder."""

    ladder: Ladder
    index: int
    action: Action
    due_at: datetime


class Effect(StrEnum):
    """What firing a step does."""

    ALERT_NEXT_CONTACT = "alert_next_contact"
    TELL_OFFICER = "tell_officer"
    REMIND = "remind"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a step looks at in the moment of firing.

    ``has_outcome``: any item of the notice has an outcome of the platform, or the search has a result.
    ``has_next_contact``: the platform has a contact behind those alerted.
    """

    incident_is_declared: bool
    state: notice.State
    is_acknowledged: bool
    has_outcome: bool
    has_next_contact: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """``goes_on``: arm the next step of the ladder. ``reason`` is a word for the record."""

    effect: Effect
    goes_on: bool
    reason: str


def first(table: Table, ladder: Ladder, starts_at: datetime) -> Step:
    """The first step of a ladder whose minutes count from ``starts_at``."""
    return _step(table, ladder, 0, starts_at)


def after(table: Table, ladder: Ladder, index: int, starts_at: datetime) -> Step | None:
    """The step behind ``index``; ``None`` behind the last one."""
    return _step(table, ladder, index + 1, starts_at) if index + 1 < len(table[ladder]) else None


def silent_after(table: Table, *, has_next_contact: bool) -> timedelta:
    """How long after naming a platform without an answer needs the officer: when the ladder tells them.

    With nobody left to alert that is the step of the next contact, otherwise the step of the officer.
    """
    at = {action: minutes for minutes, action in table[Ladder.SILENCE]}
    first_minutes = table[Ladder.SILENCE][0][0]
    return timedelta(minutes=at.get(Action.TELL_OFFICER, first_minutes) if has_next_contact else first_minutes)


def decide(action: Action, facts: Facts) -> Decision:
    """What firing does: a step that no longer applies does nothing, and a ladder that is answered ends."""
    if not facts.incident_is_declared:
        return Decision(Effect.NOTHING, goes_on=False, reason="stood_down")
    if facts.state in notice.FINISHED:
        return Decision(Effect.NOTHING, goes_on=False, reason="finished")
    return _DECIDE[action](facts)


def _next_contact(facts: Facts) -> Decision:
    if facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=False, reason="acknowledged")
    if facts.has_next_contact:
        return Decision(Effect.ALERT_NEXT_CONTACT, goes_on=True, reason="silent")
    return Decision(Effect.TELL_OFFICER, goes_on=True, reason="no_next_contact")


def _tell_officer(facts: Facts) -> Decision:
    if facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=False, reason="acknowledged")
    return Decision(Effect.TELL_OFFICER, goes_on=True, reason="silent")


def _remind_without_outcome(facts: Facts) -> Decision:
    if not facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=True, reason="not_acknowledged")
    if facts.has_outcome:
        return Decision(Effect.NOTHING, goes_on=True, reason="has_outcome")
    return Decision(Effect.REMIND, goes_on=True, reason="without_outcome")


def _remind_unfinished(facts: Facts) -> Decision:
    if not facts.is_acknowledged:
        return Decision(Effect.NOTHING, goes_on=True, reason="not_acknowledged")
    return Decision(Effect.REMIND, goes_on=True, reason="unfinished")


_DECIDE = {
    Action.NEXT_CONTACT: _next_contact,
    Action.TELL_OFFICER: _tell_officer,
    Action.REMIND_WITHOUT_OUTCOME: _remind_without_outcome,
    Action.REMIND_UNFINISHED: _remind_unfinished,
}


def as_json(table: Table) -> dict[str, Any]:
    """The table for the version row that an incident names."""
    return {ladder.value: [[minutes, action.value] for minutes, action in steps] for ladder, steps in table.items()}


def from_json(body: Mapping[str, Any]) -> Table:
    """The table of a version row.

    Raises:
        InvalidInput: a ladder is missing or has no steps, a word is unknown, or minutes don't rise.
    """
    try:
        table = {
            ladder: tuple((int(minutes), Action(word)) for minutes, word in body[ladder.value]) for ladder in Ladder
        }
    except (KeyError, TypeError, ValueError) as wrong:
        raise errors.InvalidInput(f"The ladder can't be read: {wrong}.") from None
    for ladder, steps in table.items():
        minutes = [minute for minute, _ in steps]
        if not minutes or minutes[0] <= 0 or any(one >= other for one, other in itertools.pairwise(minutes)):
            raise errors.InvalidInput(f"The ladder {ladder.value} needs steps with rising minutes.")
    return table


def _step(table: Table, ladder: Ladder, index: int, starts_at: datetime) -> Step:
    minutes, action = table[ladder][index]
    return Step(ladder, index, action, starts_at + timedelta(minutes=minutes))
