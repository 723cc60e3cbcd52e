"""The response curve: how many platforms had answered and finished, by minutes since the declaration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crisis.reports import svg


@dataclass(frozen=True, slots=True)
class Curve:
    """Minutes since the declaration of each that ended, sorted; ``count`` are all who were asked."""

    count: int
    acknowledged: Sequence[float]
    done: Sequence[float]
    aim: float
    end: float


@dataclass(frozen=True, slots=True)
class _Frame:
    width: int
    height: int
    x: svg.Scale
    y: svg.Scale
    ticks: int


def of(report: dict[str, Any], *, end: float) -> Curve:
    """The curve of a report; ``end`` is the stand-down or now, in minutes."""
    asked = [one for one in report["platforms"] if one["ask"] != "inform"]

    def minutes(name: str) -> list[float]:
        found = (one["seconds"][name] for one in asked)
        return sorted(value / 60 for value in found if value is not None and value / 60 <= end)

    return Curve(
        count=len(asked),
        acknowledged=minutes("declared_to_acknowledged"),
        done=minutes("declared_to_done"),
        aim=report["incident"]["aim_minutes"],
        end=end,
    )


def draw(curve: Curve, *, width: int) -> str:
    """The drawing, for a wide or a narrow page."""
    wide = width > 500
    left, right, top, bottom = (56, 720, 26, 246) if wide else (46, 326, 54, 224)
    frame = _Frame(
        width=width,
        height=bottom + 86,
        x=svg.Scale(curve.end, left, right),
        y=svg.Scale(100, bottom, top),
        ticks=9 if wide else 5,
    )
    parts = [*_grid(curve, frame), *_steps(curve, frame), *_names(curve, frame), *_still_open(curve, frame)]
    return svg.chart(
        name="rc",
        width=width,
        height=frame.height,
        title="Response curve",
        text=(
            f"Share of {curve.count} platforms asked that had acknowledged ({len(curve.acknowledged)}) and finished "
            f"({len(curve.done)}), by minutes since declaration."
        ),
        parts=parts,
    )


def table(curve: Curve) -> list[tuple[str, int, int, int, int]]:
    """Rows behind the curve: after so many minutes, acknowledged, still open, done, still open."""
    return [
        (f"{svg.number(tick)} min", answered, curve.count - answered, done, curve.count - done)
        for tick in svg.Scale(curve.end, 0, 1).ticks(9)
        for answered, done in [(_until(curve.acknowledged, tick), _until(curve.done, tick))]
    ]


def _grid(curve: Curve, frame: _Frame) -> list[str]:
    parts = []
    for share in (0, 25, 50, 75, 100):
        y = frame.y.at(share)
        parts.append(svg.line(frame.x.start, y, frame.x.end, y, "k-line"))
        parts.append(svg.words(frame.x.start - 6, y + 4, "100%" if share == 100 else str(share), "mt tr"))
    ticks = frame.x.ticks(frame.ticks)
    for tick in ticks:
        unit = " min" if tick == ticks[-1] else ""
        parts.append(svg.words(frame.x.at(tick), frame.y.start + 18, f"{svg.number(tick)}{unit}", "mt tm"))
    if curve.aim <= curve.end:
        aim = frame.x.at(curve.aim)
        parts.append(svg.line(aim, frame.y.end - 8, aim, frame.y.start, "k dash2"))
        parts.append(svg.words(aim, frame.y.end - 12, "our aim", "tm bt"))
    return parts


def _steps(curve: Curve, frame: _Frame) -> list[str]:
    parts = []
    for minutes, look in ((curve.acknowledged, "k-blue w2 dash2"), (curve.done, "k-green w3")):
        shape = [f"M{frame.x.start:g} {frame.y.start:g}"]
        for place, minute in enumerate(minutes, start=1):
            shape.append(f"H{frame.x.at(minute):g}V{frame.y.at(100 * place / curve.count):g}")
        shape.append(f"H{frame.x.end:g}")
        parts.append(svg.path("".join(shape), f"nofill {look}"))
        if len(minutes) < curve.count:  # an upright tick: not all had ended
            y = frame.y.at(100 * len(minutes) / curve.count)
            parts.append(svg.line(frame.x.end, y - 6, frame.x.end, y + 6, look.replace(" dash2", "")))
    return parts


def _names(curve: Curve, frame: _Frame) -> list[str]:
    if frame.width <= 500:
        return [
            svg.line(46, 12, 70, 12, "k-blue w2 dash2"),
            svg.words(76, 16, "acknowledged"),
            svg.line(176, 12, 200, 12, "k-green w3"),
            svg.words(206, 16, "done"),
        ]
    share = 100 / (curve.count or 1)
    first = frame.y.at(share * len(curve.acknowledged)) + 4
    second = max(frame.y.at(share * len(curve.done)) + 4, first + 18)
    return [
        svg.words(frame.x.end + 8, first, f"acknowledged {len(curve.acknowledged)} of {curve.count}", "bt"),
        svg.words(frame.x.end + 8, second, f"done {len(curve.done)} of {curve.count}", "bt"),
    ]


def _still_open(curve: Curve, frame: _Frame) -> list[str]:
    y = frame.y.start + 44
    parts = [svg.words(0, y, "Still open", "bt")]
    for name, minutes in (("ackn.", curve.acknowledged), ("done", curve.done)):
        y += 18
        parts.append(svg.words(0, y, name, "mt"))
        parts += [
            svg.words(frame.x.at(tick), y, str(curve.count - _until(minutes, tick)), "tm")
            for tick in frame.x.ticks(frame.ticks)
        ]
    return parts


def _until(minutes: Sequence[float], tick: float) -> int:
    return sum(minute <= tick for minute in minutes)
