"""The hour of an incident: its two ends, the steps of the ladder, who answered and finished in each minute."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from crisis.domain import ladder
from crisis.domain.overview import IncidentView
from crisis.web import hour
from crisis.web.language import gettext


@dataclass(frozen=True, slots=True)
class Hour:
    """What the strip of an incident draws. Times are UTC; ``stopped_at`` is the stand-down."""

    starts_at: datetime
    target_at: datetime
    stopped_at: datetime | None
    ticks: Sequence[tuple[int, str]]
    bars: Mapping[int, tuple[int, int]]


def of(view: IncidentView) -> Hour:
    """The hour from the declaration to the aim of its first batch."""
    return Hour(
        starts_at=view.declared_at,
        target_at=view.target_at,
        stopped_at=view.stood_down_at,
        ticks=_ticks(view.ladder, view.aim),
        bars=_bars(view),
    )


def _ticks(table: ladder.Table, aim: timedelta) -> Sequence[tuple[int, str]]:
    """The steps whose minutes count from the naming; of the same step one after the other only the first has room."""
    words = {
        ladder.Action.NEXT_CONTACT: gettext("next contact"),
        ladder.Action.CONTACT: gettext("next contact"),
        ladder.Action.ALL_ON_DUTY: gettext("all on duty"),
        ladder.Action.CALL: gettext("call"),
        ladder.Action.TELL_OFFICER: gettext("officer told"),
        ladder.Action.REMIND_WITHOUT_OUTCOME: gettext("remind"),
        ladder.Action.REMIND_UNFINISHED: gettext("remind"),
        ladder.Action.LAST_WARNING: gettext("last warning"),
    }
    end = int(aim.total_seconds() // 60)
    steps = {
        step.after: words[step.action]
        for steps in table.values()
        for step in steps
        if step.since is ladder.Since.NAMED and step.after < end
    }
    ordered = sorted(steps.items())
    shown = [one for place, one in enumerate(ordered) if place == 0 or ordered[place - 1][1] != one[1]]
    return (*shown, (end, gettext("our aim")))


def _bars(view: IncidentView) -> dict[int, tuple[int, int]]:
    """By cell of the strip, how many acknowledged and how many finished in it."""
    counts: dict[int, list[int]] = {}
    cell = view.aim / hour.CELLS
    for one in view.notices:
        for place, at in enumerate((one.acknowledged_at, one.done_at)):
            if at is None or not one.asked:
                continue
            minute = int((at - view.declared_at) / cell)
            if 0 <= minute < hour.CELLS:
                counts.setdefault(minute, [0, 0])[place] += 1
    return {minute: (pair[0], pair[1]) for minute, pair in counts.items()}
