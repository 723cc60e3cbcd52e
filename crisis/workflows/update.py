"""Send an update: a message of the officer to everyone alerted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, incident, records
from crisis.notify import messages, writer
from crisis.store import db, fan_out_facts, incidents, keys, recipients, rounds
from crisis.store import records as record
from crisis.store.models import Update

_LONGEST = 4000  # characters; a mail that a phone shows without scrolling for ever


@dataclass(frozen=True, slots=True)
class Sent:
    """An update and how many endpoints get it."""

    id: UUID
    ref: str
    sent_at: datetime
    told: int


def _nothing(_session: Session, _sent: Sent) -> None:
    return None


def send(
    ref: str,
    text: str,
    *,
    settings: Settings,
    now: datetime,
    actor: str,
    alongside: Callable[[Session, Sent], None] = _nothing,
) -> Sent:
    """Write to all who were alerted, in the officer's own words. The caller rings.

    Raises:
        NotFound: no such incident.
        WrongState: it is not declared.
        InvalidInput: the text is empty or longer than 4,000 characters.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        raise errors.InvalidInput(
            f"Write what they should know, in at most {_LONGEST} characters.", fields={"text": "empty or too long"}
        )
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        if owner.state != incident.State.DECLARED.value:
            raise errors.WrongState(f"{ref} is {owner.state.replace('_', ' ')}; an update needs a declared incident.")
        row = Update(id=keys.new(), incident_id=owner.id, text=text, sent_at=now, sent_by=actor)
        session.add(row)
        session.flush()
        to_tell = recipients.alerted(session, owner.id, attempted=False)
        drafts = rounds.plan(
            session,
            owner,
            messages.with_text(to_tell, text),
            writer=writer.of(owner, settings, now=now),
            cause=f"update:{row.id}",
            purpose=alert.Purpose.UPDATE,
        )
        sent = Sent(row.id, ref, now, told=len(drafts))
        alongside(session, sent)
        happened = [
            (records.Kind.UPDATE_SENT, {"update": str(row.id)}),
            *fan_out_facts.planned(drafts),
        ]
        record.append(session, str(owner.id), [record.Fact(kind, actor, now, body) for kind, body in happened], now=now)
    return sent
