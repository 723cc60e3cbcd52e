"""How values are written on incident pages: times of day, spans, addresses, languages, countries."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from babel import Locale
from flask import Blueprint
from flask_babel import get_locale
from markupsafe import Markup

from crisis.domain import urls
from crisis.web import times
from crisis.web.language import gettext, ngettext

_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"']+", re.IGNORECASE)


def install(blueprint: Blueprint) -> None:
    """Give the templates these ways of writing."""
    for name, way in (
        ("clock", clock),
        ("defang", urls.defang),
        ("quoted", quoted),
        ("language_name", language),
        ("country_names", countries),
    ):
        blueprint.add_app_template_filter(way, name)


def clock(at: datetime) -> Markup:
    """Desk time to the second: ``03:40:58``; the machine's form and both zones beside it."""
    local = at.astimezone(times.zone())
    title = f"{local:%Y-%m-%d %H:%M:%S} {local.tzname()} · {times.iso(at)[11:19]} UTC"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(times.iso(at), title, local.strftime("%H:%M:%S"))


def ago(now: datetime) -> Callable[[datetime], Markup]:
    """Writes ``28 min ago``, which the page keeps up to date from its clock; words looked up once for all rows."""
    steps = ((3600, gettext("# h ago")), (60, gettext("# min ago")), (1, gettext("# s ago")))

    def write(at: datetime) -> Markup:
        seconds = max(int((now - at).total_seconds()), 0)
        length, words = next((step for step in steps if seconds >= step[0]), steps[-1])
        text = words.replace("#", str(seconds // length))
        return Markup('<time datetime="{}" data-ago>{}</time>').format(times.iso(at), text)

    return write


def quoted(text: str) -> str:
    """Words of others, in which no address of content can be followed."""
    return _ADDRESS.sub(lambda found: urls.defang(found.group(0)), text)


def language(code: str) -> str:
    """The name of a language in the reader's."""
    return str(_locale().languages.get(code.replace("_", "-").partition("-")[0].lower(), code))


def countries(codes: Iterable[str]) -> str:
    """The names of countries in the reader's language: ``Belgium, Netherlands``."""
    names = _locale().territories
    return ", ".join(names.get("GR" if code == "EL" else code.upper(), code) for code in codes)


def search(result: str) -> str:
    """What came of a search for hashes: ``none``, ``found:3`` or ``cannot``."""
    if result.startswith("found:"):
        number = int(result.removeprefix("found:"))
        return ngettext("%(num)s found", "%(num)s found", number)
    return {"none": gettext("nothing found"), "cannot": gettext("they can't search")}.get(result, result)


def _locale() -> Locale:
    return get_locale() or Locale("en")
