"""Receive a mail: one transaction keeps it with everything that it changes."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import answering, case_number, incoming, mail_headers, mail_kind, records
from crisis.domain.incoming import Mail
from crisis.domain.mail_kind import Kind
from crisis.domain.mail_report import Report
from crisis.domain.receipt import Receipt
from crisis.notify import return_path
from crisis.store import answers, canaries, db, mails, notices, receipts
from crisis.store import records as record
from crisis.store.mails import Match

_ACTOR = "desk"
_SURE = (mails.RETURN_PATH, mails.REFERENCE)


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a mail. ``repeated``: it came before, nothing was changed."""

    mail_id: UUID | None
    kind: Kind
    matched_by: str | None
    repeated: bool
    waits: bool  # for an officer


def take(raw: bytes, *, settings: Settings, now: datetime) -> Received:
    """Keep a mail and do what it calls for; the same mail again changes nothing, whoever brings it."""
    mail = incoming.read(raw)
    paths = [path for one in mail.recipients if (path := return_path.read(one)) is not None]
    kind = mail_kind.of(mail, own_address=settings.mail_from, came_back=bool(paths))
    try:
        with db.transaction() as session:
            if mails.is_known(session, mail.key):
                return _repeated(kind)
            found = mails.match(
                session,
                paths=paths,
                about=[key for key, _ in (mail_headers.ids(mail.message_id) if kind is Kind.OWN else mail.about)],
                refs=[mail.ref, mail.subject],
                sender=mail.sender,
            )
            return _keep(session, mail, kind, found, now=now)
    except IntegrityError:  # another process keeps the same mail at this moment
        with db.reading() as session:
            if mails.is_known(session, mail.key):
                return _repeated(kind)
        raise


def _repeated(kind: Kind) -> Received:
    return Received(None, kind, None, repeated=True, waits=False)


def _keep(session: Session, mail: Mail, kind: Kind, found: Match | None, *, now: datetime) -> Received:
    report = mail_kind.report(mail) if kind is Kind.REPORT else None
    waits = kind is Kind.REPLY
    asked = notices.lock(session, found.notice_id) if waits and found and found.notice_id else None
    row = mails.add(session, found=found, now=now, **_columns(mail, kind, report))
    facts = []
    if found is not None and found.incident_id is not None and kind is not Kind.OWN:
        facts.append((found.incident_id, _received(row.id, kind, found, report, now)))
    if report is not None and found is not None and found.alert_id is not None and found.by in _SURE:
        moved = _report(session, mail, report, found.alert_id, now=now)
        facts += [moved] if moved else []
    if kind is Kind.OWN and found is not None and found.alert_id is not None:
        canaries.arrive(session, found.alert_id, now=now)  # it changes nothing unless it is a probe
    if asked is not None:
        answers.tell_officer(session, asked, [answering.TELL_REPLY], now=now)
    for incident_id, fact in facts:
        record.append(session, str(incident_id), [fact], now=now)
    return Received(row.id, kind, found.by if found else None, repeated=False, waits=waits)


def _columns(mail: Mail, kind: Kind, report: Report | None) -> dict[str, Any]:
    speaks = kind in (Kind.REPLY, Kind.AUTO_REPLY)
    return {
        "key": mail.key,
        "sha256": mail.sha256,
        "size": mail.size,
        "message_id": mail.message_id,
        "kind": kind.value,
        "sender": mail.sender,
        "sender_name": mail.sender_name,
        "subject": mail.subject,
        "text": mail.text,
        "shortened": mail.shortened,
        "attachments": [asdict(one) for one in mail.attachments],
        "original": mail.original,
        "status": report.status.value if report else None,
        "code": report.code if report else None,
        "detail": report.detail if report else None,
        "case_number": case_number.find(mail.subject, mail.text) if speaks else None,
        "state": mails.OPEN if kind is Kind.REPLY else mails.FILED,
    }


def _received(mail_id: UUID, kind: Kind, found: Match, report: Report | None, now: datetime) -> record.Fact:
    body: dict[str, object] = {
        "mail": str(mail_id),
        "notice": str(found.notice_id) if found.notice_id else None,
        "kind": kind.value,
        **({"status": report.status.value} if report else {}),
    }
    return record.Fact(records.Kind.MAIL_RECEIVED, _ACTOR, now, body)


def _report(
    session: Session, mail: Mail, report: Report, alert_id: UUID, *, now: datetime
) -> tuple[UUID, record.Fact] | None:
    """A report is a receipt; two hosts may report the same mail, so the report's own key is a part of it."""
    said = Receipt("mail", f"{alert_id}/{mail.key[:16]}", report.status, report.code, report.detail)
    row = receipts.keep(session, said, alert_id=alert_id, now=now)
    return receipts.settle(session, row, given_up=False, now=now) if row is not None else None
