"""Tests of which faults follow from what the desk sees of itself."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crisis.domain import canary, watch
from crisis.domain.alert import Channel, Outcome, Queue, State

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
SINK = canary.Sink(Channel.EMAIL, "probe@desk.example")
EXPECTED = watch.Expected(mail=True, period=timedelta(seconds=60), sinks=(SINK,))


def ago(seconds: float) -> datetime:
    return NOW - timedelta(seconds=seconds)


def mails(*outcomes: Outcome, newest_ago: float = 5) -> list[watch.Tried]:
    return [watch.Tried(ago(newest_ago + place), one, "451 later") for place, one in enumerate(outcomes)]


WELL = watch.Signs(
    now=NOW,
    metronomes={"metronome-1@a": ago(2)},
    swept_at=ago(11),
    workers={Queue.MAIL: {"mail@a": ago(4)}, Queue.OTHER: {"other@a": ago(4)}},
    probes=(canary.Probe(Channel.EMAIL, State.ACCEPTED, ago(40), ago(39)),),
)


def names(signs: watch.Signs, expected: watch.Expected = EXPECTED) -> list[str]:
    return [fault.name for fault in watch.faults(signs, expected)]


def test_a_desk_that_is_well_has_no_fault() -> None:
    assert names(WELL) == []
    assert watch.is_alive(WELL)
    assert watch.probes_arrive(WELL, EXPECTED)


@pytest.mark.parametrize(
    ("read_at", "expected", "fault"),
    [
        (None, False, []),  # no mailbox is set
        (None, True, ["mailbox"]),
        (ago(120), True, []),
        (ago(121), True, ["mailbox"]),
    ],
)
def test_a_mailbox_that_is_set_must_be_read(read_at: datetime | None, expected: bool, fault: list[str]) -> None:
    assert names(replace(WELL, mailbox_read_at=read_at), replace(EXPECTED, mailbox=expected)) == fault


T, P, U, A = Outcome.TEMPORARY, Outcome.PERMANENT, Outcome.UNKNOWN, Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("sign", "fault"),
    [
        ({"metronomes": {}}, ["metronome"]),
        ({"metronomes": {"metronome-1@a": ago(31)}}, ["metronome"]),
        ({"metronomes": {"metronome-1@a": ago(30)}}, []),
        ({"metronomes": {"metronome-1@a": ago(900), "metronome-2@a": ago(1)}}, []),  # it was started again
        ({"metronomes": {"metronome-1@b": ago(31), "metronome-2@a": ago(1)}}, ["metronome_host:b"]),
        ({"metronomes": {"metronome-1@b": ago(601), "metronome-2@a": ago(1)}}, []),  # taken out on purpose
        ({"swept_at": ago(31)}, ["sweep"]),
        ({"workers": {}}, ["workers:mail", "workers:other"]),
        ({"workers": {Queue.MAIL: {"mail@a": ago(31)}, Queue.OTHER: {"other@a": ago(1)}}}, ["workers:mail"]),
        (
            {"workers": {Queue.MAIL: {"mail@a": ago(31), "mail@b": ago(1)}, Queue.OTHER: {"other@a": ago(1)}}},
            [],  # the other host's worker takes over
        ),
        ({"mails": mails(T, P, U, T, T)}, ["mail"]),
        ({"mails": mails(T, P, U, T)}, []),  # too few to tell
        ({"mails": mails(T, T, T, T, A)}, []),
        ({"mails": mails(T, T, T, T, T, newest_ago=901)}, []),  # long ago
        ({"oldest_due": {Queue.MAIL: ago(10)}}, []),
        ({"oldest_due": {Queue.MAIL: ago(11)}}, ["waiting:mail"]),
        ({"oldest_due": {Queue.MAIL: ago(11)}, "moved_at": {Queue.MAIL: ago(11)}}, ["waiting:mail"]),
        ({"oldest_due": {Queue.MAIL: ago(60)}, "moved_at": {Queue.MAIL: ago(1)}}, []),  # a line that moves
        ({"oldest_due": {Queue.MAIL: ago(121)}, "moved_at": {Queue.MAIL: ago(1)}}, ["waiting:mail"]),
        ({"oldest_timer": ago(10)}, []),
        ({"oldest_timer": ago(11)}, ["timers"]),
        ({"unknowns": 1}, ["unknown"]),
        ({"probes": (canary.Probe(Channel.EMAIL, State.FAILED, ago(40)),)}, ["canary:email"]),
        ({"probes": ()}, []),  # none yet
    ],
)
def test_each_sign_has_its_fault(sign: dict[str, object], fault: list[str]) -> None:
    assert names(replace(WELL, **sign)) == fault  # type: ignore[arg-type]


def test_a_mail_host_that_is_not_set_is_a_fault() -> None:
    assert names(WELL, replace(EXPECTED, mail=False)) == ["mail_unset"]


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        (WELL, replace(EXPECTED, period=None)),
        (WELL, replace(EXPECTED, sinks=())),
        (replace(WELL, probes=()), EXPECTED),
        (replace(WELL, probes=(canary.Probe(Channel.EMAIL, State.FAILED, ago(40)),)), EXPECTED),
        (replace(WELL, probes=(canary.Probe(Channel.EMAIL, State.ACCEPTED, ago(91), ago(90)),)), EXPECTED),
        (WELL, replace(EXPECTED, sinks=(SINK, canary.Sink(Channel.WEBHOOK, "https://hooks.example/")))),
    ],
)
def test_probes_arrive_only_if_each_sink_had_one_lately(signs: watch.Signs, expected: watch.Expected) -> None:
    assert not watch.probes_arrive(signs, expected)
