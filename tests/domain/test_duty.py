"""Which officer is told of a matter, and when it is over."""

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import duty
from crisis.domain.duty import Action, Following

A, B, C = (UUID(int=number) for number in (1, 2, 3))


def test_one_after_the_other_and_behind_the_last_one_all_of_them() -> None:
    assert duty.following([A, B, C], set(), Action.NEXT) == Following((A,), Action.NEXT)
    assert duty.following([A, B, C], {A}, Action.NEXT) == Following((B,), Action.NEXT)
    assert duty.following([A, B, C], {A, B}, Action.NEXT) == Following((C,), Action.ALL)
    assert duty.following([A, B, C], {A, B, C}, Action.ALL) == Following((A, B, C), None)


def test_an_officer_who_is_alone_is_told_once() -> None:
    assert duty.following([A], set(), Action.NEXT) == Following((A,), None)


def test_with_nobody_on_duty_nobody_is_told() -> None:
    assert duty.following([], set(), Action.NEXT) == Following((), None)


def test_who_went_off_duty_meanwhile_is_left_out_and_who_came_is_told() -> None:
    assert duty.following([B, C], {A, C}, Action.NEXT) == Following((B,), Action.ALL)
    assert duty.following([A, B], {A, B}, Action.NEXT) == Following((A, B), None)


@given(st.lists(st.uuids(), unique=True, max_size=6))
def test_everybody_is_told_once_in_order_and_it_ends(order: list[UUID]) -> None:
    told: list[UUID] = []
    action: Action | None = Action.NEXT
    rounds = 0
    while action is not None:
        step = duty.following(order, told, action)
        if action is Action.NEXT:
            told += step.tell
        action = step.then
        rounds += 1
        assert rounds < 10
    assert told == order
    assert rounds == max(1, len(order) + (len(order) > 1))


@pytest.mark.parametrize(
    ("reason", "acknowledged", "finished", "over"),
    [
        ("silent", False, False, False),
        ("silent", True, False, True),
        ("no_next_contact", True, False, True),
        ("call", True, False, True),
        ("tell_failed", True, False, True),
        ("last_warning", True, False, False),
        ("last_warning", True, True, True),
        ("tell_question", True, True, False),
        ("tell_refusal", True, True, False),
    ],
)
def test_what_the_platform_settles_itself(reason: str, acknowledged: bool, finished: bool, over: bool) -> None:
    assert duty.is_over(reason, acknowledged=acknowledged, finished=finished) is over


def test_a_second_question_is_a_matter_of_its_own_and_staying_silent_is_not() -> None:
    assert duty.opens_again("tell_question")
    assert not duty.opens_again("silent")


def test_a_timer_names_its_matter() -> None:
    key = uuid4()
    assert duty.matter_of(duty.ladder_of(key)) == key
    assert duty.matter_of("silence:1") is None
