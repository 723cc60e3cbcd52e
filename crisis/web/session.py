"""Sessions of people: Flask-Security's set-up, the cookie, and how long it lives."""

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask, Request, Response, request, session
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from flask_security import Security, logout_user
from flask_security.datastore import UserDatastore

from crisis import errors
from crisis.config import Settings
from crisis.store.db import db
from crisis.store.models import Role, User
from crisis.web import desk

IDLE = timedelta(hours=8)  # a shift
ABSOLUTE = timedelta(hours=12)  # then the password again, whatever happened
BY_ITSELF = ("health.show",)
_SINCE = "since"  # seconds of the Unix epoch at which the session began


class Sessions(SecureCookieSessionInterface):
    """Sessions that end when nobody does anything: what an open page asks by itself keeps none alive."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        # a link's reader, a program
        if "HTTP_COOKIE" not in request.environ or self.get_cookie_name(app) not in request.cookies:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        if session or session.accessed or session.modified:
            super().save_session(app, session, response)

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if request.endpoint in BY_ITSELF and not session.modified:
            return False
        return super().should_set_cookie(app, session)


class ReadingDatastore(UserDatastore):
    """What Flask-Security may know of people: it reads; the workflows write."""

    def __init__(self) -> None:
        super().__init__(User, Role)

    def find_user(self, case_insensitive: bool = False, **conditions: Any) -> User | None:
        (name, value), *_rest = conditions.items()
        column = getattr(User, name)
        test = sa.func.lower(column) == str(value).lower() if case_insensitive else column == value
        return db.session.scalars(sa.select(User).where(test)).one_or_none()

    def find_role(self, role: str) -> Role | None:
        return db.session.scalars(sa.select(Role).where(Role.name == role)).one_or_none()

    def commit(self) -> None:
        """Nothing of it is written here."""


def install(app: Flask, settings: Settings) -> None:
    secure = is_https(settings)
    app.session_interface = Sessions()
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SESSION_COOKIE_NAME="__Host-crisis" if secure else "crisis",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_PATH="/",
        PERMANENT_SESSION_LIFETIME=IDLE,
        SECURITY_URL_PREFIX="/account",
        SECURITY_PASSWORD_HASH="argon2",  # noqa: S106  # the name of a scheme
        # our hash is made without Flask too, by `crisis users add`; so it is argon2 and nothing around it
        SECURITY_PASSWORD_SINGLE_HASH={"argon2"},
        SECURITY_PASSWORD_SALT=hashlib.sha256(f"password|{settings.secret_key}".encode()).hexdigest(),
        SECURITY_RETURN_GENERIC_RESPONSES=True,
        SECURITY_DEFAULT_REMEMBER_ME=False,
        SECURITY_TRACKABLE=False,
        SECURITY_REGISTERABLE=False,
        SECURITY_RECOVERABLE=False,
        SECURITY_SEND_REGISTER_EMAIL=False,
    )
    # its own pages stay off: ours have a guard each and write through the workflows
    Security(app, ReadingDatastore(), register_blueprint=False)


def is_https(settings: Settings) -> bool:
    return settings.public_url.startswith("https://")


def begin() -> None:
    """Start the session of a person who has just logged in."""
    session.permanent = True
    session[_SINCE] = int(desk.now().timestamp())


def end() -> None:
    """Forget everything of this session."""
    logout_user()
    session.clear()


def next_path(text: str | None) -> str | None:
    """``text`` if it is a path on this site, else ``None``.

    Browsers read backslashes as slashes and drop control characters; both could leave the site.
    """
    if not text or not text.startswith("/") or text.startswith("//") or "\\" in text:
        return None
    return text if text.isprintable() and not urlsplit(text).netloc else None


def end_if_too_old() -> None:
    """End a session of half a day.

    Raises:
        NotLoggedIn: it was ended; the page says to log in again.
    """
    since = session.get(_SINCE)
    if since is not None and desk.now().timestamp() - since > ABSOLUTE.total_seconds():
        end()
        raise errors.NotLoggedIn("Twelve hours have passed since you logged in. Log in again.")
