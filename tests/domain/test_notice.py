"""Every step of a notice."""

import pytest

from crisis import errors
from crisis.domain import notice
from crisis.domain.notice import Event, State
from tests.domain import machines

STEPS = """
              acknowledge   progress     finish  refuse        disclaim  new_items     withdraw   annul
awaiting      acknowledged  in_progress  done    will_not_act  not_ours  awaiting      withdrawn  void
acknowledged  acknowledged  in_progress  done    will_not_act  not_ours  acknowledged  withdrawn  void
in_progress   in_progress   in_progress  done    will_not_act  not_ours  in_progress   withdrawn  void
done          done          in_progress  done    will_not_act  not_ours  in_progress   withdrawn  void
will_not_act  acknowledged  in_progress  done    will_not_act  not_ours  acknowledged  withdrawn  void
not_ours      acknowledged  in_progress  done    will_not_act  not_ours  acknowledged  withdrawn  void
withdrawn     -             -            -       -             -         awaiting      withdrawn  void
void          -             -            -       -             -         -             -          -
"""


def test_every_step_is_as_drawn() -> None:
    assert machines.walked(notice.advance, State, Event) == machines.read(STEPS)


def test_a_refused_step_says_that_nothing_was_changed() -> None:
    with pytest.raises(errors.WrongState, match="withdrawn can't take the step “acknowledge”"):
        notice.advance(State.WITHDRAWN, Event.ACKNOWLEDGE)


def test_nothing_more_is_expected_in_these_states() -> None:
    assert {state.value for state in notice.FINISHED} == {"done", "will_not_act", "not_ours", "withdrawn", "void"}


def test_the_words_of_the_wire_are_these() -> None:
    assert [one.value for one in notice.Ask] == ["act", "search", "inform"]
    assert [one.value for one in notice.Instrument] == ["alert", "referral", "order"]
