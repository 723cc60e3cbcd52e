"""Every outcome of an item, after every other."""

import pytest

from crisis import errors
from crisis.domain import item
from crisis.domain.item import Outcome

SAID = {"removed", "disabled_in_eu", "restricted", "already_gone", "kept", "not_ours", "cant_find", "question"} | {
    "cant_comply"
}
TAKEN_DOWN = {"removed", "disabled_in_eu", "restricted"}


@pytest.mark.parametrize("state", Outcome)
@pytest.mark.parametrize("outcome", Outcome)
def test_every_step_is_as_the_rule_says(state: Outcome, outcome: Outcome) -> None:
    allowed = state != "withdrawn" and (
        outcome in SAID | {"withdrawn"} or (outcome == "restored" and state in TAKEN_DOWN)
    )
    if allowed:
        assert item.advance(state, outcome) is outcome
    else:
        with pytest.raises(errors.WrongState):
            item.advance(state, outcome)


def test_the_words_of_the_wire_are_these() -> None:
    assert {outcome.value for outcome in Outcome} == SAID | {"named", "withdrawn", "restored"}
    assert {outcome.value for outcome in item.SAID_BY_PLATFORM} == SAID
    assert {outcome.value for outcome in item.TAKEN_DOWN} == TAKEN_DOWN


def test_an_answer_is_owed_for_what_is_named_or_in_question() -> None:
    assert {outcome.value for outcome in Outcome if not item.is_done(outcome)} == {"named", "question"}
