"""Pieces of a chart as SVG text: lines, words, scales; classes only, so that a chart turns dark and prints."""

import html
from collections.abc import Sequence
from dataclasses import dataclass

_STEPS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, 5760, 14400)


@dataclass(frozen=True, slots=True)
class Scale:
    """From a value between 0 and ``highest`` to a place between ``start`` and ``end``."""

    highest: float
    start: float
    end: float

    def at(self, value: float) -> float:
        share = min(max(value / self.highest, 0.0), 1.0) if self.highest else 0.0
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self, most: int) -> list[float]:
        """Round values from 0 on, at most ``most`` of them."""
        step = next((one for one in _STEPS if self.highest / one <= most - 1), self.highest or 1)
        return [round(step * place, 1) for place in range(int(self.highest / step) + 1)]


def chart(*, name: str, width: int, height: float, title: str, text: str, parts: Sequence[str]) -> str:
    """A whole drawing. ``name`` is unique in the page; ``title`` and ``text`` are what a screen reader says."""
    look = "wd" if width > 500 else "nw"
    key = f"{name}{width}"
    return (
        f'<svg class="{look}" viewBox="0 0 {width} {height:g}" width="{width}" height="{height:g}" role="img" '
        f'aria-labelledby="{key}t {key}d"><title id="{key}t">{html.escape(title)}</title>'
        f'<desc id="{key}d">{html.escape(text)}</desc>{"".join(parts)}</svg>'
    )


def line(x1: float, y1: float, x2: float, y2: float, look: str) -> str:
    return f'<line x1="{x1:g}" x2="{x2:g}" y1="{y1:g}" y2="{y2:g}" class="{look}"/>'


def words(x: float, y: float, text: str, look: str = "", *, tip: str = "") -> str:
    inner = html.escape(text) + (f"<title>{html.escape(tip)}</title>" if tip else "")
    kind = f' class="{look}"' if look else ""
    return f'<text x="{x:g}" y="{y:g}"{kind}>{inner}</text>'


def path(shape: str, look: str) -> str:
    return f'<path d="{shape}" class="{look}"/>'


def circle(x: float, y: float, radius: float, look: str) -> str:
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" class="{look}"/>'


def box(x: float, y: float, width: float, height: float, look: str) -> str:
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" class="{look}"/>'


def number(value: float) -> str:
    """``15``, or ``0.5`` where it is not whole."""
    return f"{value:g}"
