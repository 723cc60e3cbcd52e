"""Which language a page is in: the person's own, else the browser's, else English."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from functools import cache
from pathlib import Path
from typing import cast

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations
from flask import Flask, has_request_context, request
from flask_babel import Babel, force_locale, get_locale, get_translations
from flask_security import current_user
from markupsafe import Markup

LANGUAGES = ("en", "fr", "de")
_CATALOGUES = Path(__file__).parents[1] / "translations"


# asked for each text of a page: looking the locale up in the request every time is most of a page's cost
_spoken: ContextVar[str | None] = ContextVar("the language of the page", default=None)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak one of our languages for as long as the block lasts, whatever the browser asks for.

    What a template asks Flask-Babel itself speaks it ``in_templates`` only.
    """
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def in_templates() -> AbstractContextManager[None]:
    """Let dates and words of states follow the language that is spoken, while a template is rendered.

    Not for a whole answer: Flask-Babel asks the request for each step, and most answers render none.
    """
    code = _spoken.get()
    return nullcontext() if code is None else force_locale(_locale(code))


def gettext(text: str, **values: object) -> str:
    """``text`` in the reader's language; ``%(name)s`` takes a value."""
    found = str(_catalogue().gettext(text))
    return found % values if values else found


def pgettext(context: str, text: str) -> str:
    """``text`` in the reader's language, where one word needs several translations."""
    return str(_catalogue().pgettext(context, text))


def ngettext(one: str, many: str, num: int, **values: object) -> str:
    """``one`` or ``many`` as ``num`` asks, in the reader's language; ``%(num)s`` is the number."""
    return str(_catalogue().ngettext(one, many, num)) % {"num": num, **values}


def _in_template(text: str, **values: object) -> Markup:
    found = Markup(_catalogue().gettext(text))  # noqa: S704 - our own texts, which may hold marks
    return found % values if values else found


def _count_in_template(one: str, many: str, num: int, **values: object) -> Markup:
    return Markup(_catalogue().ngettext(one, many, num)) % {"num": num, **values}  # noqa: S704 - as above


def _catalogue() -> NullTranslations:
    code = _spoken.get()
    return cast(NullTranslations, get_translations()) if code is None else _load(code)


@cache
def _locale(code: str) -> Locale:
    return Locale.parse(code)


@cache
def _load(code: str) -> NullTranslations:
    return Translations.load(_CATALOGUES, [code])


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
    app.jinja_env.globals.update(_=_in_template, gettext=_in_template, ngettext=_count_in_template)


def _choose() -> str:
    if not has_request_context():
        return "en"
    if current_user and current_user.is_authenticated and current_user.language in LANGUAGES:
        return str(current_user.language)
    return request.accept_languages.best_match(LANGUAGES) or "en"
