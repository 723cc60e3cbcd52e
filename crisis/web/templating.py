"""What every template may use beside its own values."""

from datetime import datetime
from typing import Any

from flask import Flask, request
from sqlalchemy.exc import SQLAlchemyError

from crisis.domain import access
from crisis.store import clock, mails
from crisis.web import assets, desk, headers, health, hour, language, sprite, states, times
from crisis.web.language import gettext

# path, first segment of the path, what one must be allowed to see it (None: everybody who is logged in)
_MENU: tuple[tuple[str, str, access.Action | None], ...] = (
    ("/", "", None),
    ("/incidents", "incidents", access.Action.READ_INCIDENTS),
    ("/mails", "mails", access.Action.READ_INCIDENTS),
    ("/registry", "registry", access.Action.READ_REGISTRY),
    ("/record/registry", "record", access.Action.READ_ACCESS),
    ("/users", "users", access.Action.WRITE_ACCESS),
    ("/preflight", "preflight", access.Action.WRITE_ACCESS),
)


def install(app: Flask) -> None:
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        state=states.show,
        state_word=states.word,
        ask_word=states.ask,
        icon=sprite.icon,
        symbols=sprite.symbols,
        hour_strip=hour.strip,
        csp_nonce=headers.nonce,
        asset_exists=assets.exists,
        zone_name=times.zone_name,
        page_language=times.language,
    )
    app.jinja_env.filters.update(
        both_times=times.both,
        mast_time=times.mast,
        short_time=times.short,
        clock_time=times.clock,
        their_time=times.on_their_clock,
        language_name=language.name_of,
        iso_time=times.iso,
        day=times.day,
        on_desk_clock=times.on_desk_clock,
        duration=times.duration,
    )
    app.context_processor(of_the_request)


def menu() -> list[tuple[str, str, bool]]:
    """The main menu for this person: path, word, whether it is where they are."""
    words = {
        "": gettext("Desk"),
        "incidents": gettext("Incidents"),
        "mails": _mails(),
        "registry": gettext("Registry"),
        "record": gettext("Record"),
        "users": gettext("People"),
        "preflight": gettext("Preflight"),
    }
    here = request.path.strip("/").partition("/")[0]
    return [
        (path, words[segment], segment == here)
        for path, segment, action in _MENU
        if action is None or desk.allowed(action)
    ]


def _mails() -> str:
    """The word for mails with how many of persons wait; a page that tells of a dead database has no number."""
    try:
        waiting = mails.how_many_wait(desk.session())
    except SQLAlchemyError:
        waiting = 0
    return f"{gettext('Mails')} {waiting}" if waiting else gettext("Mails")


def tlp_meaning(label: str) -> str:
    """What a TLP label allows, in the reader's language; the label itself is never translated."""
    return {
        "RED": gettext("Named recipients only"),
        "AMBER+STRICT": gettext("Own organisation only, need to know"),
        "AMBER": gettext("Own organisation and its clients, need to know only"),
        "GREEN": gettext("Community, not public channels"),
        "CLEAR": gettext("No limit on sharing"),
    }[label]


def tlp_class(label: str) -> str:
    """The class of the band: ``tlp-amber-strict`` for ``AMBER+STRICT``."""
    return f"tlp-{label.lower().replace('+', '-')}"


def _now() -> datetime:
    """The desk's time; the page that says that the database is gone has to do with this host's."""
    try:
        return desk.now()
    except SQLAlchemyError:
        return clock.HostClock().now()


def of_the_request() -> dict[str, Any]:
    """What every page may show, whoever reads it."""
    return {
        "settings": desk.settings(),
        "now": _now(),
        "menu": menu,
        "health_line": health.line,
        "health_beat": health.beat,
        "tlp_meaning": tlp_meaning,
        "tlp_class": tlp_class,
    }
