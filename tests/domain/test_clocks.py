"""The clocks of a notice, word for word as the contract says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import clocks
from crisis.domain.clocks import Asked, Clocks, Stand
from crisis.domain.notice import Ask, State

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T + timedelta(minutes=minutes)


def asked(**changed: Any) -> Asked:
    """Named five minutes after the declaration; the target is 60 minutes later. Times are minutes after naming."""
    times = ("acknowledged_at", "done_at", "ended_at", "last_named_at", "stood_down_at", "target_at", "named_at")
    moved = {name: at(value) if name in times and value is not None else value for name, value in changed.items()}
    given = {
        "ask": Ask.ACT,
        "state": State.AWAITING,
        "declared_at": at(-5),
        "named_at": at(0),
        "target_at": at(60),
        **moved,
    }
    return Asked(**given)


def done(minutes: float, **changed: Any) -> Asked:
    return asked(**{"state": State.DONE, "done_at": minutes, "ended_at": minutes, **changed})


@pytest.mark.parametrize(
    ("one", "now", "within"),
    [
        (done(59), 70, True),
        (done(60), 70, True),
        (done(60.001), 70, False),
        (asked(), 59, None),
        (asked(), 60, None),
        (asked(), 60.001, False),
        (asked(state=State.ACKNOWLEDGED), 61, False),
        (asked(state=State.IN_PROGRESS), 61, False),
        (asked(state=State.WILL_NOT_ACT), 10, None),
        (asked(state=State.WILL_NOT_ACT), 61, False),
        (asked(state=State.NOT_OURS), 61, None),
        (asked(state=State.WITHDRAWN), 61, None),
        (asked(state=State.VOID), 61, None),
        (asked(ask=Ask.INFORM), 61, None),
        (done(10, ask=Ask.INFORM), 61, None),
        (asked(target_at=None), 61, None),
        (asked(ask=Ask.SEARCH), 61, False),
        # stood down
        (asked(stood_down_at=30), 61, None),
        (asked(stood_down_at=61), 62, False),
        (done(20, stood_down_at=30), 61, True),
        (done(40, stood_down_at=30), 61, True),
        (done(70, stood_down_at=30), 71, None),
        (done(70, stood_down_at=65), 71, False),
        # items were added: the target is the latest batch's
        (asked(state=State.IN_PROGRESS, done_at=20, last_named_at=30, target_at=90), 61, None),
        (asked(state=State.IN_PROGRESS, done_at=20, last_named_at=30, target_at=90), 91, False),
        (done(20, ended_at=80, last_named_at=30, target_at=90), 95, True),
        (done(20, ended_at=91, last_named_at=30, target_at=90), 95, False),
        (done(40, ended_at=50, last_named_at=30, target_at=90), 95, True),
    ],
)
def test_within_target(one: Asked, now: float, within: bool | None) -> None:
    assert clocks.within_target(one, at(now)) is within


@pytest.mark.parametrize(
    ("one", "now", "stand"),
    [
        (done(59), 70, Stand.WITHIN),
        (done(61), 70, Stand.AFTER),
        (asked(), 10, Stand.OPEN),
        (asked(), 61, Stand.AFTER),
        (asked(stood_down_at=30), 40, None),
        (asked(state=State.NOT_OURS), 10, None),
        (asked(ask=Ask.INFORM), 10, None),
    ],
)
def test_the_stand_in_a_word(one: Asked, now: float, stand: Stand | None) -> None:
    assert clocks.stand(one, at(now)) is stand


@pytest.mark.parametrize(
    ("one", "minutes"),
    [
        (asked(), 40),
        (done(25), 25),
        (asked(stood_down_at=30), 30),
        (done(25, stood_down_at=30), 25),
        (done(35, stood_down_at=30), 35),
        (done(-3), 0),
    ],
)
def test_elapsed_runs_from_naming_to_done_to_stand_down_else_to_now(one: Asked, minutes: float) -> None:
    assert clocks.elapsed(one, at(40)) == timedelta(minutes=minutes)


def test_all_clocks_are_read_at_once() -> None:
    one = asked(state=State.ACKNOWLEDGED, acknowledged_at=4)
    assert clocks.read(one, at(10)) == Clocks(
        since_named=timedelta(minutes=10),
        since_declared=timedelta(minutes=15),
        to_acknowledge=timedelta(minutes=4),
        declared_to_acknowledge=timedelta(minutes=9),
        to_done=None,
        declared_to_done=None,
        elapsed=timedelta(minutes=10),
        left=timedelta(minutes=50),
        within_target=None,
        stand=Stand.OPEN,
    )


def test_the_legal_hour_counts_from_receipt_only() -> None:
    assert clocks.legal_target(None) is None
    assert clocks.legal_target(at(3)) == at(63)
    assert timedelta(hours=1) == clocks.LEGAL_HOUR


def test_seconds_are_shown_to_the_millisecond() -> None:
    assert clocks.seconds(timedelta(seconds=61, microseconds=234_567)) == 61.235
    assert clocks.seconds(None) is None


minutes = st.none() | st.integers(-10, 200)


@given(st.sampled_from(Ask), st.sampled_from(State), minutes, minutes, minutes, st.integers(0, 300))
def test_true_is_only_what_is_done_and_open_is_never_false_before_the_target(
    ask: Ask, state: State, done_at: int | None, ended_at: int | None, stood_down_at: int | None, now: int
) -> None:
    one = asked(ask=ask, state=state, done_at=done_at, ended_at=ended_at, stood_down_at=stood_down_at)
    within = clocks.within_target(one, at(now))
    if within is True:
        assert state is State.DONE
    if ask is Ask.INFORM:
        assert within is None
    if now <= 60 and state is not State.DONE:
        assert within is None
    if within is not None:
        assert clocks.stand(one, at(now)) is (Stand.WITHIN if within else Stand.AFTER)
