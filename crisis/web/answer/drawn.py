"""Pages that differ in a few words only: drawn once a minute, then filled in for each contact who asks.

A night's contacts ask for the same page by the thousand. What is theirs alone (names, addresses, times,
the link) stands in a drawing as a mark that nobody can type; everything else that a page depends on is
part of the key under which its drawing is kept, so that no two pages can be taken for each other.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Any

from flask import current_app
from markupsafe import escape

_NAME = "crisis.drawn"
_MOST = 500  # drawings of about 10 kB, in each process
_CHANGING = frozenset({list, dict})
_UNSAFE = re.compile("[&<>'\"]")
_MARK = re.compile("\0([0-9]+)\0")


class Words:
    """What is one contact's own on one page."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, word: str) -> str:
        """The mark to draw in place of ``word``."""
        self._kept.append(word)
        return f"\0{len(self._kept) - 1}\0"

    def fill(self, drawing: "Drawing") -> bytes:
        """The page in UTF-8: the drawing with the words in their places, made safe for HTML."""
        words = [(str(escape(word)) if _UNSAFE.search(word) else word).encode() for word in self._kept]
        page = list(drawing.texts)
        page[1::2] = [words[place] for place in drawing.places]
        return b"".join(page)


class Drawing:
    """A page cut at its marks: the texts between them in UTF-8, and which word belongs into each gap."""

    __slots__ = ("places", "texts")

    def __init__(self, page: str) -> None:
        parts = _MARK.split(page)
        self.texts = [one.encode() for one in parts]
        self.places = [int(one) for one in parts[1::2]]


class _Drawings:
    def __init__(self) -> None:
        self._lock = Lock()
        self._pen = Lock()
        self._kept: OrderedDict[Hashable, Drawing] = OrderedDict()

    def get(self, key: Hashable, draw: Callable[[], str]) -> Drawing:
        found = self._find(key)
        if found is None:
            # one draws at a time: many who miss the same drawing at one moment must not all make it
            with self._pen:
                found = self._find(key) or self._keep(key, Drawing(draw()))
        return found

    def _find(self, key: Hashable) -> Drawing | None:
        with self._lock:
            return self._kept.get(key)

    def _keep(self, key: Hashable, drawing: Drawing) -> Drawing:
        with self._lock:
            self._kept[key] = drawing
            while len(self._kept) > _MOST:
                self._kept.popitem(last=False)
        return drawing


def drawing(of: Iterable[Any], draw: Callable[[], str]) -> Drawing:
    """The drawing for whatever is equal in every part; ``draw`` is called where there is none yet."""
    key = tuple([_hashable(one) if type(one) in _CHANGING else one for one in of])
    extensions = current_app.extensions
    drawings: _Drawings = extensions.get(_NAME) or extensions.setdefault(_NAME, _Drawings())
    return drawings.get(key, draw)


def _hashable(part: list[Any] | dict[Any, Any]) -> Hashable:
    return tuple(part) if isinstance(part, list) else tuple(part.items())
