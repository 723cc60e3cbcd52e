"""The figures of a report."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import report
from crisis.domain.alert import Purpose
from crisis.domain.clocks import Asked
from crisis.domain.notice import Ask, State
from crisis.domain.report import Figure, Measure, Sent

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def at(seconds: float | None) -> datetime | None:
    return None if seconds is None else T + timedelta(seconds=seconds)


def asked(acknowledged: float | None = None, done: float | None = None, **changed: Any) -> Asked:
    state = State.DONE if done is not None else State.AWAITING if acknowledged is None else State.ACKNOWLEDGED
    given = {
        "ask": Ask.ACT,
        "state": state,
        "declared_at": T,
        "named_at": T,
        "target_at": T + HOUR,
        "acknowledged_at": at(acknowledged),
        "done_at": at(done),
        "ended_at": at(done),
        **changed,
    }
    return Asked(**given)


def sent(attempt: float | None, accepted: float | None, purpose: Purpose = Purpose.FIRST, ask: Ask = Ask.ACT) -> Sent:
    return Sent(purpose, ask, T, at(attempt), at(accepted))


def test_the_figures_of_an_incident() -> None:
    notices = [
        asked(60, 600),
        asked(120, 4000),
        asked(300),
        asked(),
        asked(ask=Ask.INFORM, target_at=None),
        asked(30, ask=Ask.INFORM, target_at=None),
    ]
    alerts = [
        sent(1, 1.5),
        sent(2, 2.5),
        sent(3, None),
        sent(None, None),
        sent(900, 901, Purpose.REMINDER),
        sent(1, 1, ask=Ask.INFORM),
    ]
    assert report.figures(notices, alerts, aim=HOUR, now=T + 2 * HOUR) == {
        Measure.DECLARED_TO_FIRST_ATTEMPT: Figure(3, 1, 2.0, None, 3.0, None),
        Measure.DECLARED_TO_ACCEPTED: Figure(2, 2, 2.5, None, 2.5, None),
        Measure.NAMED_TO_ACKNOWLEDGED: Figure(3, 1, 120.0, None, 300.0, 3),
        Measure.DECLARED_TO_ACKNOWLEDGED: Figure(3, 1, 120.0, None, 300.0, 3),
        Measure.NAMED_TO_DONE: Figure(2, 2, 4000.0, None, 4000.0, 1),
        Measure.DECLARED_TO_DONE: Figure(2, 2, 4000.0, None, 4000.0, 1),
    }


def test_named_and_declared_are_counted_apart() -> None:
    added = asked(960, 1500, named_at=at(900), target_at=at(4500))
    found = report.figures([added], [], aim=HOUR, now=T + HOUR)
    assert found[Measure.NAMED_TO_ACKNOWLEDGED].p50 == 60.0
    assert found[Measure.DECLARED_TO_ACKNOWLEDGED].p50 == 960.0
    assert found[Measure.NAMED_TO_DONE].p50 == 600.0
    assert found[Measure.DECLARED_TO_DONE].p50 == 1500.0


def test_without_anybody_asked_there_is_no_figure() -> None:
    for figure in report.figures([], [], aim=HOUR, now=T).values():
        assert (figure.n, figure.censored, figure.p50, figure.p90, figure.max) == (0, 0, None, None, None)


@pytest.mark.parametrize(
    ("ended", "censored", "p50", "p90"),
    [
        ([7], 0, 7, 7),
        ([7], 1, 7, None),
        ([7], 2, None, None),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0, 5, 9),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9], 1, 5, 9),
        ([1, 2, 3, 4, 5, 6, 7, 8], 2, 5, None),
        ([], 3, None, None),
    ],
)
def test_percentiles_are_nearest_rank_with_those_that_never_ended_last(
    ended: list[int], censored: int, p50: float | None, p90: float | None
) -> None:
    figure = report.figure([*(timedelta(seconds=one) for one in ended), *[None] * censored])
    assert (figure.p50, figure.p90) == (p50, p90)


@given(st.lists(st.none() | st.integers(0, 10_000), max_size=60), st.sampled_from([50, 90]))
def test_percentiles_agree_with_counting(values: list[int | None], percent: int) -> None:
    """By definition: the smallest value that at least so many per cent of all don't exceed."""
    ended = sorted(value for value in values if value is not None)
    enough = [one for one in ended if 100 * sum(other <= one for other in ended) >= percent * len(values)]
    expected = float(min(enough)) if enough and values else None
    figure = report.figure([None if value is None else timedelta(seconds=value) for value in values])
    assert (figure.p50 if percent == 50 else figure.p90) == expected
    assert figure.n + figure.censored == len(values)
    assert figure.max == (float(max(ended)) if ended else None)
    assert not values or math.ceil(percent * len(values) / 100) >= 1
