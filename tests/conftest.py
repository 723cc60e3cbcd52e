"""What every test may ask for: an empty database of both kinds, a clock to move, settings of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.ctx import AppContext
from playwright.sync_api import Browser

from crisis import config
from crisis.store import db
from tests import postgres
from tests.parts import chromium
from tests.parts.clock import FakeClock

OURS = "CRISIS_TEST_"  # what the tests themselves are told, such as that a browser must be there
SECRET = "a-key-for-tests-only-0123456789abcdef"


@pytest.fixture(scope="session", autouse=True)
def _no_settings_of_the_machine() -> None:
    """Nobody's own settings, nor a .env beside the checkout, may decide what a test finds."""
    for name in [name for name in os.environ if name.startswith(config.PREFIX) and not name.startswith(OURS)]:
        del os.environ[name]


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the newest schema and no rows, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "migrated.sqlite"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """The PostgreSQL server of this test process."""
    with postgres.running() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres_server: postgres.Server) -> str:
    """The name of a database with the newest schema and no rows, to be copied."""
    name = postgres_server.create()
    _migrate(postgres_server.url(name))
    return name


@pytest.fixture(scope="session")
def _postgres_shared(postgres_server: postgres.Server, postgres_template: str) -> str:
    return postgres_server.create(postgres_template)


def _migrate(url: str) -> None:
    app = Flask("tests")
    db.init(app, config.load({}, database_url=url, secret_key=SECRET))
    with app.app_context():
        db.to_newest_schema()
        db.db.engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated, empty database; the test runs once on each kind."""
    if request.param == "sqlite":
        yield _copied_sqlite(request, tmp_path)
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = request.getfixturevalue("_postgres_shared")
    yield server.url(name)
    server.empty(name)


def _copied_sqlite(request: pytest.FixtureRequest, folder: Path) -> str:
    path = folder / "crisis.sqlite"
    shutil.copyfile(request.getfixturevalue("migrated_sqlite"), path)
    return f"sqlite:///{path}"


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> config.Settings:
    """Settings of this test alone: its own data folder, the database of the test, nothing of the environment."""
    if "database_url" in request.fixturenames:
        url = request.getfixturevalue("database_url")
    else:
        url = _copied_sqlite(request, tmp_path)
    return config.load(
        {},
        database_url=url,
        data_dir=tmp_path / "data",
        secret_key=SECRET,
        public_url="http://127.0.0.1:8000",
        smtp_url="smtp://127.0.0.1:2525",
        desk_name="Belgian Internet Referral Unit (fictional)",
        desk_phone="+32 2 555 01 99",
    )


@pytest.fixture
def desk_db(database_url: str, settings: config.Settings) -> Iterator[AppContext]:
    """An application context with a migrated, empty database; once on SQLite, once on PostgreSQL."""
    yield from _context(settings)


@pytest.fixture
def sqlite_db(settings: config.Settings) -> Iterator[AppContext]:
    """As ``desk_db``, on SQLite only: for pages and doors, whose queries are tested elsewhere."""
    yield from _context(settings)


def _context(settings: config.Settings) -> Iterator[AppContext]:
    app = Flask("tests")
    db.init(app, settings)
    with app.app_context() as context:
        yield context
        db.db.session.remove()
        db.db.engine.dispose()


@pytest.fixture
def clock() -> FakeClock:
    """A clock that stands at 2 March 2026, 01:03 UTC, until the test moves it."""
    return FakeClock()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of one file: its driver lets nothing else have an event loop while it runs."""
    chromium.path()
    with chromium.launched() as one:
        yield one
