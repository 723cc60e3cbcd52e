"""Marks: the named slots in a message, which no text of an incident can forge."""

import re

_MARK = re.compile(r"⟦([a-z_]+)⟧")


def mark(name: str) -> str:
    """The slot ``name`` as it stands in a message."""
    return f"⟦{name}⟧"


def disarm(text: str) -> str:
    """The text without anything that could be read as a slot."""
    return text.replace("⟦", "[").replace("⟧", "]")


def split(text: str) -> list[str]:
    """Literal, name of a slot, literal, …: an odd number of parts, those at odd places are names."""
    return _MARK.split(text)
