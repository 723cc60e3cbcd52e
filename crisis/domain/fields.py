"""The fields of a body from outside, read one by one while their faults are collected."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from crisis import errors
from crisis.domain import rfc3339, text

Choice = TypeVar("Choice", bound=StrEnum)


class Fields:
    """One object of a body; the faults of its parts share one list, named by path, like ``items[3].url``.

    Each method gives a value of the type asked for even where it found a fault: call ``finish``
    before anything is used.
    """

    def __init__(self, body: object, *, path: str = "", faults: dict[str, str] | None = None) -> None:
        self.faults: dict[str, str] = {} if faults is None else faults
        self._path = path
        if not isinstance(body, Mapping):
            self.fault("", "expected an object with named fields")
        self.body: Mapping[str, Any] = body if isinstance(body, Mapping) else {}

    def fault(self, name: str, reason: str) -> None:
        """Remember that the field can't be used; the first reason stands."""
        path = ".".join(part for part in (self._path, name) if part)
        self.faults.setdefault(path or "body", reason)

    def part(self, value: object, name: str) -> "Fields":
        """The fields of an object inside this one."""
        return Fields(value, path=".".join(part for part in (self._path, name) if part), faults=self.faults)

    def only(self, *known: str) -> None:
        """Refuse fields with other names: a misspelt one must not be left out in silence."""
        for name in self.body:
            if name not in known:
                self.fault(text.shorten(text.visible(str(name)), 60), "there is no such field")

    def text(self, name: str, *, most: int, required: bool = True, lines: bool = False) -> str:
        """Clean text of at most ``most`` characters; without ``required``, empty where there is none."""
        value = self.body.get(name)
        if value is None or value == "":
            if required:
                self.fault(name, "is missing")
            return ""
        if not isinstance(value, str):
            self.fault(name, "expected text")
            return ""
        value = text.clean(value)
        if required and not value:
            self.fault(name, "is missing")
        elif len(value) > most:
            self.fault(name, f"has {len(value)} characters; at most {most} fit")
        elif (bad := text.forbidden(value, lines=lines)) is not None:
            self.fault(name, f"holds the character {bad}, which has no place in a text; type that part again")
        return value

    def verbatim(self, name: str) -> str:
        """Text as it came, but for blanks around it; empty where there is none. Check it before use."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, str):
            self.fault(name, "expected text")
            return ""
        return (value or "").strip()

    def choice(self, name: str, words: type[Choice]) -> Choice:
        """One of the words of an enumeration."""
        value = self.body.get(name)
        if isinstance(value, str) and value in [word.value for word in words]:
            return words(value)
        self.fault(name, "is missing" if value is None else "expected one of: " + ", ".join(words))
        return next(iter(words))

    def flag(self, name: str, *, required: bool = True) -> bool:
        """True or false; false where it is absent and not required."""
        value = self.body.get(name, None if required else False)
        if not isinstance(value, bool):
            self.fault(name, "is missing" if value is None else "expected true or false")
            return False
        return value

    def instant(self, name: str) -> datetime | None:
        """An instant in UTC; ``None`` where there is none."""
        value = self.body.get(name)
        if value is None or value == "":
            return None
        try:
            return rfc3339.read(value if isinstance(value, str) else "")
        except ValueError as wrong:
            self.fault(name, str(wrong))
            return None

    def array(self, name: str, *, most: int, required: bool = True) -> list[Any]:
        """A list of at most ``most`` entries, unread."""
        value = self.body.get(name)
        if value is None:
            if required:
                self.fault(name, "is missing")
            return []
        if not isinstance(value, list | tuple):
            self.fault(name, "expected a list")
            return []
        if len(value) > most:
            self.fault(name, f"has {len(value)} entries; at most {most} fit")
            return []
        return list(value)

    def finish(self, what: str) -> None:
        """Nothing, if all fields were good.

        Raises:
            InvalidInput: with every fault; its text begins with ``what`` and shows the first ones.
        """
        if not self.faults:
            return
        shown = [f"{name}: {reason}" for name, reason in list(self.faults.items())[:3]]
        more = f"; and {len(self.faults) - 3} more" if len(self.faults) > 3 else ""
        raise errors.InvalidInput(f"{what} can't be used. {'; '.join(shown)}{more}.", fields=self.faults)
