"""Proof that a form came from our own page: a token in every cookie-borne POST."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

_protect = CSRFProtect()


def install(app: Flask) -> None:
    # the guards call protect(): which routes need it depends on who may use them
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False
    app.config["WTF_CSRF_TIME_LIMIT"] = None  # as long as the session: a form must not die in a long night
    app.config["WTF_CSRF_SSL_STRICT"] = False  # we send no referrer; the session cookie is strict instead
    _protect.init_app(app)


def protect() -> None:
    """Refuse a POST without the session's token; GET and HEAD pass."""
    _protect.protect()
