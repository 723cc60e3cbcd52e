"""The figures of a report: how long things took, over everybody asked, with those who never ended counted."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crisis.domain import alert, clocks, notice
from crisis.domain.clocks import Asked


class Measure(StrEnum):
    """From what to what; the names of the contract."""

    DECLARED_TO_FIRST_ATTEMPT = "declared_to_first_attempt"
    DECLARED_TO_ACCEPTED = "declared_to_accepted"
    NAMED_TO_ACKNOWLEDGED = "named_to_acknowledged"
    DECLARED_TO_ACKNOWLEDGED = "declared_to_acknowledged"
    NAMED_TO_DONE = "named_to_done"
    DECLARED_TO_DONE = "declared_to_done"


@dataclass(frozen=True, slots=True)
class Sent:
    """What figures need of one alert; ``ask`` is that of its notice. Times are UTC."""

    purpose: alert.Purpose
    ask: notice.Ask
    declared_at: datetime
    first_attempt_at: datetime | None
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Figure:
    """``n`` ended and ``censored`` did not; the rest is seconds, but ``within_target``, which is how many.

    A percentile is ``None`` where its rank falls on one that did not end, or there is nothing to rank;
    ``max`` is the longest that ended. ``within_target`` is ``None`` where no aim applies.
    """

    n: int
    censored: int
    p50: float | None
    p90: float | None
    max: float | None
    within_target: int | None


def figures(
    notices: Iterable[Asked], alerts: Iterable[Sent], *, aim: timedelta, now: datetime
) -> dict[Measure, Figure]:
    """The figures of one incident at ``now``; platforms that are only informed are in none of them."""
    asked = [one for one in notices if one.ask is not notice.Ask.INFORM]
    first = [one for one in alerts if one.purpose is alert.Purpose.FIRST and one.ask is not notice.Ask.INFORM]
    read = [clocks.read(one, now) for one in asked]
    return {
        Measure.DECLARED_TO_FIRST_ATTEMPT: figure([_since(one.declared_at, one.first_attempt_at) for one in first]),
        Measure.DECLARED_TO_ACCEPTED: figure([_since(one.declared_at, one.accepted_at) for one in first]),
        Measure.NAMED_TO_ACKNOWLEDGED: figure([one.to_acknowledge for one in read], aim=aim),
        Measure.DECLARED_TO_ACKNOWLEDGED: figure([one.declared_to_acknowledge for one in read], aim=aim),
        Measure.NAMED_TO_DONE: figure(
            [one.to_done for one in read], within_target=sum(one.within_target is True for one in read)
        ),
        Measure.DECLARED_TO_DONE: figure([one.declared_to_done for one in read], aim=aim),
    }


def figure(
    durations: Iterable[timedelta | None], *, aim: timedelta | None = None, within_target: int | None = None
) -> Figure:
    """The figure over ``durations``, where ``None`` is one that did not end.

    ``within_target`` counts those that ended within ``aim``, unless it is given.
    """
    every = list(durations)
    ended = sorted(one for one in every if one is not None)
    if within_target is None and aim is not None:
        within_target = sum(one <= aim for one in ended)
    return Figure(
        n=len(ended),
        censored=len(every) - len(ended),
        p50=clocks.seconds(percentile(ended, len(every), 50)),
        p90=clocks.seconds(percentile(ended, len(every), 90)),
        max=clocks.seconds(ended[-1]) if ended else None,
        within_target=within_target,
    )


def percentile(ended: Sequence[timedelta], count: int, percent: int) -> timedelta | None:
    """Nearest rank over ``count`` of which the sorted ``ended`` come first and those without an end last."""
    if count == 0:
        return None
    rank = math.ceil(percent * count / 100)
    return ended[rank - 1] if rank <= len(ended) else None


def _since(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else max(end - start, timedelta(0))
