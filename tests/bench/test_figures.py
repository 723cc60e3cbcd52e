"""Tests that the table of `make bench` says what was reached, and what was not."""

import pytest

from bench import figures
from bench.figures import Goal

FAST = Goal("rate", "mails", "/s", 100, 200, True)
SHORT = Goal("took", "declare; {rate:.0f}/s beside it", "s", 1.0, 0.3)


@pytest.mark.parametrize(
    ("rates", "verdict", "missed"),
    [
        ([90, 99.9, 300], "NOT REACHED", True),
        ([100, 90, 300], "reached, not the aim", False),
        ([200, 90, 300], "aim reached", False),
    ],
)
def test_the_median_is_judged_from_below(rates: list[float], verdict: str, missed: bool) -> None:
    (figure,) = figures.judge([FAST], [{"rate": rate} for rate in rates])
    assert (figure.verdict, figure.missed) == (verdict, missed)


@pytest.mark.parametrize(
    ("took", "verdict"), [(1.01, "NOT REACHED"), (1.0, "reached, not the aim"), (0.3, "aim reached")]
)
def test_a_duration_is_judged_from_above(took: float, verdict: str) -> None:
    (figure,) = figures.judge([SHORT], [{"took": took, "rate": 5.0}])
    assert figure.verdict == verdict


def test_an_aim_alone_can_be_missed_without_failing_the_run() -> None:
    (figure,) = figures.judge([Goal("share", "of raw", "share", aim=0.3, at_least=True)], [{"share": 0.2}])
    assert (figure.verdict, figure.missed) == ("aim not reached", False)


def test_what_has_no_bound_is_told_and_not_judged() -> None:
    (figure,) = figures.judge([Goal("rate", "mails", "/s")], [{"rate": 7.0}])
    assert (figure.verdict, figure.missed) == ("", False)


def test_a_row_names_the_baseline_the_median_the_spread_and_the_bounds() -> None:
    (figure,) = figures.judge([SHORT], [{"took": took, "rate": 5.0} for took in (0.5, 2.0, 0.25)])
    words = figures.row(figure).split()
    assert words == "declare; 5/s beside it 0.50 s 0.25 s – 2.00 s ≤ 1.00 s ≤ 0.30 s reached, not the aim".split()
