"""Incidents: found by reference, numbered by prefix and year, locked while they change."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import incident
from crisis.store.models import Batch, Incident, Item, NoticeItem


def next_ref(session: Session, prefix: str, *, now: datetime) -> str:
    """A new reference, such as INC-2026-0007.

    The counter's row stays locked until the transaction ends, so declarations of one prefix pass one by one.
    """
    year = now.astimezone(UTC).year
    upsert = sa.text(
        "INSERT INTO ref_counter (prefix, year, last) VALUES (:prefix, :year, 1) "
        "ON CONFLICT (prefix, year) DO UPDATE SET last = ref_counter.last + 1 RETURNING last"
    )
    number = session.execute(upsert, {"prefix": prefix, "year": year}).scalar_one()
    return f"{prefix}-{year}-{number:04d}"


def by_ref(session: Session, ref: str, *, lock: bool = False) -> Incident:
    """The incident with this reference; with ``lock`` nobody else changes it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    query = sa.select(Incident).where(Incident.ref == ref)
    if lock:
        query = query.with_for_update()
    found = session.scalars(query).one_or_none()
    if found is None:
        raise errors.NotFound(f"There is no incident {ref[:40]!r}. Check the reference; it looks like INC-2026-0007.")
    return found


def by_id(session: Session, incident_id: UUID) -> Incident:
    """The incident with this id, which exists."""
    return session.get_one(Incident, incident_id)


def open_with(session: Session, content_keys: Iterable[str], *, purpose: incident.Purpose) -> dict[str, list[str]]:
    """References of declared incidents of this purpose that hold any of these items, with the keys they hold."""
    wanted = list(content_keys)
    found: dict[str, list[str]] = {}
    for start in range(0, len(wanted), 500):  # well under SQLite's limit of bound values
        query = (
            sa.select(Incident.ref, Item.content_key)
            .join(Item, Item.incident_id == Incident.id)
            .where(
                Incident.state == incident.State.DECLARED.value,
                Incident.purpose == purpose.value,
                Item.withdrawn_at.is_(None),
                Item.content_key.in_(wanted[start : start + 500]),
            )
            .order_by(Incident.ref)
        )
        for ref, content_key in session.execute(query):
            found.setdefault(ref, []).append(content_key)
    return found


def new_batch(session: Session, owner: Incident, *, target_at: datetime, actor: str, now: datetime) -> Batch:
    """The next batch of an incident that is locked."""
    query = sa.select(sa.func.coalesce(sa.func.max(Batch.number), 0)).where(Batch.incident_id == owner.id)
    batch = Batch(
        incident_id=owner.id,
        number=session.scalars(query).one() + 1,
        named_at=now,
        target_at=target_at,
        named_by=actor,
    )
    session.add(batch)
    session.flush()
    return batch


def items_by_name(session: Session, incident_id: UUID) -> dict[str, Item]:
    """The items of an incident under every name: their content key, and each hash as ``sha256:…``."""
    found: dict[str, Item] = {}
    for item in session.scalars(sa.select(Item).where(Item.incident_id == incident_id).order_by(Item.position)):
        hashes = {"sha256": item.sha256, "md5": item.md5, "pdq": item.pdq}
        for name in [item.content_key, *(f"{algorithm}:{value}" for algorithm, value in hashes.items() if value)]:
            found.setdefault(name, item)
    return found


def unrouted(session: Session, incident_id: UUID) -> list[Item]:
    """Items with an address that no platform was asked about, in order."""
    asked = sa.select(NoticeItem.item_id).where(NoticeItem.item_id == Item.id).exists()
    query = sa.select(Item).where(
        Item.incident_id == incident_id, Item.url.is_not(None), Item.withdrawn_at.is_(None), ~asked
    )
    return list(session.scalars(query.order_by(Item.position)))
