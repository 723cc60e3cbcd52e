"""What fires when, and what firing does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crisis.domain import ladder, notice
from crisis.domain.incident import Severity
from crisis.domain.ladder import DEFAULT, Action, Decision, Due, Effect, Facts, Ladder, Ladders, Since, Step
from tests.parts.ladders import V1

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OPEN = [state for state in notice.State if state not in notice.FINISHED]
TABLE = DEFAULT.by_severity[Severity.EXTREME]
OLD = V1.by_severity[Severity.EXTREME]


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def facts(**changed: Any) -> Facts:
    given = {
        "incident_is_declared": True,
        "state": notice.State.AWAITING,
        "is_acknowledged": False,
        "has_outcome": False,
        "reaches": True,
        "has_phone": True,
        **changed,
    }
    return Facts(**given)


def test_the_steps_used_until_somebody_saves_others_are_no_slower_than_those_of_the_first_version() -> None:
    for severity in Severity:
        steps = {name: [(one.after, one.action.value) for one in DEFAULT.table(severity, "p")[name]] for name in Ladder}
        assert steps == {
            "silence": [(5, "next_contact"), (10, "next_contact"), (15, "tell_officer")],
            "outcome": [(30, "remind_without_outcome")],
            "warning": [(45, "last_warning"), (55, "last_warning")],
        }
    assert [(one.after, one.action.value) for one in OLD[Ladder.SILENCE]] == [(5, "next_contact"), (15, "tell_officer")]


def test_a_platform_with_steps_of_its_own_does_not_take_those_of_the_severity() -> None:
    own = {Ladder.SILENCE: (Step(2, Action.CALL),), Ladder.OUTCOME: (), Ladder.WARNING: ()}
    ladders = Ladders(DEFAULT.by_severity, {"p-007": own})
    assert ladders.table(Severity.MINOR, "p-007") is own
    assert ladders.table(Severity.MINOR, "p-008") is DEFAULT.by_severity[Severity.MINOR]


def test_naming_arms_the_first_step_of_silence_and_one_look_at_the_outcome() -> None:
    assert ladder.begin(TABLE, T) == {
        Ladder.SILENCE: Due(Ladder.SILENCE, 0, Action.NEXT_CONTACT, T + minutes(5)),
        Ladder.OUTCOME: Due(Ladder.OUTCOME, 0, Action.REMIND_WITHOUT_OUTCOME, T + minutes(30)),
    }
    assert list(ladder.begin(TABLE, T, asked_before=True)) == [Ladder.OUTCOME]


def test_the_look_at_the_outcome_comes_no_later_than_the_first_warning() -> None:
    table = {**TABLE, Ladder.WARNING: (Step(20, Action.LAST_WARNING),)}
    assert ladder.begin(table, T)[Ladder.OUTCOME].due_at == T + minutes(20)
    alone = {**table, Ladder.OUTCOME: ()}
    assert ladder.begin(alone, T)[Ladder.WARNING].due_at == T + minutes(20)


def test_the_minutes_of_a_step_count_from_its_own_beginning() -> None:
    assert ladder.due(TABLE, Ladder.SILENCE, 1, T) == Due(Ladder.SILENCE, 1, Action.NEXT_CONTACT, T + minutes(10))
    reminder = TABLE[Ladder.OUTCOME][0]
    assert ladder.counted_from(reminder, starts_at=T, acknowledged_at=T + minutes(4)) == T + minutes(4)
    assert ladder.counted_from(reminder, starts_at=T, acknowledged_at=T - minutes(4)) == T
    assert ladder.counted_from(TABLE[Ladder.WARNING][0], starts_at=T, acknowledged_at=T + minutes(4)) == T


@pytest.mark.parametrize(
    ("since", "acknowledged", "now", "due"),
    [
        (Since.NAMED, None, 29, 30),
        (Since.NAMED, None, 30, None),
        (Since.ACKNOWLEDGED, None, 30, 60),  # nobody acknowledged: it looks again when one could be due
        (Since.ACKNOWLEDGED, 4, 30, 34),
        (Since.ACKNOWLEDGED, 4, 34, None),
        (Since.ACKNOWLEDGED, -90, 30, None),  # acknowledged long before these items were named
        (Since.ACKNOWLEDGED, -90, 29, 30),
    ],
)
def test_a_reminder_counts_from_the_acknowledgement_and_never_comes_early(
    since: Since, acknowledged: int | None, now: int, due: int | None
) -> None:
    step = Step(30, Action.REMIND_WITHOUT_OUTCOME, since=since)
    at = None if acknowledged is None else T + minutes(acknowledged)
    found = ladder.postponed(step, starts_at=T, acknowledged_at=at, now=T + minutes(now))
    assert found == (None if due is None else T + minutes(due))


@pytest.mark.parametrize(
    ("contacts", "expected"),
    [(0, 5), (1, 5), (2, 10), (3, 15), (9, 15)],
)
def test_a_platform_is_silent_when_the_ladder_tells_the_officer(contacts: int, expected: int) -> None:
    assert ladder.silent_after(TABLE, contacts=contacts) == minutes(expected)


@pytest.mark.parametrize(
    ("action", "state", "acknowledged", "outcome", "reaches", "expected"),
    [
        ("next_contact", "awaiting", False, False, True, Decision(Effect.ALERT_CONTACTS, True, "silent")),
        ("contact", "awaiting", False, False, True, Decision(Effect.ALERT_CONTACTS, True, "silent")),
        ("all_on_duty", "awaiting", False, False, True, Decision(Effect.ALERT_CONTACTS, True, "silent")),
        ("next_contact", "awaiting", False, False, False, Decision(Effect.TELL_OFFICER, True, "no_next_contact")),
        ("all_on_duty", "awaiting", False, False, False, Decision(Effect.TELL_OFFICER, True, "no_next_contact")),
        ("next_contact", "acknowledged", True, False, True, Decision(Effect.NOTHING, False, "acknowledged")),
        ("call", "awaiting", False, False, False, Decision(Effect.TELL_OFFICER, True, "call")),
        ("call", "acknowledged", True, False, True, Decision(Effect.NOTHING, False, "acknowledged")),
        ("tell_officer", "awaiting", False, False, True, Decision(Effect.TELL_OFFICER, True, "silent")),
        ("tell_officer", "acknowledged", True, False, True, Decision(Effect.NOTHING, False, "acknowledged")),
        ("remind_without_outcome", "acknowledged", True, False, True, Decision(Effect.REMIND, True, "without_outcome")),
        ("remind_without_outcome", "in_progress", True, True, True, Decision(Effect.NOTHING, True, "has_outcome")),
        ("remind_without_outcome", "awaiting", False, False, True, Decision(Effect.NOTHING, True, "not_acknowledged")),
        ("remind_unfinished", "in_progress", True, True, True, Decision(Effect.REMIND, True, "unfinished")),
        ("remind_unfinished", "awaiting", False, False, True, Decision(Effect.NOTHING, True, "not_acknowledged")),
        ("last_warning", "awaiting", False, False, True, Decision(Effect.WARN, True, "last_warning")),
        ("last_warning", "in_progress", True, True, True, Decision(Effect.WARN, True, "last_warning")),
    ],
)
def test_what_firing_does(
    action: str, state: str, acknowledged: bool, outcome: bool, reaches: bool, expected: Decision
) -> None:
    given = facts(
        state=notice.State(state),
        is_acknowledged=acknowledged,
        has_outcome=outcome,
        reaches=reaches,
    )
    assert ladder.decide(Action(action), given) == expected


def test_a_call_where_there_is_no_number_asks_for_one() -> None:
    assert ladder.decide(Action.CALL, facts(has_phone=False)) == Decision(Effect.TELL_OFFICER, True, "no_phone")


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("state", notice.State)
def test_every_step_is_decided_in_every_state(action: Action, state: notice.State) -> None:
    decision = ladder.decide(action, facts(state=state))
    if state in notice.FINISHED:
        assert decision == Decision(Effect.NOTHING, False, "finished")


@pytest.mark.parametrize("action", Action)
def test_nothing_fires_once_the_incident_is_stood_down(action: Action) -> None:
    given = facts(incident_is_declared=False)
    assert ladder.decide(action, given) == Decision(Effect.NOTHING, False, "stood_down")


@pytest.mark.parametrize("action", ladder.ACTIONS[Ladder.SILENCE])
@pytest.mark.parametrize("state", OPEN)
def test_nobody_who_acknowledged_is_called_silent(action: Action, state: notice.State) -> None:
    assert ladder.decide(action, facts(state=state, is_acknowledged=True)).effect is Effect.NOTHING


def test_every_action_belongs_to_one_ladder() -> None:
    assert sorted(one for actions in ladder.ACTIONS.values() for one in actions) == sorted(Action)
