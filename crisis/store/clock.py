"""The clock: one source of now for every process, in UTC."""

from datetime import UTC, datetime
from typing import Protocol

import sqlalchemy as sa

from crisis.store.db import db, reading


class Clock(Protocol):
    """Whatever tells the time; tests bring one that they move themselves."""

    def now(self) -> datetime:
        """This instant: aware, UTC, microseconds."""
        ...


class DatabaseClock:
    """PostgreSQL's clock, so that several hosts agree; on SQLite, where there is one host, its own."""

    def now(self) -> datetime:
        if db.engine.dialect.name != "postgresql":
            return datetime.now(UTC)
        with reading() as session:
            # clock_timestamp(), not now(): the latter is the start of the transaction
            return session.execute(sa.text("SELECT clock_timestamp()")).scalar_one().astimezone(UTC)  # type: ignore[no-any-return]


class HostClock:
    """This host's own clock; only to compare it with the database's."""

    def now(self) -> datetime:
        return datetime.now(UTC)
