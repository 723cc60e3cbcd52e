"""Column types that are the same on both databases: times and JSON."""

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_TEXT = "%Y-%m-%dT%H:%M:%S.%fZ"


class UtcTime(TypeDecorator[datetime]):
    """An instant with microseconds: ``timestamptz`` on PostgreSQL, fixed-width text on SQLite.

    Text of one width sorts as time does. A naive value is refused: it has no meaning.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DateTime(timezone=True) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        if value is None:
            return None
        if dialect.name == "postgresql":
            return _utc(value)
        return self.as_text(value)

    @staticmethod
    def as_text(value: datetime) -> str:
        """The text on SQLite, which PostgreSQL reads as well."""
        return _utc(value).strftime(_TEXT)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if isinstance(value, str):
            return datetime.fromisoformat(value)  # forty times faster than strptime; a page reads thousands
        return value.astimezone(UTC)  # type: ignore[no-any-return]


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without its zone can't be stored")
    return value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON value as text: compact, keys sorted, so that equal values are equal text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else canonical(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


class Canonical(str):
    """JSON text that is what ``canonical`` makes of its value."""


def canonical(value: Any) -> str:
    """JSON text that is the same for the same value.

    Raises:
        TypeError: for a float, which has more than one honest spelling; use whole numbers or text.
    """
    if isinstance(value, Canonical):
        return value
    _check(value)
    return _ENCODER.encode(value)


# no look for circles: _check has gone through all of it before
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, check_circular=False)


def _check(value: Any) -> None:
    kind = type(value)
    if kind is dict:
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError("keys in stored JSON are text")
            if type(inner) is not str:  # most are: a call for each would take longer than the rest
                _check(inner)
    elif kind is list or kind is tuple:
        for inner in value:
            if type(inner) is not str:
                _check(inner)
    elif isinstance(value, float):
        raise TypeError("no floats in stored JSON")
    elif isinstance(value, (dict, list, tuple)):  # of a kind of its own
        _check(dict(value) if isinstance(value, dict) else list(value))
