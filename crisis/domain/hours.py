"""Hours in which a contact can be reached, written like ``24/7`` or ``Mon-Fri 08:00-18:00``."""

import re
import zoneinfo
from dataclasses import dataclass
from datetime import datetime

from crisis import errors
from crisis.domain import text
from crisis.domain.registry import Contact

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MINUTES_A_DAY = 24 * 60

_DAY = "(?:" + "|".join(DAYS) + ")"
_DAY_LIST = rf"{_DAY}(?:-{_DAY})?(?:,{_DAY}(?:-{_DAY})?)*"
_SPAN = re.compile(rf"({_DAY_LIST}) (\d\d):(\d\d)-(\d\d):(\d\d)", re.ASCII)
_EXPECTED = "Write hours as 24/7 or like “Mon-Fri 08:00-18:00; Sat,Sun 10:00-16:00”."


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes of the day from ``start`` up to ``end`` on some days (0 is Monday).

    With ``end`` at or before ``start`` it goes on over midnight into the next day.
    """

    days: frozenset[int]
    start: int
    end: int

    def covers(self, weekday: int, minute: int) -> bool:
        if self.start < self.end:
            return weekday in self.days and self.start <= minute < self.end
        started_today = weekday in self.days and minute >= self.start
        return started_today or ((weekday - 1) % 7 in self.days and minute < self.end)


#: Round the clock.
ALWAYS = (Span(frozenset(range(7)), 0, _MINUTES_A_DAY),)


def parse(hours: str) -> tuple[Span, ...]:
    """The spans; days may be lists and wrap round the week, times may run over midnight.

    Raises:
        InvalidInput: it is written otherwise; the text says how to.
    """
    if hours == "24/7":
        return ALWAYS
    spans = []
    for part in re.split(r"; ?", hours):
        match = _SPAN.fullmatch(part)
        if match is None:
            raise errors.InvalidInput(f"“{text.shorten(text.visible(hours), 60)}” can't be read. {_EXPECTED}")
        spans.append(Span(_days(match[1]), _minute(match[2], match[3]), _minute(match[4], match[5])))
        if spans[-1].start in {spans[-1].end, _MINUTES_A_DAY}:
            raise errors.InvalidInput(f"“{part}” has no duration; a whole day is 00:00-24:00. {_EXPECTED}")
    return tuple(spans)


def zone(name: str) -> zoneinfo.ZoneInfo:
    """The time zone with that IANA name.

    Raises:
        InvalidInput: there is none.
    """
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a name that is a folder of the database
        shown = text.shorten(text.visible(name), 60)
        raise errors.InvalidInput(f"There is no time zone “{shown}”; write it like Europe/Brussels.") from None


def covers(hours: str, time_zone: str, now: datetime) -> bool:
    """Whether ``now`` falls into ``hours`` on the clocks of ``time_zone``.

    Raises:
        InvalidInput: hours or zone can't be read.
    """
    spans = parse(hours)
    if spans == ALWAYS:
        return True
    local = now.astimezone(zone(time_zone))
    return any(span.covers(local.weekday(), local.hour * 60 + local.minute) for span in spans)


def on_duty(contact: Contact, now: datetime) -> bool:
    """Whether the contact's hours hold ``now`` (aware)."""
    return covers(contact.hours, contact.time_zone, now)


def local(contact: Contact, now: datetime) -> datetime:
    """``now`` on the contact's own clock, with its zone."""
    return now.astimezone(zone(contact.time_zone))


def _days(day_list: str) -> frozenset[int]:
    days: set[int] = set()
    for part in day_list.split(","):
        first, _, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last or first)
        days.update((start + step) % 7 for step in range((end - start) % 7 + 1))
    return frozenset(days)


def _minute(hour: str, minute: str) -> int:
    minutes = int(hour) * 60 + int(minute)
    if int(minute) > 59 or minutes > _MINUTES_A_DAY:
        raise errors.InvalidInput(f"There is no time {hour}:{minute}. {_EXPECTED}")
    return minutes
