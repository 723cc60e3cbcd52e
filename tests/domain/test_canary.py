"""Tests of what a probe's row says of its channel."""

from datetime import UTC, datetime, timedelta

import pytest

from crisis.domain.alert import Channel, State
from crisis.domain.canary import Probe, Sink, Verdict, is_fresh, newest_decided, verdict

AT = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
MAIL = Sink(Channel.EMAIL, "probe@desk.example")
OWN = Sink(Channel.WEBHOOK, "https://desk.example/canary/1", returns=True)
MAIL_BACK = Sink(Channel.EMAIL, "probe@desk.example", returns=True)


def after(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("state", "accepted", "arrived", "sink", "age", "says"),
    [
        (State.PLANNED, None, None, MAIL, 29, Verdict.PENDING),
        (State.PLANNED, None, None, MAIL, 31, Verdict.FAILED),
        (State.STARTED, None, None, MAIL, 31, Verdict.FAILED),
        (State.WAITING_RETRY, None, None, MAIL, 29, Verdict.PENDING),
        (State.FAILED, None, None, MAIL, 1, Verdict.FAILED),
        (State.CANCELLED, None, None, MAIL, 1, Verdict.FAILED),
        (State.ACCEPTED, 2, None, MAIL, 3, Verdict.OK),
        (State.ACCEPTED, 31, None, MAIL, 40, Verdict.FAILED),  # it came too late
        (State.ACCEPTED, 2, None, OWN, 29, Verdict.PENDING),
        (State.ACCEPTED, 2, None, OWN, 31, Verdict.FAILED),
        (State.ACCEPTED, 2, 3, OWN, 4, Verdict.OK),
        (State.DELIVERED, 2, 3, OWN, 4, Verdict.OK),
        (State.ACCEPTED, 2, None, MAIL_BACK, 179, Verdict.PENDING),  # a mailbox is read once a minute
        (State.ACCEPTED, 2, None, MAIL_BACK, 181, Verdict.FAILED),
    ],
)
def test_what_one_probe_says(
    state: State, accepted: int | None, arrived: int | None, sink: Sink, age: int, says: Verdict
) -> None:
    probe = Probe(
        sink.channel,
        state,
        AT,
        None if accepted is None else after(accepted),
        None if arrived is None else after(arrived),
    )
    assert verdict(probe, sink, now=after(age)) is says


def test_the_last_one_that_says_anything_counts() -> None:
    failed, well = Probe(Channel.EMAIL, State.FAILED, AT), Probe(Channel.EMAIL, State.ACCEPTED, after(60), after(61))
    on_its_way = Probe(Channel.EMAIL, State.PLANNED, after(120))
    other = Probe(Channel.WEBHOOK, State.FAILED, after(120))
    assert newest_decided([failed, well, on_its_way, other], MAIL, now=after(121)) == (Verdict.OK, well)
    assert newest_decided([failed, on_its_way], MAIL, now=after(121)) == (Verdict.FAILED, failed)
    assert newest_decided([on_its_way], MAIL, now=after(121)) is None


def test_a_probe_of_long_ago_is_not_fresh() -> None:
    probe = Probe(Channel.EMAIL, State.ACCEPTED, AT, after(1))
    assert is_fresh(probe, MAIL, period=timedelta(seconds=60), now=after(90))
    assert not is_fresh(probe, MAIL, period=timedelta(seconds=60), now=after(91))
