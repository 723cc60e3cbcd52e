"""Notices and their items: found, locked, counted."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import errors
from crisis.store import arrays, bulk
from crisis.store.models import Incident, Item, Notice, NoticeItem


@dataclass(slots=True)
class Locked:
    """A notice as an answer meets it, kept from changes by others until the transaction ends. Times are UTC.

    What is changed here is in the database once it is saved.
    """

    id: UUID
    incident_id: UUID
    platform_id: UUID
    named_at: datetime
    state: str
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    done_at: datetime | None
    done_recorded_at: datetime | None
    ended_at: datetime | None
    search_result: str | None
    contradiction: bool
    question: bool


_COLUMNS = tuple(Locked.__slots__)
_SAVED = ("id", *_COLUMNS[_COLUMNS.index("state") :])
_saved = attrgetter(*_SAVED)

_ABOUT = arrays.among(Notice.id, "notices")
_LOCK_OWNERS = (
    sa.select(Incident.id)
    .where(Incident.id.in_(sa.select(Notice.incident_id).where(_ABOUT)))
    .order_by(Incident.id)
    .with_for_update(read=True, key_share=True)
)
_LOCK = (
    sa.select(*(getattr(Notice, name) for name in _COLUMNS))
    .where(_ABOUT)
    .order_by(Notice.id)
    .with_for_update(key_share=True)
)


def lock(session: Session, notice_id: UUID) -> Locked:
    """The notice, kept from changes by others until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    found = lock_many(session, [notice_id]).get(notice_id)
    if found is None:
        raise _not_found()
    return found


def lock_many(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, Locked]:
    """The notices, kept from changes by others until the transaction ends.

    Their incidents first, shared: whoever stands one down locks that first too, and neither waits for the
    other's rows. In the order of their ids, so that two who lock several do not wait for each other either.
    """
    about = {"notices": notice_ids}
    session.connection().execute(_LOCK_OWNERS, about)
    return {row[0]: Locked(*row) for row in session.connection().execute(_LOCK, about)}


def save(session: Session, rows: Iterable[Locked]) -> None:
    """Write down what was changed of locked notices."""
    bulk.update(session, Notice, _SAVED, [_saved(one) for one in rows])


def by_id(session: Session, notice_id: UUID, *, lock: bool = False) -> Notice:
    """The notice with this id; with ``lock`` nobody else changes it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = sa.select(Notice).where(Notice.id == notice_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise _not_found()
    return found


def _not_found() -> errors.NotFound:
    return errors.NotFound("There is no such request. Open it again from the incident's page.")


def of_incident(session: Session, incident_id: UUID) -> dict[UUID, Notice]:
    """The notices of an incident by platform."""
    query = sa.select(Notice).where(Notice.incident_id == incident_id).order_by(Notice.id)
    return {notice.platform_id: notice for notice in session.scalars(query)}


def many(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, Notice]:
    """The notices with these ids."""
    query = sa.select(Notice).where(arrays.among(Notice.id, "notices"))
    return {notice.id: notice for notice in session.scalars(query, {"notices": notice_ids})}


def items_of(session: Session, notice_id: UUID) -> Sequence[sa.Row[NoticeItem, Item]]:
    """The items of a notice with their content, in the order in which they were named."""
    query = (
        sa.select(NoticeItem, Item)
        .join(Item, Item.id == NoticeItem.item_id)
        .where(NoticeItem.notice_id == notice_id)
        .order_by(Item.position)
    )
    return session.execute(query).all()


def asked_about(session: Session, item_id: UUID) -> Sequence[NoticeItem]:
    """Every notice's entry for one item."""
    return session.scalars(sa.select(NoticeItem).where(NoticeItem.item_id == item_id)).all()


def open_counts(
    session: Session, notice_ids: Collection[UUID], done_states: Iterable[str]
) -> dict[UUID, tuple[int, int]]:
    """For each notice (items that it owes an answer for, those with one); shared hashes are not counted."""
    query = (
        sa.select(
            NoticeItem.notice_id,
            sa.func.count(),
            sa.func.sum(sa.case((NoticeItem.state.in_(list(done_states)), 1), else_=0)),
        )
        .where(
            arrays.among(NoticeItem.notice_id, "notices"),
            NoticeItem.reason != "shared",
            NoticeItem.state != "withdrawn",
        )
        .group_by(NoticeItem.notice_id)
    )
    rows = session.execute(query, {"notices": notice_ids})
    return {notice_id: (int(total), int(done or 0)) for notice_id, total, done in rows}
