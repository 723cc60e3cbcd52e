"""What follows an attempt."""

from datetime import timedelta

import pytest

from crisis.domain import alert, retry
from crisis.domain.alert import Channel, Event, Outcome
from crisis.domain.retry import Next

MESSAGES = [channel for channel in Channel if channel is not Channel.PHONE]


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize(
    ("outcome", "attempts", "event", "seconds"),
    [
        ("accepted", 1, "accept", 0),
        ("accepted", 4, "accept", 0),
        ("temporary", 1, "retry", 2),
        ("temporary", 2, "retry", 10),
        ("temporary", 3, "retry", 30),
        ("temporary", 4, "fail", 0),
        ("unknown", 1, "lose", 0),
        ("unknown", 3, "lose", 0),
        ("unknown", 4, "fail", 0),
        ("permanent", 1, "fail", 0),
        ("permanent", 3, "fail", 0),
    ],
)
def test_the_table(channel: Channel, outcome: str, attempts: int, event: str, seconds: int) -> None:
    expected = Next(Event(event), timedelta(seconds=seconds))
    assert retry.after(Outcome(outcome), channel, attempts) == expected


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("attempts", range(1, retry.CAP + 1))
def test_every_end_of_an_attempt_is_a_step_of_a_started_alert(
    channel: Channel, outcome: Outcome, attempts: int
) -> None:
    following = retry.after(outcome, channel, attempts)
    state = alert.advance(alert.State.STARTED, following.event)
    assert (following.wait > timedelta(0)) is (state is alert.State.WAITING_RETRY)


def test_four_attempts_are_over_within_a_minute() -> None:
    waits = [retry.after(Outcome.TEMPORARY, Channel.EMAIL, number).wait for number in range(1, retry.CAP)]
    assert sum(waits, timedelta(0)) == timedelta(seconds=42)


def test_a_phone_has_no_attempts() -> None:
    with pytest.raises(ValueError, match="people call it"):
        retry.after(Outcome.TEMPORARY, Channel.PHONE, 1)
