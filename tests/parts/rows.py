"""Rows of the test's database, read in a session that is over when they come back."""

from typing import Any

import sqlalchemy as sa

from crisis.store import db


def rows(model: type[Any], *where: sa.ColumnElement[bool]) -> list[Any]:
    """The rows of a table that fit, in the order of their keys."""
    with db.reading() as session:
        return list(session.scalars(sa.select(model).where(*where).order_by(*sa.inspect(model).primary_key)))
