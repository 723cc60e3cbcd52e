"""The clock: one source of now for every process, in UTC."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa

from crisis.store.db import db, reading
from crisis.store.together import Together


class Clock(Protocol):
    """Whatever tells the time; tests bring one that they move themselves."""

    def now(self) -> datetime:
        """This instant: aware, UTC, microseconds."""
        ...


#: How long one reading of the database's clock serves; a page must not cost a query to know the time.
_READING_LASTS = 1.0  # s; in which the clocks of two hosts drift apart by less than they can be compared


class DatabaseClock:
    """PostgreSQL's clock, so that several hosts agree; on SQLite, where there is one host, its own.

    Read once a second and carried on by this host's steady clock, which nobody sets.
    """

    def __init__(self) -> None:
        self._reading: tuple[datetime, float] | None = None  # what it said, and the steady clock then
        self._asked = Together(self._read)  # those who ask at one moment share one query

    def now(self) -> datetime:
        reading_, steady = self._reading, time.monotonic()
        if reading_ is not None and steady - reading_[1] <= _READING_LASTS:
            return reading_[0] + timedelta(seconds=steady - reading_[1])
        return self._asked.do(None) if db.engine.dialect.name == "postgresql" else datetime.now(UTC)

    def _read(self, asked: Sequence[None]) -> list[datetime | Exception]:
        with reading() as session:
            # clock_timestamp(), not now(): the latter is the start of the transaction
            said = session.execute(sa.text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)
        self._reading = (said, time.monotonic())
        return [said for _ in asked]


class HostClock:
    """This host's own clock; to compare it with the database's, and for the page that says that there is none."""

    def now(self) -> datetime:
        return datetime.now(UTC)
