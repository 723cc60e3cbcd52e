"""What is judged: the medians of some rounds against what must and what should be reached, as one table."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Sample = Mapping[str, float]

_FORMATS = {
    "/s": "{:,.0f}/s",
    "s": "{:.2f} s",
    "ms": "{:,.0f} ms",
    "×": "{:.1f} ×",
    "CPU s": "{:.3f} CPU s",
    "MB": "{:,.0f} MB",
    "share": "{:.2f}",
    "ratio": "{:.2f} ×",
    "": "{:,.0f}",
}
_COLUMNS = "{:78} {:>14} {:>21} {:>11} {:>11}  {}"


@dataclass(frozen=True)
class Goal:
    """One figure: the median of what the rounds have under ``key``.

    ``text`` may name the medians of other keys, such as ``{peer:.0f}``: the baseline beside it.
    Without ``must`` and ``aim`` it is told and not judged.
    """

    key: str
    text: str
    unit: str
    must: float | None = None
    aim: float | None = None
    at_least: bool = False

    def is_met(self, value: float, bound: float) -> bool:
        return value >= bound if self.at_least else value <= bound


@dataclass(frozen=True)
class Figure:
    """A goal with what was measured in each round."""

    goal: Goal
    values: Sequence[float]
    text: str

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def missed(self) -> bool:
        """Whether something that must be reached was not."""
        return self.goal.must is not None and not self.goal.is_met(self.median, self.goal.must)

    @property
    def verdict(self) -> str:
        goal = self.goal
        if self.missed:
            return "NOT REACHED"
        if goal.aim is not None:
            met = goal.is_met(self.median, goal.aim)
            return "aim reached" if met else "reached, not the aim" if goal.must is not None else "aim not reached"
        return "reached" if goal.must is not None else ""


def judge(goals: Sequence[Goal], samples: Sequence[Sample]) -> list[Figure]:
    """The figures of some rounds.

    Raises:
        KeyError: a round did not measure what a goal is about.
    """
    medians = {key: statistics.median([one[key] for one in samples]) for key in samples[0]}
    return [Figure(goal, [one[goal.key] for one in samples], goal.text.format(**medians)) for goal in goals]


def header() -> str:
    return _COLUMNS.format("", "median", "lowest – highest", "must", "aim", "").rstrip()


def row(figure: Figure) -> str:
    goal = figure.goal
    sign = "≥" if goal.at_least else "≤"
    must, aim = (f"{sign} {_say(goal, bound)}" if bound is not None else "" for bound in (goal.must, goal.aim))
    spread = f"{_say(goal, min(figure.values))} – {_say(goal, max(figure.values))}" if len(figure.values) > 1 else ""
    return _COLUMNS.format(f"  {figure.text}", _say(goal, figure.median), spread, must, aim, figure.verdict).rstrip()


def _say(goal: Goal, value: float) -> str:
    return _FORMATS[goal.unit].format(value)
