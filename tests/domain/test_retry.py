"""What follows an attempt."""

from datetime import timedelta

import pytest

from crisis.domain import alert, retry
from crisis.domain.alert import BY_PEOPLE, Channel, Event, Outcome
from crisis.domain.retry import Next

MESSAGES = [channel for channel in Channel if channel not in BY_PEOPLE]


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize(
    ("outcome", "attempts", "event"),
    [
        ("accepted", 1, "accept"),
        ("accepted", 4, "accept"),
        ("temporary", 4, "fail"),
        ("unknown", 4, "fail"),
        ("permanent", 1, "fail"),
        ("permanent", 3, "fail"),
    ],
)
def test_what_ends_an_alert(channel: Channel, outcome: str, attempts: int, event: str) -> None:
    assert retry.after(Outcome(outcome), channel, attempts) == Next(Event(event))


@pytest.mark.parametrize(
    ("channel", "outcome", "seconds"),
    [
        ("email", "temporary", [2, 10, 30]),
        ("email", "unknown", [0, 5, 15]),
        ("webhook", "temporary", [1, 5, 20]),
        ("webhook", "unknown", [0, 5, 15]),
        ("apprise", "temporary", [2, 10, 30]),
        ("apprise", "unknown", [5, 15, 30]),
    ],
)
def test_the_waits_of_the_table(channel: str, outcome: str, seconds: list[int]) -> None:
    found = [retry.after(Outcome(outcome), Channel(channel), number) for number in range(1, retry.CAP)]
    event = Event.RETRY if outcome == "temporary" else Event.LOSE
    assert found == [Next(event, timedelta(seconds=one)) for one in seconds]


def test_nothing_is_tried_again_after_the_ladder_has_moved_on() -> None:
    second = timedelta(seconds=1)
    assert retry.after(Outcome.TEMPORARY, Channel.EMAIL, 2, moves_on_in=11 * second).event is Event.RETRY
    assert retry.after(Outcome.TEMPORARY, Channel.EMAIL, 2, moves_on_in=10 * second) == Next(Event.FAIL)
    assert retry.after(Outcome.UNKNOWN, Channel.EMAIL, 1, moves_on_in=-second) == Next(Event.FAIL)
    assert retry.after(Outcome.ACCEPTED, Channel.EMAIL, 1, moves_on_in=-second) == Next(Event.ACCEPT)


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("attempts", range(1, retry.CAP + 1))
def test_every_end_of_an_attempt_is_a_step_of_a_started_alert(
    channel: Channel, outcome: Outcome, attempts: int
) -> None:
    following = retry.after(outcome, channel, attempts)
    state = alert.advance(alert.State.STARTED, following.event)
    assert following.wait == timedelta(0) or state in (alert.State.WAITING_RETRY, alert.State.UNKNOWN)


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize("outcome", [Outcome.TEMPORARY, Outcome.UNKNOWN])
def test_four_attempts_are_over_within_a_minute_the_shortest_step_of_a_ladder(
    channel: Channel, outcome: Outcome
) -> None:
    waits = [retry.after(outcome, channel, number).wait for number in range(1, retry.CAP)]
    assert sum(waits, timedelta(0)) <= timedelta(seconds=50)


def test_a_phone_has_no_attempts() -> None:
    with pytest.raises(ValueError, match="people call it"):
        retry.after(Outcome.TEMPORARY, Channel.PHONE, 1)
