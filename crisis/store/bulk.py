"""Many rows of one table at once, by the fastest way that each database has."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, islice, repeat
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import arrays, behind, binary
from crisis.store.models import Base
from crisis.store.types import Json, UtcTime

#: Below this the set-up of COPY costs more than it saves.
_FEW = 8
#: Rows that are turned into bytes together: the server works on the last ones meanwhile.
_CHUNK = 500

# *Source:* PostgreSQL's manual, COPY, “Binary Format”.
_START = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"


def insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, which all have the same keys and every column without a default."""
    if rows:
        names = tuple(rows[0])
        write(session, model, names, map(itemgetter(*names), rows))


def write(
    session: Session,
    model: type[Base],
    columns: Sequence[str],
    rows: Iterable[tuple[Any, ...]],
    *,
    same: Mapping[str, Any] | None = None,
) -> None:
    """Insert ``rows``, tuples of the values of ``columns`` (two or more), each with the values of ``same`` as well.

    PostgreSQL takes them by COPY, ten times as fast as an INSERT for each; SQLite by one prepared INSERT.
    ``rows`` may be made while they are written; nothing else may use the session meanwhile.
    """
    same = dict(same or {})
    table = Base.metadata.tables[model.__tablename__]
    rows = iter(rows)
    head = list(islice(rows, _FEW))
    if not head:
        return
    if len(head) < _FEW and behind.writer_of(session) is None:
        session.connection().execute(sa.insert(table), [dict(zip(columns, row, strict=True)) | same for row in head])
    elif session.get_bind().dialect.name == "postgresql":
        _copy(session, table, columns, chain(head, rows), same)
    else:
        _insert(session, table, columns, chain(head, rows), same)


def update(session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write ``rows``, tuples of the values of ``columns``, over those with the same id; the first column is the id.

    One statement for all on PostgreSQL, one prepared for each on SQLite. Not for JSON. Objects that the session
    has read are left as they are.
    """
    if not rows:
        return
    table = Base.metadata.tables[model.__tablename__]
    if session.get_bind().dialect.name == "postgresql":
        kinds = {name: table.c[name].type for name in columns}
        session.connection().execute(_overwrite(table, tuple(columns)), arrays.bound(kinds, rows))
    else:
        session.connection().execute(_overwrite_each(table, tuple(columns)), arrays.each(columns, rows))


@cache
def _overwrite(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    given = arrays.table({name: table.c[name].type for name in columns})
    key, *others = columns
    return sa.update(table).where(table.c[key] == given.c[key]).values({name: given.c[name] for name in others})


@cache
def _overwrite_each(table: sa.Table, columns: tuple[str, ...]) -> sa.Update:
    given = arrays.marks({name: table.c[name].type for name in columns})
    key = columns[0]
    return sa.update(table).where(table.c[key] == given.pop(key)).values(given)


def _copy(
    session: Session, table: sa.Table, columns: Sequence[str], rows: Iterator[tuple[Any, ...]], same: dict[str, Any]
) -> None:
    fields = [binary.fields(table.c[name].type) for name in columns]
    start = (len(columns) + len(same)).to_bytes(2)
    end = b"".join(next(iter(binary.fields(table.c[name].type)([value]))) for name, value in same.items())
    names = ", ".join(f'"{name}"' for name in (*columns, *same))
    statement = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)'
    driver: Any = session.connection().connection

    def pieces() -> Iterator[bytes]:
        yield _START
        while chunk := list(islice(rows, _CHUNK)):
            written = [turned(column) for turned, column in zip(fields, zip(*chunk, strict=True), strict=True)]
            yield b"".join(chain.from_iterable(zip(repeat(start), *written, repeat(end), strict=False)))
        yield _END

    def send(given: Iterable[bytes]) -> None:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in given:
                copy.write(piece)

    writer = behind.writer_of(session)
    if writer is None:
        send(pieces())
    else:
        writer.write(send, pieces())


def _insert(
    session: Session, table: sa.Table, columns: Sequence[str], rows: Iterator[tuple[Any, ...]], same: dict[str, Any]
) -> None:
    kinds = [table.c[name].type for name in columns]
    tail = tuple(_values(table.c[name].type, [value])[0] for name, value in same.items())
    names = ", ".join(f'"{name}"' for name in (*columns, *same))
    marks = ", ".join("?" for _ in (*columns, *same))
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({marks})'  # noqa: S608 - names of our own tables
    while chunk := list(islice(rows, _CHUNK)):
        values = [_values(kind, column) for kind, column in zip(kinds, zip(*chunk, strict=True), strict=True)]
        session.connection().exec_driver_sql(statement, [row + tail for row in zip(*values, strict=True)])


def _values(kind: sa.types.TypeEngine[Any], column: Sequence[Any]) -> Sequence[Any]:
    """The values as the driver of SQLite takes them; equal ones are turned only once."""
    if isinstance(kind, sa.Uuid):
        return [None if value is None else value.int.to_bytes(16).hex() for value in column]
    if isinstance(kind, UtcTime):
        known = {value: None if value is None else UtcTime.as_text(value) for value in set(column)}
        return [known[value] for value in column]
    if isinstance(kind, Json):
        return binary.rendered(column)
    return column
