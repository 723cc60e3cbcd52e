"""What fires when, and what firing does."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from crisis import errors
from crisis.domain import ladder, notice
from crisis.domain.ladder import V1, Action, Decision, Effect, Facts, Ladder, Step

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
OPEN = [state for state in notice.State if state not in notice.FINISHED]


def facts(**changed: Any) -> Facts:
    given = {
        "incident_is_declared": True,
        "state": notice.State.AWAITING,
        "is_acknowledged": False,
        "has_outcome": False,
        "has_next_contact": True,
        **changed,
    }
    return Facts(**given)


def test_the_minutes_are_those_of_the_first_version() -> None:
    assert ladder.as_json(V1) == {
        "silence": [[5, "next_contact"], [15, "tell_officer"]],
        "outcome": [[30, "remind_without_outcome"], [45, "remind_unfinished"]],
    }


def test_steps_follow_each_other_counted_from_the_naming() -> None:
    first = ladder.first(V1, Ladder.SILENCE, T)
    assert first == Step(Ladder.SILENCE, 0, Action.NEXT_CONTACT, T + timedelta(minutes=5))
    second = ladder.after(V1, Ladder.SILENCE, first.index, T)
    assert second == Step(Ladder.SILENCE, 1, Action.TELL_OFFICER, T + timedelta(minutes=15))
    assert ladder.after(V1, Ladder.SILENCE, 1, T) is None


@pytest.mark.parametrize(
    ("action", "state", "acknowledged", "outcome", "next_contact", "expected"),
    [
        ("next_contact", "awaiting", False, False, True, Decision(Effect.ALERT_NEXT_CONTACT, True, "silent")),
        ("next_contact", "awaiting", False, False, False, Decision(Effect.TELL_OFFICER, True, "no_next_contact")),
        ("next_contact", "acknowledged", True, False, True, Decision(Effect.NOTHING, False, "acknowledged")),
        ("tell_officer", "awaiting", False, False, True, Decision(Effect.TELL_OFFICER, True, "silent")),
        ("tell_officer", "acknowledged", True, False, True, Decision(Effect.NOTHING, False, "acknowledged")),
        ("remind_without_outcome", "acknowledged", True, False, True, Decision(Effect.REMIND, True, "without_outcome")),
        ("remind_without_outcome", "in_progress", True, True, True, Decision(Effect.NOTHING, True, "has_outcome")),
        ("remind_without_outcome", "awaiting", False, False, True, Decision(Effect.NOTHING, True, "not_acknowledged")),
        ("remind_unfinished", "in_progress", True, True, True, Decision(Effect.REMIND, True, "unfinished")),
        ("remind_unfinished", "awaiting", False, False, True, Decision(Effect.NOTHING, True, "not_acknowledged")),
    ],
)
def test_what_firing_does(
    action: str, state: str, acknowledged: bool, outcome: bool, next_contact: bool, expected: Decision
) -> None:
    given = facts(
        state=notice.State(state),
        is_acknowledged=acknowledged,
        has_outcome=outcome,
        has_next_contact=next_contact,
    )
    assert ladder.decide(Action(action), given) == expected


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


@pytest.mark.parametrize("action", [Action.NEXT_CONTACT, Action.TELL_OFFICER])
@pytest.mark.parametrize("state", OPEN)
def test_nobody_who_acknowledged_is_called_silent(action: Action, state: notice.State) -> None:
    assert ladder.decide(action, facts(state=state, is_acknowledged=True)).effect is Effect.NOTHING


def test_a_table_comes_back_from_its_json() -> None:
    assert ladder.from_json(ladder.as_json(V1)) == V1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"silence": [], "outcome": [[1, "remind_unfinished"]]},
        {"silence": [[5, "wake_everybody"]], "outcome": [[1, "remind_unfinished"]]},
        {"silence": [[5, "next_contact"], [5, "tell_officer"]], "outcome": [[1, "remind_unfinished"]]},
        {"silence": [[0, "next_contact"]], "outcome": [[1, "remind_unfinished"]]},
        {"silence": 5, "outcome": [[1, "remind_unfinished"]]},
    ],
)
def test_a_table_that_makes_no_sense_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(errors.InvalidInput, match="ladder"):
        ladder.from_json(body)
