"""Lists for the API and the report: incidents, items with what was said of them, platforms."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store.models import (
    Batch,
    Incident,
    Item,
    ItemOutcome,
    Notice,
    NoticeItem,
    Platform,
    Spelling,
    Update,
)

Row = sa.Row[*tuple[Any, ...]]
Rows = Sequence[Row]


def page_of_incidents(
    session: Session, *, state: str | None, purposes: Sequence[str], before: UUID | None, limit: int
) -> Sequence[Incident]:
    """Incidents, newest first, older than ``before``."""
    query = sa.select(Incident).where(Incident.purpose.in_(purposes)).order_by(Incident.id.desc()).limit(limit)
    if state is not None:
        query = query.where(Incident.state == state)
    if before is not None:
        query = query.where(Incident.id < before)
    return session.scalars(query).all()


def updates(session: Session, incident_id: UUID) -> Sequence[Update]:
    return session.scalars(
        sa.select(Update).where(Update.incident_id == incident_id).order_by(Update.sent_at, Update.id)
    ).all()


def items(session: Session, incident_id: UUID, *, after: int = 0, limit: int | None = None) -> Rows:
    """``.Item`` with its ``batch_number``, in the order in which they were given, after position ``after``."""
    query = (
        sa.select(Item, Batch.number.label("batch_number"))
        .join(Batch, Batch.id == Item.batch_id)
        .where(Item.incident_id == incident_id, Item.position > after)
        .order_by(Item.position)
    )
    return session.execute(query if limit is None else query.limit(limit)).all()


def items_asked(session: Session, incident_id: UUID, *, after: int = 0, upto: int | None = None) -> Rows:
    """``.NoticeItem`` with its item's ``position`` and its notice's ``platform_name``, ``registry_id``, ``ask``."""
    query = (
        sa.select(NoticeItem, Item.position, Notice.platform_name, Notice.ask, Platform.registry_id)
        .join(Item, Item.id == NoticeItem.item_id)
        .join(Notice, Notice.id == NoticeItem.notice_id)
        .join(Platform, Platform.id == Notice.platform_id)
        .where(Item.incident_id == incident_id, Item.position > after)
        .order_by(Item.position, sa.func.lower(Notice.platform_name))
    )
    return session.execute(query if upto is None else query.where(Item.position <= upto)).all()


def spellings(session: Session, incident_id: UUID, *, after: int = 0, upto: int | None = None) -> Rows:
    """``.Spelling`` with the ``position`` of the item that it was merged into."""
    query = (
        sa.select(Spelling, Item.position)
        .join(Item, Item.id == Spelling.item_id)
        .where(Item.incident_id == incident_id, Item.position > after)
        .order_by(Item.position, Spelling.id)
    )
    return session.execute(query if upto is None else query.where(Item.position <= upto)).all()


def outcomes(session: Session, incident_id: UUID) -> Rows:
    """Every outcome ever said: ``.ItemOutcome`` with its ``item_id`` and ``notice_id``, oldest first."""
    query = (
        sa.select(ItemOutcome, NoticeItem.item_id, NoticeItem.notice_id)
        .join(NoticeItem, NoticeItem.id == ItemOutcome.notice_item_id)
        .join(Notice, Notice.id == NoticeItem.notice_id)
        .where(Notice.incident_id == incident_id)
        .order_by(ItemOutcome.recorded_at, ItemOutcome.id)
    )
    return session.execute(query).all()


def items_of_notice(session: Session, notice_id: UUID) -> Rows:
    """``.NoticeItem`` with its ``.Item``, in the order in which they were given."""
    query = (
        sa.select(NoticeItem, Item)
        .join(Item, Item.id == NoticeItem.item_id)
        .where(NoticeItem.notice_id == notice_id)
        .order_by(Item.position)
    )
    return session.execute(query).all()


def registry_ids(session: Session, *, after: str, limit: int) -> list[str]:
    """Registry ids of platforms in use, in order, behind ``after``."""
    query = sa.select(Platform.registry_id).where(Platform.registry_id > after, Platform.retired_at.is_(None))
    return list(session.scalars(query.order_by(Platform.registry_id).limit(limit)))
