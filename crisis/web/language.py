"""Which language a page is in: the person's own, else the browser's, else English."""

from pathlib import Path

from babel import Locale, UnknownLocaleError
from flask import Flask, has_request_context, request
from flask_babel import Babel, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext
from flask_security import current_user

LANGUAGES = ("en", "fr", "de")
_CATALOGUES = Path(__file__).parents[1] / "translations"


def gettext(text: str, **values: object) -> str:
    """``text`` in the reader's language; ``%(name)s`` takes a value."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """``one`` or ``many`` as ``num`` asks, in the reader's language; ``%(num)s`` is the number."""
    return str(_ngettext(one, many, num, **values))


def name_of(code: str) -> str:
    """A language by its name, in the reader's language: ``French (fr)``."""
    try:
        name = Locale.parse(code.replace("-", "_")).get_display_name(get_locale() or "en")
    except (UnknownLocaleError, ValueError):
        return code
    return f"{name} ({code})" if name else code


def install(app: Flask) -> None:
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(_CATALOGUES)
    app.config["BABEL_DEFAULT_LOCALE"] = "en"
    Babel(app, locale_selector=_choose)


def _choose() -> str:
    if not has_request_context():
        return "en"
    if current_user and current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or "en"
