"""What every template may use beside its own values."""

from typing import Any

from flask import Flask, request

from crisis.web import assets, desk, headers, health, hour, sprite, states, times
from crisis.web.language import gettext

# path, first segment of the path, who sees it (empty: everybody who is logged in)
_MENU: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("/", "", ()),
    ("/incidents", "incidents", ()),
    ("/registry", "registry", ()),
    ("/record/registry", "record", ("auditor", "manager", "admin")),
    ("/users", "users", ("admin",)),
)

_TLP = ("RED", "AMBER+STRICT", "AMBER", "GREEN", "CLEAR")


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
        both_times=times.both, short_time=times.short, iso_time=times.iso, day=times.day, duration=times.duration
    )
    app.context_processor(_of_the_request)


def menu() -> list[tuple[str, str, bool]]:
    """The main menu for this person: path, word, whether it is where they are."""
    words = {
        "": gettext("Desk"),
        "incidents": gettext("Incidents"),
        "registry": gettext("Registry"),
        "record": gettext("Record"),
        "users": gettext("People"),
    }
    here = request.path.strip("/").partition("/")[0]
    user = desk.user()
    return [
        (path, words[segment], segment == here)
        for path, segment, roles in _MENU
        if not roles or any(user.has_role(name) for name in roles)
    ]


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


def _of_the_request() -> dict[str, Any]:
    return {
        "settings": desk.settings(),
        "now": desk.now(),
        "menu": menu,
        "health_line": health.line,
        "tlp_meaning": tlp_meaning,
        "tlp_class": tlp_class,
    }
