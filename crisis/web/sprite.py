"""The glyphs: one inline set of symbols a page, holding only those that the page used."""

from functools import cache

from flask import g
from markupsafe import Markup

_RING = '<circle cx="8" cy="8" r="5.75" fill="none" stroke="currentColor" stroke-width="1.75"{}/>'
_DISC = '<circle cx="8" cy="8" r="6.7" fill="currentColor"/>'
_TRIANGLE = (
    '<path d="M8 1.7 15 14.2H1z" fill="var(--tri)" stroke="var(--tri-line)" '
    'stroke-width="1.2" stroke-linejoin="round"/>'
)
_PLAIN = _RING.format("")

# 16 by 16, drawn with currentColor. Round goes to plan, cornered needs somebody.
_GLYPHS: dict[str, str] = {
    "await": _PLAIN,
    "draft": _RING.format(' stroke-dasharray="2.2 2.3"'),
    "ack": _PLAIN + '<path d="M8 2.25a5.75 5.75 0 0 0 0 11.5z" fill="currentColor"/>',
    "prog": _PLAIN + '<path d="M8 8V2.25A5.75 5.75 0 1 1 2.25 8z" fill="currentColor"/>',
    "done": _DISC + '<path d="m4.9 8.3 2.2 2.2 4.1-4.7" fill="none" stroke="var(--mark)" stroke-width="1.9"/>',
    "eu": _PLAIN + '<path d="m5.2 8.2 2 2 3.6-4.1" fill="none" stroke="currentColor" stroke-width="1.75"/>',
    "none": _PLAIN + '<path d="m4 12 8-8" stroke="currentColor" stroke-width="1.75"/>',
    "dash": _PLAIN + '<path d="M5 8h6" stroke="currentColor" stroke-width="1.75"/>',
    "void": _PLAIN + '<path d="m5.6 5.6 4.8 4.8m0-4.8-4.8 4.8" stroke="currentColor" stroke-width="1.6"/>',
    "info": _DISC + '<path d="M8 7v5m0-7.8v1.7" stroke="var(--mark)" stroke-width="1.8"/>',
    "back": (
        '<path d="M3.2 5.2A5.6 5.6 0 1 1 2.4 8.6M3 1.8v3.7h3.7" fill="none" stroke="currentColor" stroke-width="1.75"/>'
    ),
    "warn": _TRIANGLE + '<path d="M8 5.8v4.2m0 1.3v1.6" stroke="var(--tri-mark)" stroke-width="1.7"/>',
    "unk": (
        _TRIANGLE + '<path d="M6.4 7.3c.2-1.6 3.2-1.5 3.1.2-.1 1.2-1.5 1.2-1.5 2.6m0 1.2v1.5" fill="none" '
        'stroke="var(--tri-mark)" stroke-width="1.4"/>'
    ),
    "late": (
        '<path d="M8 .7 15.3 8 8 15.3.7 8z" fill="currentColor"/>'
        '<path d="M8 4v5m0 1.4v1.8" stroke="var(--mark)" stroke-width="1.8"/>'
    ),
    "cut": (
        '<rect x="1.6" y="1.6" width="12.8" height="12.8" rx="1" fill="currentColor"/>'
        '<path d="m5.2 5.2 5.6 5.6m0-5.6-5.6 5.6" stroke="var(--mark)" stroke-width="1.9"/>'
    ),
    "chev": '<path d="m6 3.5 4.5 4.5L6 12.5" fill="none" stroke="currentColor" stroke-width="1.75"/>',
    "logo": (
        '<circle cx="8" cy="8" r="6.5" fill="none" stroke="currentColor" stroke-width="1.25" opacity=".55"/>'
        '<path d="M8 1.5A6.5 6.5 0 1 1 1.5 8" fill="none" stroke="currentColor" stroke-width="2.5"/>'
        '<circle cx="8" cy="8" r="1.5" fill="currentColor"/>'
    ),
}


def icon(name: str) -> Markup:
    """A glyph, to stand before its word; never alone."""
    _used().add(name)
    return _drawn(name)


@cache
def _drawn(name: str) -> Markup:
    return Markup('<svg class="i" aria-hidden="true" focusable="false"><use href="#{}"/></svg>').format(name)


#: The health line of an open page is replaced, so its glyphs are always there.
_OF_THE_HEALTH_LINE = {"done", "warn", "cut"}


def symbols(*, every: bool = False, health: bool = False) -> Markup:
    """The set for the end of a page: what was used, or ``every`` glyph where cells are replaced later.

    ``health``: the page has a health line.
    """
    names = sorted(_GLYPHS if every else _used() | (_OF_THE_HEALTH_LINE if health else set()))
    drawn = "".join(f'<symbol id="{name}" viewBox="0 0 16 16">{_GLYPHS[name]}</symbol>' for name in names)
    head = '<svg class="sprite" width="0" height="0" aria-hidden="true" focusable="false">'
    return Markup(f"{head}{drawn}</svg>")  # noqa: S704  # constants of this file only


def _used() -> set[str]:
    if "symbols" not in g:
        g.symbols = set()
    used: set[str] = g.symbols
    return used
