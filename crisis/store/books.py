"""One turn of a drain: what it writes and takes in one transaction."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import Claimed, Ended, Lost, Taken
from crisis.domain.outgoing import Text
from crisis.store import alerts, attempts, db, registrations, timers
from crisis.store import records as record
from crisis.store.attempts import Finished


class Turn(Protocol):
    """The rows as one drain sees them within one transaction; ``alerts`` and ``attempts`` say what each does."""

    def finish(self, ended: Sequence[Ended], *, now: datetime) -> Finished: ...
    def lose(self, queue: alert.Queue, *, now: datetime, limit: int) -> list[Lost]: ...
    def claim(
        self,
        queue: alert.Queue,
        *,
        owner: str,
        now: datetime,
        limit: int,
        overdue_by: timedelta,
        full: Collection[str],
        at_once: bool,
    ) -> Taken: ...
    def start(self, held: Sequence[Claimed], *, owner: str, now: datetime) -> Taken: ...
    def renew(self, ids: Collection[UUID], *, owner: str, now: datetime) -> None: ...
    def release(self, held: Collection[Claimed], *, owner: str) -> None: ...
    def messages(self, ids: Iterable[UUID]) -> Mapping[UUID, Text]: ...
    def arm(self, timers: Sequence[Mapping[str, Any]]) -> None: ...
    def hurry(self, notice_ids: Collection[UUID], *, now: datetime) -> None: ...
    def moves_on(self, notice_ids: Collection[UUID]) -> Mapping[UUID, datetime]: ...
    def retire(self, endpoint_id: UUID, *, now: datetime) -> list[record.Fact]: ...
    def append(self, stream: str, facts: Sequence[record.Fact | record.Told], *, now: datetime) -> None: ...


class Book(Protocol):
    """Where a drain finds its rows."""

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """One transaction: committed at the end, rolled back when anything raises."""
        ...


class _Turn:
    def __init__(self, session: Session) -> None:
        self._session = session

    def finish(self, ended: Sequence[Ended], *, now: datetime) -> Finished:
        return attempts.finish(self._session, ended)

    def lose(self, queue: alert.Queue, *, now: datetime, limit: int) -> list[Lost]:
        return attempts.lose_expired(self._session, queue, now=now, limit=limit)

    def claim(
        self,
        queue: alert.Queue,
        *,
        owner: str,
        now: datetime,
        limit: int,
        overdue_by: timedelta,
        full: Collection[str],
        at_once: bool,
    ) -> Taken:
        return alerts.claim(
            self._session,
            queue,
            owner=owner,
            now=now,
            limit=limit,
            overdue_by=overdue_by,
            full=full,
            at_once=at_once,
        )

    def start(self, held: Sequence[Claimed], *, owner: str, now: datetime) -> Taken:
        return alerts.start(self._session, held, owner=owner, now=now)

    def renew(self, ids: Collection[UUID], *, owner: str, now: datetime) -> None:
        alerts.renew(self._session, ids, owner=owner, now=now)

    def release(self, held: Collection[Claimed], *, owner: str) -> None:
        alerts.release(self._session, held, owner=owner)

    def messages(self, ids: Iterable[UUID]) -> Mapping[UUID, Text]:
        return alerts.messages(self._session, ids)

    def arm(self, timers_: Sequence[Mapping[str, Any]]) -> None:
        timers.arm_first(self._session, timers_)

    def hurry(self, notice_ids: Collection[UUID], *, now: datetime) -> None:
        if notice_ids:
            timers.hurry_many(self._session, notice_ids, now)

    def moves_on(self, notice_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        return timers.next_due(self._session, notice_ids) if notice_ids else {}

    def retire(self, endpoint_id: UUID, *, now: datetime) -> list[record.Fact]:
        return registrations.retire_endpoint(self._session, endpoint_id, "gone", now)

    def append(self, stream: str, facts: Sequence[record.Fact | record.Told], *, now: datetime) -> None:
        record.append(self._session, stream, facts, now=now)


class DatabaseBook:
    """The rows of the database."""

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        with db.transaction() as session:
            yield _Turn(session)
