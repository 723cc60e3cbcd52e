"""Many rows of one table changed at once, each to values of its own, by the fastest way that each database has."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Base


def apply(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    only: sa.ColumnElement[bool],
    also: tuple[str, ...] = (),
) -> set[UUID]:
    """Set in each row of ``model`` the values that ``rows`` have for its ``id``; returns the ids of changed rows.

    Args:
        rows: all with the same keys, one of them ``id``.
        only: rows that do not fit are left as they are.
        also: further keys of ``rows`` that must be equal to the row's own for it to be changed.

    PostgreSQL takes one statement with an array a column; SQLite one prepared statement for each row.
    """
    if not rows:
        return set()
    table = Base.metadata.tables[model.__tablename__]
    names = tuple(rows[0])
    if session.get_bind().dialect.name == "postgresql":
        return _arrays(session, table, names, rows, only=only, also=also)
    matched = _matched(session, table, rows, only=only, also=also)
    changed = [row for row in rows if row["id"] in matched]
    if changed:
        bound = [{f"b_{name}": row[name] for name in names if name not in also} for row in changed]
        session.connection().execute(_each(table, names, also), bound)
    return matched


def _matched(
    session: Session, table: sa.Table, rows: Sequence[Mapping[str, Any]], *, only: Any, also: tuple[str, ...]
) -> set[UUID]:
    """Which rows will be changed; nobody can come between, because SQLite has one writer."""
    columns = ("id", *also)
    query = sa.select(*(table.c[name] for name in columns)).where(table.c.id.in_([row["id"] for row in rows]), only)
    found = {tuple(row) for row in session.execute(query)}
    return {row["id"] for row in rows if tuple(row[name] for name in columns) in found}


@cache
def _each(table: sa.Table, names: tuple[str, ...], also: tuple[str, ...]) -> sa.Update:
    values = {name: sa.bindparam(f"b_{name}", type_=table.c[name].type) for name in names if name not in ("id", *also)}
    return sa.update(table).where(table.c.id == sa.bindparam("b_id", type_=table.c.id.type)).values(values)


def _arrays(
    session: Session,
    table: sa.Table,
    names: tuple[str, ...],
    rows: Sequence[Mapping[str, Any]],
    *,
    only: sa.ColumnElement[bool],
    also: tuple[str, ...],
) -> set[UUID]:
    given = _given(table, names)
    statement = (
        sa.update(table)
        .where(table.c.id == given.c.id, *(table.c[name] == given.c[name] for name in also), only)
        .values({name: given.c[name] for name in names if name not in ("id", *also)})
        .returning(table.c.id)
    )
    bound = {f"b_{name}": _array([row[name] for row in rows]) for name in names}
    return {row[0] for row in session.connection().execute(statement, bound)}


@cache
def _given(table: sa.Table, names: tuple[str, ...]) -> sa.TableValuedAlias:
    """The rows as a table of their own: one array a column."""
    arrays = (
        sa.cast(sa.bindparam(f"b_{name}", type_=sa.Text()), sa.ARRAY(_kind(table.c[name].type))) for name in names
    )
    columns = (sa.column(name, table.c[name].type) for name in names)
    return sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def _kind(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """What PostgreSQL calls a column's type."""
    if isinstance(kind, sa.types.TypeDecorator):
        return sa.DateTime(timezone=True) if type(kind).__name__ == "UtcTime" else sa.Text()
    return kind


def _array(values: Sequence[Any]) -> str:
    """The text of an array; a third of the time that the driver takes, which looks at each value with a pattern.

    *Source:* PostgreSQL's manual, section 8.15.2: an element in double quotes, with a backslash before
    each quote and backslash.
    """
    return "{" + ",".join([_element(value) for value in values]) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}"'
    if isinstance(value, UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
