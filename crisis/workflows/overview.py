"""Look at an incident: the view of it at this moment, its alerts with every attempt, the items of one notice."""

from datetime import datetime
from uuid import UUID

from crisis.domain.overview import BatchView, IncidentView, ItemCounts, NextStep, NoticeView, Totals
from crisis.domain.shown import AlertView, AnswerView, AttemptView, CallView, ContactView, EndpointView, ItemView
from crisis.notify import addresses
from crisis.store import db, incidents, listings, overviews, shown_parts

__all__ = [
    "AlertView",
    "AnswerView",
    "AttemptView",
    "BatchView",
    "CallView",
    "ContactView",
    "EndpointView",
    "IncidentView",
    "ItemCounts",
    "ItemView",
    "NextStep",
    "NoticeView",
    "Totals",
    "alerts",
    "incident",
    "items",
]


def incident(ref: str, *, now: datetime) -> IncidentView:
    """The incident with every notice, as of ``now`` (UTC).

    Raises:
        NotFound: there is no incident with that reference.
    """
    with db.reading() as session:
        return overviews.load(session, ref, now=now, mask=addresses.mask)


def alerts(
    ref: str, *, notice_id: UUID | None = None, after: UUID | None = None, limit: int | None = None
) -> list[AlertView]:
    """Alerts to contacts with all their attempts, in the order in which they were planned.

    Raises:
        NotFound: there is no incident with that reference.
    """
    with db.reading() as session:
        incident_id = incidents.by_ref(session, ref).id
        return overviews.alerts_of(
            session, incident_id, mask=addresses.mask, after=after, limit=limit, notice_id=notice_id
        )


def items(notice_id: UUID) -> list[ItemView]:
    """What one notice asks about, shared hashes too, in the order in which it was given."""
    with db.reading() as session:
        found = listings.items_of_notice(session, notice_id)
        return [shown_parts.item_of(row.NoticeItem, row.Item) for row in found]
