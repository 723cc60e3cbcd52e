"""Tests that the migrations make the tables that the models describe, and can be taken back."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask.ctx import AppContext

from crisis import config
from crisis.store import db
from crisis.store.models import Base
from tests import postgres
from tests.conftest import SECRET


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_db(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AppContext]:
    """An application context with a database of its own that has no tables."""
    url = f"sqlite:///{tmp_path / 'bare.sqlite'}"
    server: postgres.Server | None = None
    name = ""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgres_server")
        name = server.create()
        url = server.url(name)
    app = Flask("tests")
    db.init(app, config.load({}, database_url=url, secret_key=SECRET))
    with app.app_context() as context:
        yield context
        db.db.engine.dispose()
    if server:
        server.drop(name)


def _tables() -> set[str]:
    return set(sa.inspect(db.db.engine).get_table_names()) - {"alembic_version"}


def test_the_migrated_schema_is_the_one_that_the_models_describe(bare_db: AppContext) -> None:
    db.to_newest_schema()
    with db.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert _tables() == set(Base.metadata.tables)


def test_migrations_can_be_taken_back_and_applied_again(bare_db: AppContext) -> None:
    db.to_newest_schema()
    flask_migrate.downgrade(revision="base")
    assert _tables() == set()
    db.to_newest_schema()
    assert _tables() == set(Base.metadata.tables)


def test_applying_migrations_twice_changes_nothing(bare_db: AppContext) -> None:
    db.to_newest_schema()
    db.to_newest_schema()
    assert _tables() == set(Base.metadata.tables)


def test_no_table_has_a_counter_for_a_key(bare_db: AppContext) -> None:
    """Keys leave the system in links and answers: a counter would tell how much there is."""
    counted = [
        str(column)
        for table in Base.metadata.tables.values()
        for column in table.primary_key
        if isinstance(column.type, sa.Integer) and len(table.primary_key) == 1
    ]
    assert counted == []
