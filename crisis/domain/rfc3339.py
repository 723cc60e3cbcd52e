"""Instants as text: RFC 3339 in, UTC with microseconds and ``Z`` out."""

import re
from datetime import UTC, datetime

_PATTERN = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def write(at: datetime) -> str:
    """``2026-11-21T02:06:00.000000Z``: of one width, so that text sorts as time does.

    Raises:
        ValueError: for a time without its zone, which has no meaning.
    """
    if at.tzinfo is None:
        raise ValueError("a time without its zone has no meaning")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def read(text: str) -> datetime:
    """The instant in UTC; digits beyond the microsecond are cut.

    Raises:
        ValueError: the text is no RFC 3339 time with a zone; the message is for the reader.
    """
    text = text.strip()
    if not _PATTERN.fullmatch(text):
        raise ValueError("write the time as 2026-11-21T10:02:00Z, with its zone")
    cut = re.sub(r"(\.\d{6})\d+", r"\1", text.upper())
    try:
        return datetime.fromisoformat(cut).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"there is no such time as {text}") from None
