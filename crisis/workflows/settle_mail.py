"""Settle a person's mail: an officer makes an answer of it, sets it aside, or says which platform wrote."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import answering, notice, records
from crisis.domain.claimed import Moment
from crisis.store import answer_facts, answers, db, incidents, mails, notices
from crisis.store import records as record
from crisis.store.models import Mail
from crisis.store.notices import Locked

#: What a mail can be: a wrong contact says so on the answer page, or the registrar reads it.
ANSWERS = tuple(one for one in notice.Answer if one is not notice.Answer.WRONG_CONTACT)


def answer(mail_id: UUID, kind: notice.Answer, *, name: str, note: str = "", now: datetime, actor: str) -> UUID:
    """Take down what a mail says as the answer of who wrote it; returns the request's id.

    Raises:
        InvalidInput: no name, or a text is too long.
        NotFound: there is no such mail.
        Conflict: somebody has decided already, or nobody knows yet which platform wrote.
    """
    name, note = answering.tidy(name), answering.tidy(note, lines=True)
    if not name or len(name) > answering.NAME_LENGTH:
        raise errors.InvalidInput("Say who wrote, in up to 200 characters.", fields={"name": "who wrote"})
    if len(note) > answering.NOTE_LENGTH or kind not in ANSWERS:
        raise errors.InvalidInput("Choose what the mail says, with a note of up to 2000 characters.")
    with db.transaction() as session:
        asked = _asked(session, mail_id)
        row = mails.take(session, mail_id, state=mails.ANSWERED, actor=actor, now=now)
        given = answers.Given(
            contact_id=mails.writer(session, row, asked),
            actor=actor,
            kind=kind.value,
            name=name,
            case_number=row.case_number,
            note=note,
            happened_at=row.received_at,
        )
        written = answers.add(session, asked.id, given, now=now)
        _, moved = answers.move(session, asked, given, answering.said(kind), done=Moment(row.received_at), now=now)
        row.answer_id = written.id
        heard = answer_facts.heard(written, actor, mail=row.id)
        record.append(session, str(asked.incident_id), [heard, *moved, _settled(row, "answered", actor, now)], now=now)
        return asked.id


def set_aside(mail_id: UUID, *, now: datetime, actor: str) -> UUID | None:
    """Say that a mail is no answer; it stays readable. Returns the request's id, if it is about one.

    Raises:
        NotFound: there is no such mail.
        Conflict: somebody has decided already.
    """
    with db.transaction() as session:
        row = mails.take(session, mail_id, state=mails.SET_ASIDE, actor=actor, now=now)
        if row.incident_id is not None:
            record.append(session, str(row.incident_id), [_settled(row, "set_aside", actor, now)], now=now)
        return row.notice_id


def assign(mail_id: UUID, ref: str, platform_id: str, *, now: datetime, actor: str) -> UUID:
    """Say which platform of which incident an open mail is from; returns the request's id.

    Raises:
        NotFound: there is no such mail, or incident, or the incident asks no such platform.
        Conflict: the mail is not open any more.
    """
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref)
        asked = mails.asked_of(session, owner.id, platform_id)
        row = mails.by_id(session, mail_id)
        if row.state != mails.OPEN:
            raise errors.Conflict("This mail waits for nobody any more: somebody has decided. Look at it again.")
        row.incident_id, row.notice_id = owner.id, asked.id
        session.flush()
        record.append(session, str(owner.id), [_settled(row, "assigned", actor, now)], now=now)
        return asked.id


def _asked(session: Session, mail_id: UUID) -> Locked:
    notice_id = mails.by_id(session, mail_id).notice_id
    if notice_id is None:
        raise errors.Conflict("Say first which platform wrote this mail.")
    return notices.lock(session, notice_id)


def _settled(row: Mail, how: str, actor: str, now: datetime) -> record.Fact:
    body = {"mail": str(row.id), "notice": str(row.notice_id) if row.notice_id else None, "how": how}
    return record.Fact(records.Kind.MAIL_SETTLED, actor, now, body)
