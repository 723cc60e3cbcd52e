"""Many rows of one table at once, by the fastest way that each database has."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import Base

#: Below this the set-up of COPY costs more than it saves.
_FEW = 20


def insert(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows``, which all have the same keys and every column without a default.

    PostgreSQL takes them by COPY, five times as fast as an INSERT for each; SQLite by one prepared INSERT.
    """
    if not rows:
        return
    table = Base.metadata.tables[model.__tablename__]
    connection = session.connection()
    if connection.dialect.name != "postgresql" or len(rows) < _FEW:
        connection.execute(sa.insert(table), [dict(row) for row in rows])
        return
    names = list(rows[0])
    processors = [_processor(table.c[name].type, connection.dialect) for name in names]
    columns = ", ".join(f'"{name}"' for name in names)
    with connection.connection.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({columns}) FROM STDIN') as copy:  # type: ignore[attr-defined]
        for row in rows:
            copy.write_row([process(row[name]) for name, process in zip(names, processors, strict=True)])


def _processor(kind: sa.types.TypeEngine[Any], dialect: sa.Dialect) -> Any:
    return kind.dialect_impl(dialect).bind_processor(dialect) or _same


def _same(value: Any) -> Any:
    return value
