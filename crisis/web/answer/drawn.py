"""Pages that differ in a few words only: drawn once a second, then filled in for each contact who asks.

A night's contacts ask for the same page by the thousand. What is theirs alone (names, addresses, the
link) stands in a drawing as a mark that nobody can type; everything else that a page depends on is
part of the key under which its drawing is kept, so that no two pages can be taken for each other.
"""

import re
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from flask import current_app
from markupsafe import escape

_NAME = "crisis.drawn"
_MOST = 500  # drawings of about 10 kB, in each process
_MARK = re.compile("\0([0-9]+)\0")


class Words:
    """What is one contact's own on one page."""

    def __init__(self) -> None:
        self._kept: list[str] = []

    def keep(self, word: str) -> str:
        """The mark to draw in place of ``word``."""
        self._kept.append(word)
        return f"\0{len(self._kept) - 1}\0"

    def fill(self, drawing: str) -> str:
        """The page: the drawing with the words in their places, made safe for HTML."""
        return _MARK.sub(lambda found: str(escape(self._kept[int(found[1])])), drawing)


class _Drawings:
    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[str, str] = OrderedDict()

    def get(self, key: str, draw: Callable[[], str]) -> str:
        with self._lock:
            found = self._kept.get(key)
        if found is None:
            found = draw()
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > _MOST:
                    self._kept.popitem(last=False)
        return found


def drawing(key: object, draw: Callable[[], str]) -> str:
    """The drawing for whatever has the same ``repr`` as ``key``; ``draw`` is called where there is none yet."""
    drawings: _Drawings = current_app.extensions.setdefault(_NAME, _Drawings())
    return drawings.get(repr(key), draw)
