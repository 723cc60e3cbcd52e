"""The lanes: what each platform did when, for those with most items or trouble."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crisis.domain import text
from crisis.reports import svg

MOST = 17  # lanes; what fits a page
_STEP = 22  # px from lane to lane, so that 13 px text has room
_TOP = 41


@dataclass(frozen=True, slots=True)
class Lane:
    """One platform; minutes since the declaration, ``None`` where it did not happen."""

    name: str
    items: int
    named: float
    acknowledged: float | None
    done: float | None
    ended: float | None  # in the state that it has
    within: bool | None
    state: str


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes with the desk's own moments above them."""

    lanes: Sequence[Lane]
    left_out: int
    moments: Sequence[float]
    aim: float
    end: float
    stood_down: bool


def of(report: dict[str, Any], *, end: float, moments: Sequence[float]) -> Lanes:
    """The lanes of a report; ``moments`` are when the desk did something."""
    asked = [one for one in report["platforms"] if one["ask"] != "inform"]
    weighty = sorted(asked, key=lambda one: (-_weight(one), one["platform"]["name"].casefold()))
    shown = [_lane(one, report, end) for one in weighty[:MOST]]
    shown.sort(key=lambda one: (one.acknowledged is None, one.acknowledged or 0.0, one.name.casefold()))
    return Lanes(
        lanes=shown,
        left_out=len(asked) - len(shown),
        moments=[one for one in moments if one <= end],
        aim=report["incident"]["aim_minutes"],
        end=end,
        stood_down=report["incident"]["stood_down_at"] is not None,
    )


def draw(lanes: Lanes, *, width: int) -> str:
    """The drawing, for a wide or a narrow page."""
    wide = width > 500
    x = svg.Scale(lanes.end, 120, 840) if wide else svg.Scale(lanes.end, 96, 310)
    bottom = _TOP + _STEP * len(lanes.lanes) + 13
    parts = [*_grid(lanes, x, bottom, 9 if wide else 5), *_desk(lanes, x, width)]
    for place, lane in enumerate(lanes.lanes, start=1):
        y = _TOP + _STEP * place
        parts.append(svg.words(0, y + 4, text.shorten(lane.name, 13 if wide else 11), tip=lane.name))
        parts.append(svg.words(width, y + 4, str(lane.items), "mt tr"))
        parts += _one(lane, x, y, aim=lanes.aim, end=lanes.end)
    return svg.chart(
        name="sw",
        width=width,
        height=bottom + 22,
        title="Timeline by platform",
        text=(
            f"One lane for each of {len(lanes.lanes)} platforms: ring acknowledged, dot done within our aim, "
            "hollow dot done after it, triangle will not act, arrow unfinished."
        ),
        parts=parts,
    )


def _weight(one: dict[str, Any]) -> int:
    trouble = bool(one["flags"]) or one["state"] == "will_not_act" or one["stand"] == "after"
    return int(one["items"]["total"]) + (1000 if trouble else 0)


def _lane(one: dict[str, Any], report: dict[str, Any], end: float) -> Lane:
    def minutes(name: str) -> float | None:
        value = one["seconds"][name]
        return None if value is None or value / 60 > end else value / 60

    return Lane(
        name=one["platform"]["name"],
        items=one["items"]["total"],
        named=one["seconds"]["declared_to_named"] / 60,
        acknowledged=minutes("declared_to_acknowledged"),
        done=minutes("declared_to_done"),
        ended=minutes("declared_to_ended"),
        within=one["within_target"],
        state=one["state"],
    )


def _grid(lanes: Lanes, x: svg.Scale, bottom: float, most: int) -> list[str]:
    parts = []
    ticks = x.ticks(most)
    for tick in ticks:
        unit = " min" if tick == ticks[-1] else ""
        parts.append(svg.line(x.at(tick), 30, x.at(tick), bottom, "k-line"))
        parts.append(svg.words(x.at(tick), bottom + 16, f"{svg.number(tick)}{unit}", "mt tm"))
    if lanes.aim <= lanes.end:
        parts.append(svg.line(x.at(lanes.aim), 30, x.at(lanes.aim), bottom, "k dash2"))
    return parts


def _desk(lanes: Lanes, x: svg.Scale, width: int) -> list[str]:
    parts = [svg.words(0, _TOP + 4, "Desk", "bt"), svg.line(x.start, _TOP, x.end, _TOP, "k")]
    parts += [svg.box(x.at(moment) - 3, _TOP - 6, 6, 12, "f-ink") for moment in (0.0, *lanes.moments)]
    parts.append(svg.words(x.start, 27, "declared", "mt"))
    parts.append(svg.words(width, 27, "stood down" if lanes.stood_down else "now", "mt tr"))
    parts.append(svg.words(width, _TOP + 4, "items", "mt tr"))
    return parts


def _one(lane: Lane, x: svg.Scale, y: float, *, aim: float, end: float) -> list[str]:
    start = x.at(lane.named)
    if lane.acknowledged is None and lane.done is None:
        return [svg.line(start, y, x.at(end), y, "k-grey dash"), _arrow(x.at(end), y, "k-grey")]
    begun = lane.acknowledged if lane.acknowledged is not None else lane.done or 0.0
    parts = [svg.line(start, y, x.at(begun), y, "k-grey")]
    until = next((at for at in (lane.done, lane.ended) if at is not None), end)
    aimed = min(max(lane.named + aim, begun), until)
    parts.append(svg.line(x.at(begun), y, x.at(aimed), y, "k-blue w3"))
    if aimed < until:  # behind the aim the line is dotted; nothing is red for a voluntary request
        parts.append(svg.line(x.at(aimed), y, x.at(until), y, "k-blue w3 dash"))
    parts.append(_end(lane, x.at(until), y))
    parts.append(svg.circle(x.at(begun), y, 3.5, "f-panel k-blue w2"))
    return parts


def _end(lane: Lane, x: float, y: float) -> str:
    if lane.state == "will_not_act":
        return svg.path(f"M{x:g} {y - 6:g}l6.5 11.5h-13z", "f-y k-y")
    if lane.done is None:
        return _arrow(x, y, "k-blue")
    return svg.circle(x, y, 4.5, "f-panel k-green w2") if lane.within is False else svg.circle(x, y, 5, "f-green")


def _arrow(x: float, y: float, look: str) -> str:
    return svg.path(f"M{x - 6:g} {y - 5:g}l6 5-6 5", f"nofill {look} w2")
