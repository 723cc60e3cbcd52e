"""PostgreSQL's binary format: values as its COPY and its arrays take them, a third cheaper for the server than text.

*Source:* PostgreSQL's manual, COPY, “Binary Format”: each value behind its length, or a length of -1.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from crisis.store.types import Json, UtcTime, canonical

#: With so many values at least it is worth looking whether some are equal.
_FEW = 8

_NULL = b"\xff\xff\xff\xff"
_TRUE, _FALSE = b"\0\0\0\x01\x01", b"\0\0\0\x01\0"
_KEY = b"\0\0\0\x10"
_NUMBER = struct.Struct(">iq").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # of its times, which are whole microseconds
_MICROSECOND = timedelta(microseconds=1)

Column = Sequence[Any]


def fields(kind: sa.types.TypeEngine[Any]) -> Callable[[Column], Iterable[bytes]]:
    """How the values of a column of this type are written."""
    if isinstance(kind, sa.Uuid):
        return lambda column: [_NULL if value is None else _KEY + value.int.to_bytes(16) for value in column]
    if isinstance(kind, sa.Boolean):
        return lambda column: [_NULL if value is None else _TRUE if value else _FALSE for value in column]
    if isinstance(kind, sa.BigInteger):
        return lambda column: _each(column, lambda value: _NUMBER(8, value))
    if isinstance(kind, UtcTime):
        return lambda column: _each(column, lambda value: _NUMBER(8, (value - _EPOCH) // _MICROSECOND))
    if isinstance(kind, Json):
        return lambda column: _each(rendered(column), _text)
    if isinstance(kind, sa.Text):
        return lambda column: _each(column, _text)
    raise TypeError(f"nobody has said yet how {kind!r} is written")


def rendered(column: Column) -> Column:
    """JSON as its text; what is the same value is turned only once."""
    known = {id(value): value for value in column}
    texts = {key: None if value is None else canonical(value) for key, value in known.items()}
    return [texts[id(value)] for value in column]


def _each(column: Column, field: Callable[[Any], bytes]) -> Iterable[bytes]:
    """Equal values are turned only once, where there seem to be any."""
    if len(column) >= _FEW and len(set(column[:_FEW])) == _FEW:
        return [_NULL if value is None else field(value) for value in column]
    known = {value: _NULL if value is None else field(value) for value in set(column)}
    return [known[value] for value in column]


def _text(value: str) -> bytes:
    written = value.encode()
    return len(written).to_bytes(4) + written
