"""A web server of a test, with somebody logged in."""

import re
from dataclasses import dataclass
from typing import Any

import argon2
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis import config, web
from crisis.store import db, passwords
from crisis.workflows import users
from tests.parts.clock import FakeClock

PASSWORD = "a sentence for tests only"


@dataclass(frozen=True)
class Website:
    """The app with its settings and the clock that it looks at; ``rings`` counts what was rung."""

    app: Flask
    settings: config.Settings
    clock: FakeClock
    rings: list[tuple[Any, ...]]

    def anonymous(self) -> FlaskClient:
        return self.app.test_client()

    def person(self, *roles: str, email: str = "ann@desk.example") -> FlaskClient:
        """A browser in which somebody with these roles is logged in."""
        with self.app.app_context():
            users.add(
                email,
                roles=roles,
                settings=self.settings,
                now=self.clock.now(),
                actor="cli",
                name="Ann Example",
                password=PASSWORD,
            )
        client = self.app.test_client()
        answer = post(client, "/account/log-in", {"email": email, "password": PASSWORD})
        assert answer.status_code == 303, answer.get_data(as_text=True)
        return client


def build(settings: config.Settings, clock: FakeClock) -> Website:
    """The web server as the composition root makes it, with a clock to move and a bell that only counts."""
    passwords._hasher = argon2.PasswordHasher(
        time_cost=1, memory_cost=64, parallelism=1
    )  # slow hashes prove nothing here
    app = Flask("crisis.web")
    app.testing = True
    db.init(app, settings)
    rings: list[tuple[Any, ...]] = []
    web.init(app, settings=settings, clock=clock, ring=lambda *queues: rings.append(queues))
    return Website(app, settings, clock, rings)


def token_of(page: str) -> str:
    """The CSRF token in a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "no form in the page"
    return found.group(1)


def post(
    client: FlaskClient, path: str, form: dict[str, Any], *, page: str | None = None, **parts: Any
) -> TestResponse:
    """Send a form as a browser does: with the token of the page that it is on."""
    token = token_of(client.get(page or path).get_data(as_text=True))
    return client.post(path, data={"csrf_token": token, **form}, **parts)
