"""Record a call: what came of it, with the time; a person who was reached can acknowledge by name."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import alert, notice, records, tasks
from crisis.store import answers, db, keys
from crisis.store import records as record
from crisis.store import tasks as task_rows
from crisis.store.models import Call, Contact, Endpoint
from crisis.store.notices import Locked

_LONGEST_NAME = 200
_LONGEST_NOTE = 2000


class Outcome(StrEnum):
    REACHED = tasks.REACHED
    NO_ANSWER = tasks.NO_ANSWER
    WRONG_NUMBER = tasks.WRONG_NUMBER


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

    A call is a fact: it is kept whoever has the task. That of the caller is theirs no longer.

    Raises:
        NotFound: the number belongs to no contact of this platform.
        InvalidInput: a name came with a call that reached nobody, or a text is too long.
    """
    name, note = name.strip(), note.strip()
    _check(outcome, name, note)
    with db.transaction() as session:
        asked, contact, endpoint = task_rows.way(session, ref, notice_id, endpoint_id, alert.Channel.PHONE)
        called = _write(session, asked, contact, endpoint, outcome, note=note, now=now, actor=actor)
        said: list[record.Fact | record.Told] = []
        if name:
            said = answers.take(
                session,
                asked,
                contact_id=contact.id,
                kind=notice.Answer.ACKNOWLEDGE,
                name=name,
                note=note or None,
                actor=actor,
                now=now,
            )
        task_rows.give_back(session, asked.id, alert.Channel.PHONE, by=actor)
        record.append(session, str(asked.incident_id), [called, *said], now=now)
        return UUID(str(called.body["call"]))


def _check(outcome: Outcome, name: str, note: str) -> None:
    if name and outcome is not Outcome.REACHED:
        raise errors.InvalidInput("A name belongs to a call that reached somebody.", fields={"name": "leave it empty"})
    if len(name) > _LONGEST_NAME or len(note) > _LONGEST_NOTE:
        raise errors.InvalidInput("The name or the note is too long.", fields={"note": f"at most {_LONGEST_NOTE}"})


def _write(
    session: Session,
    asked: Locked,
    contact: Contact,
    endpoint: Endpoint,
    outcome: Outcome,
    *,
    note: str,
    now: datetime,
    actor: str,
) -> record.Fact:
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
    body = {
        "call": str(row.id),
        "notice": str(asked.id),
        "contact": str(contact.id),
        "endpoint": str(endpoint.id),
        "outcome": outcome.value,
    }
    return record.Fact(records.Kind.CALL_MADE, actor, now, body)
