"""Moments: one instant as a contact reads it, in their own zone and in UTC."""

import functools
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import babel.dates

from crisis.notify import languages

_DAY = {"en": "d MMM y", "fr": "d MMM y", "de": "d. MMM y"}


@functools.lru_cache(maxsize=8192)
def moment(at: datetime, *, zone: str, language: str, near: datetime | None = None) -> str:
    """``03:06 your time (CET) = 02:06 UTC, 21 Nov 2026`` in ``language``.

    The day is left out where it is the same as that of ``near``, which the reader sees beside it.
    """
    words = languages.words(language)
    local, utc = at.astimezone(_zone(zone)), at.astimezone(UTC)
    one_day = local.date() == utc.date()
    values = {
        "local": f"{local:%H:%M}",
        "zone": _abbreviation(local),
        "utc": f"{utc:%H:%M}",
        "local_day": _day(local, words),
        "day": _day(utc, words),
    }
    if (
        near is not None
        and one_day
        and near.astimezone(local.tzinfo).date() == near.astimezone(UTC).date() == utc.date()
    ):
        return words.gettext("%(local)s your time (%(zone)s) = %(utc)s UTC", **values)
    if one_day:
        return words.gettext("%(local)s your time (%(zone)s) = %(utc)s UTC, %(day)s", **values)
    return words.gettext("%(local)s your time (%(zone)s), %(local_day)s = %(utc)s UTC, %(day)s", **values)


def _day(at: datetime, words: languages.Words) -> str:
    return babel.dates.format_date(at, _DAY[words.language], locale=words.locale)


def _abbreviation(local: datetime) -> str:
    name = local.tzname() or "UTC"
    return f"UTC{name}" if name[0] in "+-" else name


@functools.lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # UTC is right, if less handy
        return ZoneInfo("UTC")
