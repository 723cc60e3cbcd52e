"""The waterfall: how the first alerts went out, in seconds since the declaration."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crisis.reports import svg

_MOST = 240  # lines a channel; beyond that, evenly picked ones
_STEP = 2.6  # px from line to line
_NAMES = {"email": "mail", "webhook": "webhook", "apprise": "apprise"}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """First alerts by channel, in the order of their first attempt; ``highest`` is in seconds."""

    channels: Sequence[tuple[str, int, Sequence[dict[str, Any]]]]
    count: int
    accepted: int
    failed: int
    last_begun: float | None
    highest: float


def of(report: dict[str, Any]) -> Waterfall:
    """The waterfall of a report."""
    every = report["deliveries"]
    begun = [one["first_attempt_seconds"] for one in every if one["first_attempt_seconds"] is not None]
    accepted = [one["accepted_seconds"] for one in every if one["accepted_seconds"] is not None]
    channels = []
    for channel, name in _NAMES.items():
        found = [one for one in every if one["channel"] == channel]
        found.sort(key=lambda one: (one["first_attempt_seconds"] is None, one["first_attempt_seconds"] or 0.0))
        if found:
            channels.append((name, len(found), _picked(found)))
    return Waterfall(
        channels=channels,
        count=len(every),
        accepted=len(accepted),
        failed=sum(one["state"] == "failed" for one in every),
        last_begun=max(begun, default=None),
        highest=max([*begun, *accepted, 0.1]),
    )


def is_whole(waterfall: Waterfall) -> bool:
    """Whether every alert has a line of its own."""
    return all(count == len(shown) for _, count, shown in waterfall.channels)


def draw(waterfall: Waterfall, *, width: int) -> str:
    """The drawing, for a wide or a narrow page."""
    wide = width > 500
    x = svg.Scale(waterfall.highest, 74, 830) if wide else svg.Scale(waterfall.highest, 62, 326)
    y, lines = 10.0, []
    for name, count, shown in waterfall.channels:
        lines += [
            svg.words(0, y + 12, name, "bt"),
            svg.words(0, y + 30, f"{count} alerts" if wide else str(count), "mt"),
        ]
        for place, one in enumerate(shown):
            lines += _one(one, x, y + 1 + place * _STEP)
        y += max(len(shown) * _STEP, 36) + 10
    ticks = x.ticks(6 if wide else 4)
    grid = []
    for tick in ticks:
        unit = " s" if tick == ticks[-1] else ""
        grid.append(svg.line(x.at(tick), 4, x.at(tick), y, "k-line"))
        grid.append(svg.words(x.at(tick), y + 18, f"{svg.number(tick)}{unit}", "mt tm"))
    if waterfall.last_begun is not None:
        last = x.at(waterfall.last_begun)
        grid.append(svg.line(last, 4, last, y, "k dash2"))
        grid.append(svg.words(width, 14, f"last begun {waterfall.last_begun:.1f} s", "tr"))
    return svg.chart(
        name="wf",
        width=width,
        height=y + 24,
        title="Delivery of the first alerts",
        text=(
            f"{waterfall.count} alerts by time since declaration: {waterfall.accepted} accepted, {waterfall.failed} "
            "failed. Grey: waiting. Blue: from first attempt to acceptance. Red with a square: failed."
        ),
        parts=[*grid, *lines],
    )


def table(waterfall: Waterfall) -> list[tuple[str, int, int, int]]:
    """Rows behind the drawing: channel, alerts, of those shown accepted, failed."""
    return [
        (
            name,
            count,
            sum(one["accepted_seconds"] is not None for one in shown),
            sum(one["state"] == "failed" for one in shown),
        )
        for name, count, shown in waterfall.channels
    ]


def _picked(found: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
    """All of them, or evenly picked ones with those that failed."""
    if len(found) <= _MOST:
        return found
    places = {place * len(found) // _MOST for place in range(_MOST)}
    failed = [place for place, one in enumerate(found) if one["state"] == "failed"]
    return [found[place] for place in sorted(places.union(failed[:_MOST]))]


def _one(one: dict[str, Any], x: svg.Scale, y: float) -> list[str]:
    begun, accepted = one["first_attempt_seconds"], one["accepted_seconds"]
    waited = x.at(begun) if begun is not None else x.end
    parts = [svg.line(x.start, y, waited, y, "k-line")]
    if one["state"] == "failed":
        parts.append(svg.line(waited, y, x.end, y, "k-red dash"))
        parts.append(svg.box(waited - 3, y - 3, 6, 6, "f-red"))
    elif accepted is not None:
        parts.append(svg.box(waited, y - 1, max(x.at(accepted) - waited, 1.5), 2, "f-blue"))
    return parts
