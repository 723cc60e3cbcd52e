"""Notices and their items: found, locked, counted."""

from collections.abc import Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import errors
from crisis.store.models import Item, Notice, NoticeItem


def by_id(session: Session, notice_id: UUID, *, lock: bool = False) -> Notice:
    """The notice with this id; with ``lock`` nobody else changes it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = sa.select(Notice).where(Notice.id == notice_id)
    found = session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise errors.NotFound("There is no such request. Open it again from the incident's page.")
    return found


def of_incident(session: Session, incident_id: UUID) -> dict[UUID, Notice]:
    """The notices of an incident by platform."""
    query = sa.select(Notice).where(Notice.incident_id == incident_id).order_by(Notice.id)
    return {notice.platform_id: notice for notice in session.scalars(query)}


def many(session: Session, notice_ids: Iterable[UUID]) -> dict[UUID, Notice]:
    """The notices with these ids."""
    query = sa.select(Notice).where(Notice.id.in_(list(notice_ids)))
    return {notice.id: notice for notice in session.scalars(query)}


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
    session: Session, notice_ids: Iterable[UUID], done_states: Iterable[str]
) -> dict[UUID, tuple[int, int]]:
    """For each notice (items that it owes an answer for, those with one); shared hashes are not counted."""
    query = (
        sa.select(
            NoticeItem.notice_id,
            sa.func.count(),
            sa.func.sum(sa.case((NoticeItem.state.in_(list(done_states)), 1), else_=0)),
        )
        .where(
            NoticeItem.notice_id.in_(list(notice_ids)), NoticeItem.reason != "shared", NoticeItem.state != "withdrawn"
        )
        .group_by(NoticeItem.notice_id)
    )
    return {notice_id: (int(total), int(done or 0)) for notice_id, total, done in session.execute(query)}
