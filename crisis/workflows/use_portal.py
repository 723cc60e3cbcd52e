"""Record that a request was entered at a platform's own portal: with the number that it gave, which is evidence."""

from datetime import datetime
from uuid import UUID

from crisis import errors
from crisis.domain import alert, records
from crisis.store import db, keys, tasks
from crisis.store import records as record
from crisis.store.models import PortalUse

_LONGEST = 200


def record_use(ref: str, notice_id: UUID, endpoint_id: UUID, number: str, *, now: datetime, actor: str) -> UUID:
    """Keep one use of a portal; returns its id.

    Raises:
        NotFound: the portal belongs to no contact of this platform.
        InvalidInput: there is no number, or one that is too long.
    """
    number = number.strip()
    if not number or len(number) > _LONGEST or not number.isprintable():
        text = "Give the number that the portal showed for the request."
        raise errors.InvalidInput(text, fields={"number": f"1 to {_LONGEST} characters"})
    with db.transaction() as session:
        asked, contact, endpoint = tasks.way(session, ref, notice_id, endpoint_id, alert.Channel.PORTAL)
        row = PortalUse(
            id=keys.new(),
            notice_id=asked.id,
            contact_id=contact.id,
            endpoint_id=endpoint.id,
            url=endpoint.address,
            number=number,
            used_at=now,
            used_by=actor,
        )
        session.add(row)
        session.flush()
        tasks.give_back(session, asked.id, alert.Channel.PORTAL, by=actor)
        body = {"use": row.id, "notice": asked.id, "contact": contact.id, "endpoint": endpoint.id}
        fact = record.Fact(records.Kind.PORTAL_USED, actor, now, {name: str(key) for name, key in body.items()})
        record.append(session, str(asked.incident_id), [fact], now=now)
        return row.id
