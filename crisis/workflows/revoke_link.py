"""Revoke the links of one contact: from this moment they open nothing and answer nothing."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from crisis import errors
from crisis.domain import records
from crisis.store import db, incidents, links, notices
from crisis.store import records as record
from crisis.store.models import Link


def revoke(ref: str, notice_id: UUID, contact_id: UUID, *, now: datetime, actor: str) -> int:
    """End every link that this contact has for this request; returns how many. What was answered by them stays.

    Raises:
        NotFound: no such incident, or the request is not part of it.
        Conflict: the contact has no link in use.
    """
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref)
        asked = notices.by_id(session, notice_id, lock=True)
        if asked.incident_id != owner.id:
            raise errors.NotFound(f"{ref} asks no such platform. Load the incident's page again.")
        query = sa.select(Link.id).where(
            Link.notice_id == notice_id, Link.contact_id == contact_id, Link.revoked_at.is_(None)
        )
        in_use = list(session.scalars(query.order_by(Link.id)))
        if not in_use:
            raise errors.Conflict("This contact has no link in use; nothing was changed.")
        links.revoke(session, in_use, now=now)
        body = {"notice": str(notice_id), "contact": str(contact_id)}
        happened = [
            record.Fact(records.Kind.LINK_REVOKED, actor, now, {"link": str(link_id), **body}) for link_id in in_use
        ]
        record.append(session, str(owner.id), happened, now=now)
    return len(in_use)
