"""Wrapping: lines of a plain-text mail, with room for what the slots will hold."""

import re
import textwrap
from collections.abc import Sequence

from crisis.notify import marks

WIDTH = 72

#: How many signs a slot's value usually has; the others are phrases of their own line.
_ROOM = {"aim": 33, "sent": 47, "occurred": 47, "declared": 47}

_NUMBER = re.compile(r"\+?\d[\d ]{6,}\d")  # of a telephone: never in two lines


def wrapped(text: str, indent: int = 0) -> str:
    """The text in lines of about 72 signs, all but the first indented."""
    parts = marks.split(text)
    # a slot becomes one word of the usual length while the lines are cut; \0 can't be in a message
    stand_ins: list[str] = []
    for place in range(1, len(parts), 2):
        stand_ins.append(marks.mark(parts[place]))
        name = parts[place].removesuffix("_en")
        parts[place] = "\0".ljust(_ROOM.get(name, WIDTH - 12), "\1")
    lines = textwrap.wrap(
        _NUMBER.sub(lambda found: found[0].replace(" ", "\2"), "".join(parts)),
        WIDTH,
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    cut = "\n".join(lines)
    for stand_in in stand_ins:
        cut = cut.replace("\0", stand_in, 1)
    return cut.replace("\1", "").replace("\2", " ")


def row(value: str, label: str, rows: Sequence[tuple[str, str]]) -> str:
    """A label and its value; the values of all rows stand under each other."""
    column = max(len(name) for name, _ in rows) + 2
    return label.ljust(column) + wrapped(" " * column + value, column).lstrip(" ")


def step(text: str, number: int) -> str:
    """A numbered step."""
    return wrapped(f"{number}. {text}", 3)


def shared(sharing: Sequence[str], label: str) -> str:
    """The first line: the label, and in each language who may see the message."""
    return f"{label} - " + ("\n" + " " * (len(label) + 3)).join(sharing)
