"""A version of the ladders comes back from its JSON; one that makes no sense is refused, field by field."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import ladder, ladder_body
from crisis.domain.alert import Channel
from crisis.domain.incident import Severity
from crisis.domain.ladder import DEFAULT, Action, Ladder, Ladders, Since, Step, Table
from tests.parts.ladders import V1, tables

FIRST_SHAPE = {
    "silence": [[5, "next_contact"], [15, "tell_officer"]],
    "outcome": [[30, "remind_without_outcome"], [45, "remind_unfinished"]],
}


def body(**changed: Any) -> dict[str, Any]:
    return {**copy.deepcopy(ladder_body.as_json(DEFAULT)), **changed}


def with_step(name: str, *steps: Any) -> dict[str, Any]:
    made = body()
    made["severities"]["severe"][name] = list(steps)
    return made


@given(tables(), tables(), st.integers(1, 60))
def test_ladders_come_back_from_their_json(one: Table, own: Table, minutes: int) -> None:
    ladders = Ladders({**DEFAULT.by_severity, Severity.MINOR: one}, {"p-1": own}, minutes)
    assert ladder_body.from_json(ladder_body.as_json(ladders)) == ladders


def test_a_body_of_the_first_version_still_reads() -> None:
    read = ladder_body.from_json(FIRST_SHAPE)
    assert read == V1
    assert {step.since for table in read.by_severity.values() for step in table[Ladder.OUTCOME]} == {Since.NAMED}


def test_what_is_as_usual_is_left_out_of_the_json() -> None:
    step = Step(10, Action.CONTACT, 3, (Channel.WEBHOOK,))
    assert ladder_body.steps_json([Step(5, Action.NEXT_CONTACT), step]) == [
        {"after": 5, "action": "next_contact"},
        {"after": 10, "action": "contact", "contact": 3, "channels": ["webhook"]},
    ]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "severities"),
        ([], "ladders"),
        (body(severities={"extreme": {}}), "severities.severe"),
        (body(severities={**body()["severities"], "huge": {}}), "severities.huge"),
        (body(officer_minutes=0), "officer_minutes"),
        (body(officer_minutes=True), "officer_minutes"),
        (body(platforms={"p-1": {"silence": []}}), "platforms.p-1.silence"),
        (with_step("silence"), "severities.severe.silence"),
        (with_step("silence", {"after": 5}), "severities.severe.silence[0].action"),
        (with_step("silence", {"after": 0, "action": "call"}), "severities.severe.silence[0].after"),
        (with_step("silence", {"after": 2.5, "action": "call"}), "severities.severe.silence[0].after"),
        (with_step("silence", {"after": 5, "action": "wake_everybody"}), "severities.severe.silence[0].action"),
        (with_step("silence", {"after": 5, "action": "last_warning"}), "severities.severe.silence[0].action"),
        (with_step("silence", {"after": 5, "action": "contact"}), "severities.severe.silence[0].contact"),
        (with_step("silence", {"after": 5, "action": "call", "contact": 2}), "severities.severe.silence[0].contact"),
        (
            with_step("silence", {"after": 5, "action": "call", "channels": ["phone"]}),
            "severities.severe.silence[0].channels",
        ),
        (
            with_step("silence", {"after": 5, "action": "call", "since": "acknowledged"}),
            "severities.severe.silence[0].since",
        ),
        (with_step("silence", {"after": 5, "action": "call", "when": 1}), "severities.severe.silence[0].when"),
        (
            with_step("silence", {"after": 5, "action": "call"}, {"after": 5, "action": "tell_officer"}),
            "severities.severe.silence[1].after",
        ),
        (with_step("warning", 45), "severities.severe.warning[0]"),
        (
            with_step(
                "outcome",
                {"after": 5, "action": "remind_unfinished"},
                {"after": 6, "action": "remind_unfinished", "since": "named"},
            ),
            "severities.severe.outcome[1].since",
        ),
        (with_step("outcome", *[{"after": n, "action": "remind_unfinished"} for n in range(1, 20)]),
         "severities.severe.outcome"),
        ({"silence": [], "outcome": [[1, "remind_unfinished"]]}, "ladder.silence"),
        ({"silence": 5, "outcome": [[1, "remind_unfinished"]]}, "ladder.silence"),
        ({"silence": [[5, "wake_everybody"]], "outcome": [[1, "remind_unfinished"]]}, "ladder.silence[0].action"),
        ({"silence": [[5, "next_contact"], [5, "tell_officer"]], "outcome": [[1, "remind_unfinished"]]},
         "ladder.silence[1].after"),
        ({"silence": [[5, "next_contact"]]}, "ladder.outcome"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_its_place(given: Any, field: str) -> None:
    with pytest.raises(errors.InvalidInput, match="ladder") as refused:
        ladder_body.from_json(given)
    assert field in (refused.value.fields or {})


def test_the_ladders_of_the_code_can_be_saved_as_they_are() -> None:
    assert ladder_body.from_json(ladder_body.as_json(ladder.DEFAULT)) == ladder.DEFAULT
