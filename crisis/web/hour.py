"""The hour: sixty cells from left to right, drawn by the server as SVG with per-cent positions."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from markupsafe import Markup

from crisis.web.language import gettext

CELLS = 60
_WIDTH = 100 / CELLS


def strip(
    *,
    starts_at: datetime,
    target_at: datetime,
    now: datetime,
    ticks: Sequence[tuple[int, str]] = (),
    bars: Mapping[int, tuple[int, int]] | None = None,
    low: bool = False,
) -> Markup:
    """The strip of one hour.

    Args:
        starts_at: left end; when the items were named (for an order: when it was received).
        target_at: right end, our aim or the law's hour.
        now: cells before it are filled.
        ticks: minutes after ``starts_at`` with a word each, the steps of the ladder.
        bars: by cell (0 to 59), how many acknowledged and how many finished in it.
        low: without room for bars, for a row or the answer page.
    """
    length = max(target_at - starts_at, timedelta(seconds=1))
    gone = min(max((now - starts_at) / length, 0.0), 1.0) * CELLS
    top = 0 if low else 34
    parts = [_cells(round(gone, 2), top)]
    if bars and not low:
        parts.append(_bars(bars))
    minutes = length / timedelta(minutes=1)
    parts += [_tick(minute / minutes * 100, str(minute), words, top) for minute, words in ticks if minute <= minutes]
    parts.append(Markup('<text x="0" y="{}">0</text>').format(top + 28))
    label = gettext(
        "The hour: %(minutes)d minutes gone. Bars show acknowledgements and completions per minute.",
        minutes=int(max((now - starts_at) / timedelta(minutes=1), 0)),
    )
    return Markup('<svg class="strip{}" role="img" aria-label="{}">{}</svg>').format(
        " low" if low else "", label, Markup("").join(parts)
    )


@lru_cache(maxsize=256)  # pages that are asked for together show the same hour
def _cells(gone: float, top: int) -> Markup:
    drawn = []
    for cell in range(CELLS):
        left = cell * _WIDTH + 0.12
        part = min(max(gone - cell, 0.0), 1.0)
        if part < 1:
            drawn.append(_rect(left, 1.42, top, "z2" if cell >= CELLS * 3 // 4 else "z0"))
        if part > 0:
            drawn.append(_rect(left, 1.42 * part, top, "z1"))
    return Markup("".join(drawn))  # noqa: S704 - numbers and constants of this file only


def _rect(left: float, width: float, top: int, name: str) -> str:
    return f'<rect x="{left:.2f}%" y="{top}" width="{width:.2f}%" height="12" class="{name}"/>'


def _bars(bars: Mapping[int, tuple[int, int]]) -> Markup:
    highest = max((max(pair) for pair in bars.values()), default=0) or 1
    drawn = []
    for cell, pair in sorted(bars.items()):
        for place, (count, name) in enumerate(zip(pair, ("f-blue", "f-green"), strict=True)):
            if count:
                height = max(3, round(30 * count / highest))
                left = cell * _WIDTH + 0.15 + place * 0.7
                drawn.append(
                    Markup('<rect x="{}%" y="{}" width=".55%" height="{}" class="{}"/>').format(
                        f"{left:.2f}", 32 - height, height, name
                    )
                )
    return Markup("").join(drawn)


@lru_cache(maxsize=256)
def _tick(left: float, minute: str, words: str, top: int) -> Markup:
    at_end = left > 99
    return Markup(
        '<line x1="{0}%" x2="{0}%" y1="{1}" y2="{2}" class="k"/>'
        '<text x="{0}%" y="{3}"{4}>{5}<tspan class="opt"> {6}</tspan></text>'
    ).format(f"{min(left, 100):.2f}", top, top + 17, top + 28, Markup(' class="tr"') if at_end else "", minute, words)
