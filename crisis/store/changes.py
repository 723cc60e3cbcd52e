"""Many rows of one table changed at once, each to values of its own, by the fastest way that each database has."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Base
from crisis.store.types import UtcTime


def apply(
    session: Session,
    model: type[Base],
    rows: Sequence[Mapping[str, Any]],
    *,
    only: sa.ColumnElement[bool],
    also: tuple[str, ...] = (),
    cleared: tuple[str, ...] = (),
) -> set[UUID]:
    """Set in each row of ``model`` the values that ``rows`` have for its ``id``; returns the ids of changed rows.

    Args:
        rows: all with the same keys, one of them ``id``.
        only: rows that do not fit are left as they are.
        also: further keys of ``rows`` that must be equal to the row's own for it to be changed.
        cleared: columns that become null.

    PostgreSQL takes one statement with an array a column; SQLite one prepared statement for each row.
    """
    if not rows:
        return set()
    table = Base.metadata.tables[model.__tablename__]
    names = tuple(rows[0])
    given = _Given(table, names, also, cleared)
    if session.get_bind().dialect.name == "postgresql":
        return _arrays(session, given, rows, only=only)
    matched = _matched(session, given, rows, only=only)
    changed = [row for row in rows if row["id"] in matched]
    if changed:
        bound = [{f"b_{name}": row[name] for name in names if name not in also} for row in changed]
        session.connection().execute(_each(given), bound)
    return matched


@dataclass(frozen=True, slots=True)
class _Given:
    """The shape of a change: whose rows, which keys are given, which of them must fit, what becomes null."""

    table: sa.Table
    names: tuple[str, ...]
    also: tuple[str, ...]
    cleared: tuple[str, ...]

    @property
    def changed(self) -> list[str]:
        return [name for name in self.names if name not in ("id", *self.also)]


def _matched(
    session: Session, given: _Given, rows: Sequence[Mapping[str, Any]], *, only: sa.ColumnElement[bool]
) -> set[UUID]:
    """Which rows will be changed; nobody can come between, because SQLite has one writer."""
    columns = ("id", *given.also)
    query = sa.select(*(given.table.c[name] for name in columns)).where(
        given.table.c.id.in_([row["id"] for row in rows]), only
    )
    found = {tuple(row) for row in session.execute(query).all()}
    return {row["id"] for row in rows if tuple(row[name] for name in columns) in found}


@cache
def _each(given: _Given) -> sa.Update:
    table = given.table
    values: dict[str, Any] = {name: sa.bindparam(f"b_{name}", type_=table.c[name].type) for name in given.changed}
    values.update(dict.fromkeys(given.cleared))
    return sa.update(table).where(table.c.id == sa.bindparam("b_id", type_=table.c.id.type)).values(values)


def _arrays(
    session: Session, given: _Given, rows: Sequence[Mapping[str, Any]], *, only: sa.ColumnElement[bool]
) -> set[UUID]:
    table, arrays = given.table, _unnested(given.table, given.names)
    values: dict[str, Any] = {name: arrays.c[name] for name in given.changed}
    values.update(dict.fromkeys(given.cleared))
    statement = (
        sa.update(table)
        .where(table.c.id == arrays.c.id, *(table.c[name] == arrays.c[name] for name in given.also), only)
        .values(values)
        .returning(table.c.id)
    )
    bound = {f"b_{name}": _array(table.c[name].type, [row[name] for row in rows]) for name in given.names}
    return {row[0] for row in session.connection().execute(statement, bound).all()}


@cache
def _unnested(table: sa.Table, names: tuple[str, ...]) -> sa.TableValuedAlias:
    """The rows as a table of their own: one array a column."""
    arrays = (
        sa.cast(sa.bindparam(f"b_{name}", type_=sa.Text()), sa.ARRAY(_kind(table.c[name].type))) for name in names
    )
    columns = (sa.column(name, table.c[name].type) for name in names)
    return sa.func.unnest(*arrays).table_valued(*columns, name="given").render_derived()


def _kind(kind: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """What PostgreSQL calls a column's type."""
    if isinstance(kind, UtcTime):
        return sa.DateTime(timezone=True)
    return sa.Text() if isinstance(kind, sa.types.TypeDecorator) else kind


def _array(kind: sa.types.TypeEngine[Any], values: Sequence[Any]) -> str:
    """The text of an array; a third of the time that the driver takes, which looks at each value with a pattern.

    *Source:* PostgreSQL's manual, section 8.15.2: an element in double quotes, with a backslash before
    each quote and backslash.
    """
    written: Callable[[Any], str] = _quoted
    if isinstance(kind, sa.Uuid):
        written = _hex
    elif isinstance(kind, UtcTime):
        written = datetime.isoformat
    elif isinstance(kind, sa.Integer):
        written = str
    return "{" + ",".join(["NULL" if value is None else written(value) for value in values]) + "}"


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hex(value: UUID) -> str:
    return value.hex
