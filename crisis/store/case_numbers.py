"""The numbers that platforms gave our requests in their own systems, put into the subjects of later mails."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, case_number
from crisis.domain.outgoing import Draft
from crisis.store.models import Answer, Mail, Notice, PortalUse


def repeat(session: Session, incident_id: UUID, drafts: Sequence[Draft]) -> Sequence[Draft]:
    """The drafts, those of later mails with the number that their platform gave us; before the first there is none."""
    if all(one.purpose in (alert.Purpose.FIRST, alert.Purpose.OFFICER) for one in drafts):
        return drafts
    known = latest(session, incident_id)
    return [_with(one, known) for one in drafts] if known else drafts


def latest(session: Session, incident_id: UUID) -> Mapping[UUID, str]:
    """The number that each platform gave last, by request and as given: by a mail, on its page, at its portal."""
    by_mail = sa.select(Mail.notice_id, Mail.received_at.label("at"), Mail.case_number).where(
        Mail.incident_id == incident_id, Mail.notice_id.is_not(None), Mail.case_number.is_not(None)
    )
    typed = (
        sa.select(Answer.notice_id, Answer.recorded_at, Answer.case_number)
        .join(Notice, Notice.id == Answer.notice_id)
        .where(Notice.incident_id == incident_id, Answer.case_number.is_not(None), Answer.confirmed)
    )
    entered = (
        sa.select(PortalUse.notice_id, PortalUse.used_at, PortalUse.number)
        .join(Notice, Notice.id == PortalUse.notice_id)
        .where(Notice.incident_id == incident_id)
    )
    rows = session.execute(by_mail.union_all(typed, entered).order_by("at"))
    return {notice_id: number for notice_id, _, number in rows if notice_id is not None and number is not None}


def _with(draft: Draft, known: Mapping[UUID, str]) -> Draft:
    to, what = draft.recipient, draft.slots.get("what")
    number = known.get(to.notice_id) if to.notice_id else None
    if number is None or what is None or to.channel is not alert.Channel.EMAIL:
        return draft
    return draft._replace(slots={**draft.slots, "what": case_number.in_subject(what, number)})
