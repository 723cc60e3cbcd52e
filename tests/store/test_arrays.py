"""Rows given to PostgreSQL as arrays come out as they went in, whatever signs they hold."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis.store import arrays, db, keys
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
