"""Tests of the order of tasks for people, and of which number is tried next."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from crisis.domain import notice, tasks
from crisis.domain.alert import Channel

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def contact(position: int = 1, *, on_duty: bool = True) -> Any:
    return SimpleNamespace(position=position, on_duty=on_duty)


def phone(number: str) -> Any:
    return SimpleNamespace(channel=Channel.PHONE, address=number)


def called(number: str, outcome: str = tasks.NO_ANSWER) -> Any:
    return SimpleNamespace(number=number, outcome=outcome)


def asked(name: str = "Pixelly", *, silent: int = 20, **parts: Any) -> Any:
    """A request of ``silent`` minutes ago that nobody answered."""
    usual = {
        "platform_name": name,
        "asked": True,
        "state": notice.State.AWAITING,
        "flags": ("silent",),
        "alerts": ("one",),
        "call_asked": False,
        "calls": (),
        "portal_uses": (),
        "portals": (),
        "phones": ((contact(), phone("+321")),),
        "named_at": NOW - timedelta(minutes=silent),
        "items": SimpleNamespace(open=1),
    }
    return SimpleNamespace(**{**usual, **parts})


def order(*notices: Any) -> list[str]:
    return [one.about.platform_name for one in tasks.of(notices)]


def test_who_is_silent_longest_is_called_first() -> None:
    assert order(asked("a", silent=16), asked("b", silent=30), asked("c", silent=20)) == ["b", "c", "a"]


def test_whom_nothing_else_reached_comes_before() -> None:
    assert order(asked("a", silent=30), asked("b", silent=16, flags=("unreachable",))) == ["b", "a"]
    assert order(asked("a", silent=30), asked("b", silent=16, flags=(), alerts=())) == ["b", "a"]


def test_of_those_who_are_silent_as_long_the_one_with_most_to_look_at_is_first() -> None:
    assert order(asked("a"), asked("b", items=SimpleNamespace(open=9))) == ["b", "a"]


def test_who_was_tried_comes_behind_those_who_were_not() -> None:
    assert order(asked("a", silent=30, calls=(called("+321"),)), asked("b")) == ["b", "a"]


def test_contacts_on_duty_are_called_before_others_and_a_tried_number_behind_an_untried_one() -> None:
    ways = (
        (contact(1, on_duty=False), phone("+321")),
        (contact(2), phone("+322")),
        (contact(3), phone("+323")),
    )
    found = tasks.numbers(asked(phones=ways))
    assert [way.address for _, way in found] == ["+322", "+323", "+321"]
    found = tasks.numbers(asked(phones=ways, calls=(called("+322"),)))
    assert [way.address for _, way in found] == ["+323", "+322", "+321"]


def test_nobody_is_called_who_answered_was_reached_or_need_not_answer() -> None:
    assert order(asked(state=notice.State.ACKNOWLEDGED)) == []
    assert order(asked(calls=(called("+321", tasks.REACHED),))) == []
    assert order(asked(asked=False)) == []
    assert order(asked(flags=())) == []
    assert order(asked(flags=(), call_asked=True)) == ["Pixelly"]


def test_a_wrong_number_leaves_nothing_to_call() -> None:
    assert order(asked(calls=(called("+321", tasks.WRONG_NUMBER),))) == []
