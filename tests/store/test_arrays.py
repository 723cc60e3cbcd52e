"""Rows given to PostgreSQL as arrays come out as they went in, whatever signs they hold."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis.store import arrays, db, keys
from crisis.store.models import Link
from crisis.store.types import UtcTime
from tests.parts.clock import START

COLUMNS = {"id": sa.Uuid(), "text": sa.Text(), "number": sa.BigInteger(), "at": UtcTime()}

HOSTILE = [
    'say "yes"',
    "back\\slash",
    "{1,2}",
    "NULL",
    "null",
    "",
    "a,b",
    "ümläut 漢字 🜁",
    "two\nlines",
    "'; DROP TABLE probe; --",
    None,
]


@pytest.mark.parametrize("same", [False, True])
def test_every_value_comes_back_as_it_was(desk_db: AppContext, same: bool) -> None:
    if db.db.engine.dialect.name != "postgresql":
        pytest.skip("arrays are PostgreSQL's")
    for text in HOSTILE:
        rows = [
            (keys.new(), text, None, START),
            (keys.new(), text if same else "other", 7, None if same else START + timedelta(microseconds=1)),
        ]
        with db.reading() as session:
            found = session.connection().execute(sa.select(arrays.table(COLUMNS)), arrays.bound(COLUMNS, rows)).all()
        assert [tuple(one) for one in found] == rows


_NAMES = sa.table("names", sa.column("id", sa.Uuid()), sa.column("name", sa.Text()))


def _found(column: sa.ColumnElement[object], values: list[object], rows: list[tuple[UUID, str]]) -> list[str]:
    """The names of those ``rows`` whose ``column`` is among the ``values``."""
    with db.transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql("CREATE TEMPORARY TABLE names (id UUID, name TEXT)")
        connection.execute(sa.insert(_NAMES), [{"id": key, "name": name} for key, name in rows])
        query = sa.select(_NAMES.c.name).where(arrays.among(column, "wanted"))
        found = list(connection.execute(query, {"wanted": values}).scalars())
        connection.exec_driver_sql("DROP TABLE names")
        return sorted(found)


@pytest.mark.parametrize("text", [one for one in HOSTILE if one is not None])
def test_a_text_is_found_among_others_and_no_other_is(desk_db: AppContext, text: str) -> None:
    rows = [(keys.new(), text), (keys.new(), "other"), (keys.new(), "x")]
    assert _found(_NAMES.c.name, [text, "nobody"], rows) == [text]
    assert _found(_NAMES.c.name, [text, "x", "x"], rows) == sorted([text, "x"])


def test_ids_are_found_however_many_are_asked_for(desk_db: AppContext) -> None:
    rows = [(keys.new(), f"{number}") for number in range(3)]
    for count in range(4):
        wanted: list[object] = [key for key, _ in rows[:count]]
        assert _found(_NAMES.c.id, [*wanted, keys.new()], rows) == [name for _, name in rows[:count]]
        assert _found(_NAMES.c.id, wanted, rows) == [name for _, name in rows[:count]]


def test_sqlite_finds_them_by_an_index_beside_other_conditions(sqlite_db: AppContext) -> None:
    query = sa.select(Link.id).where(arrays.among(Link.id, "wanted"), Link.revoked_at.is_(None))
    with db.reading() as session:
        plan = f"EXPLAIN QUERY PLAN {query.compile(session.get_bind())}"
        steps = [row.detail for row in session.connection().exec_driver_sql(plan, ("[]",))]
    assert any(step.startswith("SEARCH link USING INDEX") for step in steps), steps
