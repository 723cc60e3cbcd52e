"""How a contact's page shows times, languages and addresses: in their zone, in their language, never clickable."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from flask import request
from flask_babel import format_date

from crisis.domain import urls
from crisis.web import language
from crisis.web import times as clocks

_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_NAMES = {"en": "English", "fr": "Français", "de": "Deutsch"}


@dataclass(frozen=True, slots=True)
class Instant:
    """One instant in the words of a page."""

    machine: str
    clock: str  # to the minute
    exact: str  # to the second
    utc: str
    zone: str


@dataclass(frozen=True, slots=True)
class Times:
    """Times in the zone of one contact; every one can be had in UTC beside it."""

    zone: ZoneInfo

    def clock(self, at: datetime, *, seconds: bool = False) -> str:
        """``03:10``, or ``03:10:05``."""
        return at.astimezone(self.zone).strftime("%H:%M:%S" if seconds else "%H:%M")

    def utc(self, at: datetime, *, seconds: bool = False) -> str:
        """``02:10 UTC``."""
        return at.astimezone(UTC).strftime("%H:%M:%S UTC" if seconds else "%H:%M UTC")

    def name(self, at: datetime) -> str:
        """What the zone is called then: ``CET``, or ``UTC+03`` where it has only a number."""
        found = at.astimezone(self.zone).tzname() or ""
        return f"UTC{found}" if found[:1] in "+-" else found

    def instant(self, at: datetime, keep: Callable[[str], str]) -> Instant:
        """``at`` in words; each but the name of the zone as ``keep`` gives it back."""
        words = _in_words(self, at)
        return Instant(keep(words.machine), keep(words.clock), keep(words.exact), keep(words.utc), words.zone)

    def day(self, at: datetime) -> str:
        """``21 November 2026`` in the reader's language."""
        return str(format_date(at.astimezone(self.zone).date(), format="long", rebase=False))


@lru_cache(maxsize=1024)  # answers that came together were recorded together
def _in_words(times: Times, at: datetime) -> Instant:
    exact, utc = times.clock(at, seconds=True), times.utc(at, seconds=True)
    return Instant(clocks.iso(at), times.clock(at), exact, utc, times.name(at))


def chosen(own: str | None) -> str:
    """The language of the page: asked for in its address, else the contact's, else English."""
    if request.query_string and (asked := request.args.get("lang")) in language.LANGUAGES:
        return asked
    if own is None:
        return request.accept_languages.best_match(language.LANGUAGES) or "en"
    return own if own in language.LANGUAGES else "en"


@lru_cache(maxsize=256)
def missing(own: str | None) -> str | None:
    """The English name of a contact's language that the page does not speak."""
    if own is None or own in language.LANGUAGES:
        return None
    try:
        return str(Locale.parse(own.replace("-", "_")).english_name)
    except (UnknownLocaleError, ValueError):
        return own


def offered() -> list[tuple[str, str]]:
    """The languages to choose from, each with its own name."""
    return [(one, _NAMES[one]) for one in language.LANGUAGES]


def unclickable(text: str) -> str:
    """A text of the officer in which no program finds a link."""
    return _ADDRESS.sub(lambda match: urls.defang(match.group()), text)
