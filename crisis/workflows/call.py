"""Record a call: what came of it, with the time; a person who was reached can acknowledge by name."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from crisis import errors
from crisis.domain import alert, notice, records
from crisis.store import answers, db, incidents, keys, notices
from crisis.store import records as record
from crisis.store.models import Call, Contact, Endpoint

_LONGEST_NAME = 200
_LONGEST_NOTE = 2000


class Outcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


def record_call(
    ref: str,
    notice_id: UUID,
    endpoint_id: UUID,
    outcome: Outcome,
    *,
    now: datetime,
    actor: str,
    name: str = "",
    note: str = "",
) -> UUID:
    """Keep one call; with a name, whoever was reached acknowledged by phone. Returns the call's id.

    Raises:
        NotFound: the number belongs to no contact of this platform.
        InvalidInput: a name came with a call that reached nobody, or a text is too long.
    """
    name, note = name.strip(), note.strip()
    if name and outcome is not Outcome.REACHED:
        raise errors.InvalidInput("A name belongs to a call that reached somebody.", fields={"name": "leave it empty"})
    if len(name) > _LONGEST_NAME or len(note) > _LONGEST_NOTE:
        raise errors.InvalidInput("The name or the note is too long.", fields={"note": f"at most {_LONGEST_NOTE}"})
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref)
        notices.by_id(session, notice_id)  # before the lock, which expects it
        asked = answers.lock(session, notice_id)
        endpoint = session.get(Endpoint, endpoint_id)
        contact = session.get(Contact, endpoint.contact_id) if endpoint else None
        if (
            endpoint is None
            or contact is None
            or asked.incident_id != owner.id
            or contact.platform_id != asked.platform_id
            or endpoint.channel != alert.Channel.PHONE.value
        ):
            raise errors.NotFound("This number belongs to no contact of this platform. Open the call list again.")
        row = Call(
            id=keys.new(),
            notice_id=asked.id,
            contact_id=contact.id,
            endpoint_id=endpoint.id,
            number=endpoint.address,
            outcome=outcome.value,
            note=note or None,
            called_at=now,
            called_by=actor,
        )
        session.add(row)
        session.flush()
        happened = [
            record.Fact(
                records.Kind.CALL_MADE,
                actor,
                now,
                {
                    "call": str(row.id),
                    "notice": str(asked.id),
                    "contact": str(contact.id),
                    "endpoint": str(endpoint.id),
                    "outcome": outcome.value,
                },
            )
        ]
        if name:
            happened += answers.take(
                session,
                asked,
                contact_id=contact.id,
                kind=notice.Answer.ACKNOWLEDGE,
                name=name,
                note=note or None,
                actor=actor,
                now=now,
            )
        record.append(session, str(owner.id), happened, now=now)
        return row.id
