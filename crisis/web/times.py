"""How times and durations are written: never without their zone, always with the machine's form beside."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from babel import dates
from flask_babel import get_locale
from markupsafe import Markup

from crisis.web import desk


def zone() -> ZoneInfo:
    """The zone of the desk."""
    return ZoneInfo(desk.settings().desk_time_zone)


def iso(at: datetime) -> str:
    """RFC 3339, UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def both(at: datetime) -> Markup:
    """Desk time and UTC: ``03:40:58 CET · 02:40:58 UTC``; with the day in front if it is not today."""
    local = at.astimezone(zone())
    return Markup('<time datetime="{}">{}{} {} · {} UTC</time>').format(
        iso(at), _day_before(at), local.strftime("%H:%M:%S"), local.tzname(), at.astimezone(UTC).strftime("%H:%M:%S")
    )


def short(at: datetime) -> Markup:
    """Desk time to the minute: ``03:40``; the head of the table names the zone, the title says both."""
    local = at.astimezone(zone())
    title = f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()} · {at.astimezone(UTC):%H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{}{}</time>').format(
        iso(at), title, _day_before(at), local.strftime("%H:%M")
    )


def clock(at: datetime) -> Markup:
    """Desk time to the second with its zone: ``03:40:58 CET``; the title says UTC as well."""
    local = at.astimezone(zone())
    return Markup('<time datetime="{}" title="{} UTC">{}{} {}</time>').format(
        iso(at), f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S}", _day_before(at), f"{local:%H:%M:%S}", local.tzname()
    )


def day(at: datetime) -> str:
    """The day in the reader's language: ``Saturday, 21 November 2026``."""
    return dates.format_date(at.astimezone(zone()).date(), format="full", locale=_locale())


def zone_name() -> str:
    """What the desk's zone is called now: ``CET``."""
    return desk.now().astimezone(zone()).tzname() or "UTC"


def on_their_clock(local: datetime) -> str:
    """A moment on somebody else's clock: ``Sat 21:00 CET``; ``local`` is in their zone."""
    return f"{dates.format_datetime(local, 'EEE HH:mm', tzinfo=local.tzinfo, locale=_locale())} {local.tzname()}"


def on_desk_clock(at: datetime) -> str:
    """Desk time to the minute with its zone: ``03:14 CET``."""
    return f"{at.astimezone(zone()):%H:%M %Z}"


def duration(length: timedelta) -> str:
    """``38:47``; over an hour ``1:02:03``; the sign is the caller's."""
    seconds = int(abs(length).total_seconds())
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"


def mast(at: datetime) -> Markup:
    """As ``both``, with the desk's own time in bold, for the head of the page."""
    local = at.astimezone(zone())
    return Markup('<b><time datetime="{}">{}</time></b> {} · {} UTC').format(
        iso(at), local.strftime("%H:%M:%S"), local.tzname(), at.astimezone(UTC).strftime("%H:%M:%S")
    )


def _locale() -> str:
    """English here is that of Europe: the day before the month."""
    name = str(get_locale() or "en")
    return "en_GB" if name == "en" else name


def _day_before(at: datetime) -> str:
    local, today = at.astimezone(zone()).date(), desk.now().astimezone(zone()).date()
    if local == today:
        return ""
    pattern = "d MMM" if local.year == today.year else "d MMM y"
    return f"{dates.format_date(local, format=pattern, locale=_locale())} "


def language() -> str:
    """The language of the page, for ``<html lang>``."""
    return str(get_locale() or "en").replace("_", "-")
