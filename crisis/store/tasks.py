"""Tasks: who has one now, taken by one officer at a time, and the number or portal that it leads to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import alert, tasks
from crisis.store import incidents, notices
from crisis.store.models import Claim, Contact, Endpoint, Notice
from crisis.store.notices import Locked


@dataclass(frozen=True, slots=True)
class Held:
    """Who has a task, and until when (UTC)."""

    by: str  # actor
    until: datetime


def take(session: Session, notice_id: UUID, channel: alert.Channel, *, by: str, now: datetime) -> Held:
    """Take a task, or hold it longer; returns who has it now, which is ``by`` or whoever was faster.

    One statement decides, so of two officers at once one has it.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {"claimed_by": by, "claimed_until": now + tasks.HOLD}
    statement = insert(Claim).values(notice_id=notice_id, channel=channel.value, **values)
    free = sa.or_(Claim.claimed_until <= now, Claim.claimed_by == by)
    keys = [Claim.notice_id, Claim.channel]
    session.execute(statement.on_conflict_do_update(index_elements=keys, set_=values, where=free))
    query = sa.select(Claim.claimed_by, Claim.claimed_until)
    row = session.execute(query.where(Claim.notice_id == notice_id, Claim.channel == channel.value)).one()
    return Held(row.claimed_by, row.claimed_until)


def give_back(session: Session, notice_id: UUID, channel: alert.Channel, *, by: str) -> None:
    """Let others take it; does nothing where somebody else has it."""
    ours = (Claim.notice_id == notice_id, Claim.channel == channel.value, Claim.claimed_by == by)
    session.execute(sa.delete(Claim).where(*ours).execution_options(synchronize_session=False))


def held(session: Session, incident_id: UUID, *, now: datetime) -> Mapping[tuple[UUID, alert.Channel], Held]:
    """The tasks of an incident that somebody has now."""
    query = (
        sa.select(Claim)
        .join(Notice, Notice.id == Claim.notice_id)
        .where(Notice.incident_id == incident_id, Claim.claimed_until > now)
    )
    return {
        (one.notice_id, alert.Channel(one.channel)): Held(one.claimed_by, one.claimed_until)
        for one in session.scalars(query)
    }


def way(
    session: Session, ref: str, notice_id: UUID, endpoint_id: UUID, channel: alert.Channel
) -> tuple[Locked, Contact, Endpoint]:
    """The phone or portal by which a platform is asked in an incident, with its contact; the request is locked.

    Raises:
        NotFound: no such incident or request, or no contact of this platform has it.
    """
    owner = incidents.by_ref(session, ref)
    asked = notices.lock(session, notice_id)
    query = (
        sa.select(Contact, Endpoint)
        .join(Contact, Contact.id == Endpoint.contact_id)
        .where(Endpoint.id == endpoint_id, Endpoint.channel == channel.value, Contact.platform_id == asked.platform_id)
    )
    row = session.execute(query).one_or_none()
    if row is None or asked.incident_id != owner.id:
        what = "portal" if channel is alert.Channel.PORTAL else "number"
        raise errors.NotFound(f"This {what} belongs to no contact of this platform. Open the call list again.")
    return asked, row.Contact, row.Endpoint
