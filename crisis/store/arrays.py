"""Arrays: many values given to one statement as one parameter, so that it is the same text however many they are.

Then it is compiled once by SQLAlchemy and parsed once by the server, where a list in the text is another
statement for each length. Both databases take values to look for; PostgreSQL also takes rows as a table.
"""

import json
import struct
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from crisis.store import binary
from crisis.store.types import UtcTime

#: Names of columns and their types.
Columns = Mapping[str, sa.types.TypeEngine[Any]]

#: What PostgreSQL calls a type and an array of it. *Source:* its catalogue, pg_type.dat.
_BOOL, _INT8, _TEXT, _TIMESTAMPTZ, _UUID = (16, 1000), (20, 1016), (25, 1009), (1184, 1185), (2950, 2951)

#: *Source:* PostgreSQL, array_recv: dimensions, whether nulls are allowed, type, length, first place.
_HEAD = struct.Struct(">iiIii").pack


class Array(NamedTuple):
    """A column as the driver sends it (store/db), without another look at each value."""

    data: bytes
    oid: int  # of its type


def table(columns: Columns) -> sa.TableValuedAlias:
    """The given rows as a table; a statement with it is executed with what ``bound`` returns."""
    arrays = (sa.bindparam(f"b_{name}", type_=sa.types.NullType()) for name in columns)
    named = (sa.column(name, kind) for name, kind in columns.items())
    return sa.func.unnest(*arrays).table_valued(*named, name="given").render_derived()


def bound(columns: Columns, rows: Sequence[Sequence[Any]]) -> dict[str, Array]:
    """The parameters of a statement with ``table``; each row has its values in the order of ``columns``."""
    each = zip(columns.items(), zip(*rows, strict=True), strict=True)
    return {f"b_{name}": _array(kind, values) for (name, kind), values in each}


def marks(columns: Columns) -> dict[str, sa.BindParameter[Any]]:
    """The columns of one given row, on any database; a statement with them is executed with what ``each`` returns."""
    return {name: sa.bindparam(f"b_{name}", type_=kind) for name, kind in columns.items()}


def each(columns: Iterable[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """The parameters of a statement with ``marks``, once for each row."""
    names = [f"b_{name}" for name in columns]
    return [dict(zip(names, row, strict=True)) for row in rows]


def _array(kind: sa.types.TypeEngine[Any], values: Sequence[Any]) -> Array:
    oid, of_array = _oids(kind)
    count, written = len(values), binary.fields(kind)
    if count and oid != _UUID[0] and values.count(values[0]) == count:  # as most are: written once
        data = b"".join(written(values[:1])) * count
    else:
        data = b"".join(written(values))
    return Array(_HEAD(1, 1, oid, count, 1) + data, of_array)


def _oids(kind: sa.types.TypeEngine[Any]) -> tuple[int, int]:
    if isinstance(kind, sa.Uuid):
        return _UUID
    if isinstance(kind, UtcTime):
        return _TIMESTAMPTZ
    if isinstance(kind, sa.BigInteger):
        return _INT8
    return _BOOL if isinstance(kind, sa.Boolean) else _TEXT


class _Values(sa.types.TypeDecorator[Collection[Any]]):
    """A collection of ids or texts as one parameter: an array of PostgreSQL, a JSON list on SQLite."""

    impl = sa.types.NullType
    cache_ok = True

    def __init__(self, of_ids: bool) -> None:
        super().__init__()
        self.of_ids = of_ids

    def process_bind_param(self, value: Collection[Any] | None, dialect: sa.Dialect) -> Array | str:
        values = list(value or ())
        if dialect.name == "postgresql":
            return _array(sa.Uuid() if self.of_ids else sa.Text(), values)
        return json.dumps([one.hex for one in values] if self.of_ids else values)


class _Among(FunctionElement[bool]):
    """A column has one of the values of a parameter."""

    type = sa.Boolean()
    inherit_cache = True

    def self_group(self, against: Any = None) -> Any:
        """Itself, also beside others: SQLite finds nothing by an index where the whole is compared with 1."""
        return self


def among(column: Any, name: str) -> sa.ColumnElement[bool]:
    """That ``column``, ids or texts, has one of the values that the statement is given as ``name``; none: no row."""
    return _Among(column, sa.bindparam(name, type_=_Values(isinstance(column.type, sa.Uuid))))


@compiles(_Among, "postgresql")
def _any_of(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} = ANY ({values})"


@compiles(_Among)
def _each_of(element: _Among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(one, **options) for one in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - a name and a mark
