"""The warm-up of a web process: the registry is known before anybody asks, and what fails harms nobody."""

import pytest
from flask import Flask
from flask.ctx import AppContext

from crisis import config
from crisis.app import create_app
from crisis.processes import warm_up
from crisis.store import db, platforms
from tests.parts import samples


def test_what_the_first_declaration_needs_is_there_before_it(
    sqlite_db: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    samples.add(*samples.registry(2))
    warm_up.begin(sqlite_db.app).join(20)
    monkeypatch.setattr(platforms, "_read", None)  # it need not be read again
    with db.reading() as session:
        assert len(platforms.snapshot(session)) == 2


def test_the_pages_of_contacts_are_compiled_before_they_are_asked_for(sqlite_db: AppContext) -> None:
    app = create_app(
        config.load({}, database_url=str(sqlite_db.app.config["SQLALCHEMY_DATABASE_URI"]), secret_key="x" * 40)
    )
    warm_up.begin(app).join(20)
    assert app.jinja_env.cache is not None
    known = {name for _, name in app.jinja_env.cache}
    assert {"answer/page.html", "answer/list.html", "answer/gone.html", "answer/frame.html"} <= known


def test_a_database_that_is_away_harms_nobody() -> None:
    app = Flask("tests")
    db.init(app, config.load({}, database_url="sqlite:////nowhere/at/all.sqlite", secret_key="x" * 40))
    warm_up.begin(app).join(20)
