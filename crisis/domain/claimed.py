"""When something is said to have happened: what a person typed, in the zone shown to them, as an instant."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum
from zoneinfo import ZoneInfo

from crisis import errors

#: Clocks of people run ahead; more than this is not a clock but a mistake.
AHEAD = timedelta(minutes=2)

_MINUTE = timedelta(minutes=1)
_TIME = re.compile(r"(\d{1,2})[:.hH](\d{2})(?::(\d{2}))?")
_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})|(\d{1,2})[./](\d{1,2})[./](\d{4})")
_OFFSET = re.compile(r"(?:Z|UTC|([+-])(\d{2}):?(\d{2}))", re.IGNORECASE)
_WHOLE = re.compile(rf"(?:({_DATE.pattern})(?:[T ]\s*))?{_TIME.pattern}\s*({_OFFSET.pattern})?", re.IGNORECASE)


class Unclear(StrEnum):
    """Why a text is not a time that can be used."""

    UNREADABLE = "unreadable"
    FUTURE = "future"
    TWICE = "twice"  # the clock was turned back: there were two
    SKIPPED = "skipped"  # the clock was turned forward: there was none


_TEXTS = {
    Unclear.UNREADABLE: "Write the time as 03:10, or with its date as 2026-11-21 03:10.",
    Unclear.FUTURE: "That time is still to come. If it was yesterday, write the date too: 2026-11-21 23:50.",
    Unclear.TWICE: "The clock was turned back then, so that time came twice. Write it in UTC: 01:30 UTC.",
    Unclear.SKIPPED: "The clock was turned forward then, so that time never came. Look at the hour again.",
}


class UnclearTime(errors.InvalidInput):
    """The time can't be used; ``why`` says the reason, the text what to write instead."""

    def __init__(self, why: Unclear) -> None:
        super().__init__(_TEXTS[why], fields={"happened_at": _TEXTS[why]})
        self.why = why


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (UTC) as somebody told it: ``exact`` to what we were given, or only to the minute."""

    at: datetime
    exact: bool = True

    def is_before(self, asked_at: datetime) -> bool:
        """Whether it was surely before ``asked_at``; the minute in which we asked is not before."""
        return self.at < asked_at if self.exact else self.at + _MINUTE <= asked_at

    def since(self, asked_at: datetime) -> datetime:
        """The instant, moved to ``asked_at`` where only its minute is known and it is the same one."""
        return self.at if self.is_before(asked_at) else max(self.at, asked_at)


def instant(at: datetime, *, now: datetime) -> Moment:
    """An instant that a program or an officer gave.

    Raises:
        UnclearTime: it is more than two minutes ahead of ``now``.
    """
    if at > now + AHEAD:
        raise UnclearTime(Unclear.FUTURE)
    return Moment(at.astimezone(UTC))


def read(text: str, *, zone: ZoneInfo, named_at: datetime, now: datetime) -> Moment:
    """The instant of ``03:10``, ``2026-11-21 03:10``, ``01:10 UTC`` and the like.

    A time without a date is today's in ``zone``, or yesterday's where today's is still to come and
    yesterday's is not before ``named_at``.

    Raises:
        UnclearTime: it can't be read, is to come, or the clock was changed at that hour.
    """
    match = _WHOLE.fullmatch(text.strip())
    if match is None:
        raise UnclearTime(Unclear.UNREADABLE)
    try:
        day = _day(match.group(1))
        # the groups of _DATE are 2 to 7, of _TIME 8 to 10, of _OFFSET 11 to 14
        clock = time(int(match.group(8)), int(match.group(9)), int(match.group(10) or 0))
        offset = _offset(match.group(11))
    except ValueError:
        raise UnclearTime(Unclear.UNREADABLE) from None
    exact = match.group(10) is not None
    days = [day] if day else _days(offset or zone, now)
    skipped = True
    for candidate in days:
        instants = _instants(datetime.combine(candidate, clock), offset or zone)
        skipped = skipped and not instants
        past = [Moment(at, exact) for at in instants if at <= now + AHEAD]
        if day is None and candidate != days[1]:  # not today's: only the night between naming and now counts
            past = [one for one in past if not one.is_before(named_at)]
        if past:
            return _one_of(past, named_at)
    raise UnclearTime(Unclear.SKIPPED if skipped else Unclear.FUTURE)


def _days(zone: timezone | ZoneInfo, now: datetime) -> list[date]:
    today = now.astimezone(zone).date()
    return [today + timedelta(days=1), today, today - timedelta(days=1)]


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    if "-" in text:
        return date.fromisoformat(text)
    day, month, year = re.split(r"[./]", text)
    return date(int(year), int(month), int(day))


def _offset(text: str | None) -> timezone | None:
    if text is None:
        return None
    if text[0] not in "+-":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=minutes if text[0] == "+" else -minutes))


def _instants(wall: datetime, zone: timezone | ZoneInfo) -> list[datetime]:
    """The instants at which clocks of ``zone`` showed ``wall``: one, two, or none."""
    found = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in found if at.astimezone(zone).replace(tzinfo=None) == wall)


def _one_of(moments: list[Moment], named_at: datetime) -> Moment:
    if len(moments) == 1:
        return moments[0]
    since = [one for one in moments if not one.is_before(named_at)]
    if len(since) > 1:
        raise UnclearTime(Unclear.TWICE)
    return since[0] if since else moments[-1]
