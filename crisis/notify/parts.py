"""Parts: what a mail consists of, before it becomes text or HTML."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crisis.domain import alert, notice

#: After these the contact is asked to act or to search; the others only tell something.
ASKING = frozenset({alert.Purpose.FIRST, alert.Purpose.REMINDER, alert.Purpose.ESCALATION, alert.Purpose.ITEMS})


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs, then numbered steps."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """One language's version of a mail. The link stands between ``about`` and ``after``."""

    language: str
    headline: str
    line: str
    rows: tuple[tuple[str, str], ...]
    why: tuple[Section, ...]  # what only this purpose says
    about: tuple[Section, ...]
    button: str
    after: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Round:
    """What the alerts that share a message have in common."""

    purpose: alert.Purpose
    ask: notice.Ask
    extra: Mapping[str, Any]

    @property
    def asks(self) -> bool:
        return self.purpose in ASKING and self.ask is not notice.Ask.INFORM
