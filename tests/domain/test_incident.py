"""Every step of an incident."""

import pytest

from crisis import errors
from crisis.domain import incident
from crisis.domain.incident import Event, State
from tests.domain import machines

STEPS = """
            declare   stand_down  reactivate  close   cancel
draft       declared  -           -           -       -
declared    -         stood_down  -           -       cancelled
stood_down  -         -           declared    closed  -
closed      -         -           -           -       -
cancelled   -         -           -           -       -
"""


def test_every_step_is_as_drawn() -> None:
    assert machines.walked(incident.advance, State, Event) == machines.read(STEPS)


def test_a_refused_step_names_state_and_step() -> None:
    with pytest.raises(errors.WrongState, match="stood down can't take the step “stand down”"):
        incident.advance(State.STOOD_DOWN, Event.STAND_DOWN)


def test_the_words_of_the_wire_are_these() -> None:
    assert [kind.value for kind in incident.Kind] == [
        "terrorist-violent-extremist",
        "child-sexual-abuse",
        "drug-trafficking",
        "human-trafficking",
        "other",
    ]
    assert [one.value for one in incident.Severity] == ["extreme", "severe", "moderate", "minor", "unknown"]
    assert [one.value for one in incident.Tlp] == ["RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR"]
    assert [one.value for one in State] == ["draft", "declared", "stood_down", "closed", "cancelled"]
