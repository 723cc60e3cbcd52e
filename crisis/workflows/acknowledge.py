"""Take the answer of a contact: one transaction writes it with everything that it changes."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import answering, notice
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.domain.item import Outcome
from crisis.store import answer_facts, answers, db, links, outcomes
from crisis.store import records as record
from crisis.store.models import Answer, Link, Notice


@dataclass(frozen=True, slots=True)
class Form:
    """What a contact sent; texts are tidy, times UTC. ``key`` is the digest of the form."""

    answer: notice.Answer
    name: str
    key: str
    doubt: Doubt | None = None
    case_number: str = ""
    note: str = ""
    reason: str = ""
    better_contact: str = ""
    happened: Moment | None = None


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What became of an answer. ``repeated``: the same form came before, nothing was changed."""

    answer_id: UUID
    notice_id: UUID
    incident_id: UUID
    recorded_at: datetime
    confirmed: bool
    repeated: bool
    state: notice.State
    needs_officer: bool
    items_open: int


def answer(link_id: UUID, form: Form, *, now: datetime) -> Acknowledged:
    """Write down what was sent by a link, and let it move the request unless there is doubt.

    Raises:
        LinkUnusable: the link was revoked or has expired meanwhile.
    """
    with db.transaction() as session:
        link = _usable(session, link_id, now)
        row = answers.lock(session, link.notice_id)
        before = answers.find(session, link.id, form.key)
        if before is not None:
            return _result(session, row, before.id, before.recorded_at, confirmed=before.confirmed, repeated=True)
        given = _given(link, form)
        written = answers.add(session, row.id, given, now=now)
        facts = [answer_facts.heard(written, given.actor)]
        needs_officer = False
        if form.doubt is None:
            done = form.happened or Moment(now)
            effect, moved = answers.move(session, row, given, answering.said(form.answer), done=done, now=now)
            needs_officer = bool(effect.tell)
            facts += moved
            if form.answer in answering.SHOWS_LIST:
                facts.append(answer_facts.list_shown(written, given.actor))
            if form.answer is notice.Answer.DONE and form.happened is not None:
                facts += _gone_before(session, written, form.happened, given.actor, now)
        else:
            answers.tell_officer(session, row, [answering.TELL_UNCONFIRMED], once=True, now=now)
        record.append(session, str(row.incident_id), facts, now=now)
        return _result(
            session, row, written.id, now, confirmed=form.doubt is None, repeated=False, needs_officer=needs_officer
        )


def look_at_list(link_id: UUID, given: answers.Given, *, now: datetime) -> bool:
    """Write down that somebody asked for the list by name; it is no answer and moves nothing.

    Returns:
        Whether the list may be shown; not where there is doubt that a person asked.

    Raises:
        LinkUnusable: the link was revoked or has expired meanwhile.
    """
    with db.transaction() as session:
        link = _usable(session, link_id, now)
        row = answers.lock(session, link.notice_id)
        before = answers.find(session, link.id, given.key) if given.key else None
        if before is not None:
            return before.confirmed
        written = answers.add(session, row.id, given, now=now)
        record.append(session, str(row.incident_id), [answer_facts.heard(written, given.actor)], now=now)
        return written.confirmed


def _usable(session: Session, link_id: UUID, now: datetime) -> Link:
    link = links.by_id(session, link_id)
    if link is None or not links.is_usable(link, now=now):
        raise errors.LinkUnusable("This link is no longer in use. Nothing was recorded. Call the desk.")
    return link


def _given(link: Link, form: Form) -> answers.Given:
    return answers.Given(
        contact_id=link.contact_id,
        actor=f"contact:{link.contact_id}",
        kind=form.answer.value,
        name=form.name,
        link_id=link.id,
        key=form.key,
        doubt=form.doubt,
        case_number=form.case_number,
        note=form.note,
        reason=form.reason if form.answer is notice.Answer.WILL_NOT_ACT else None,
        better_contact=form.better_contact if form.answer is notice.Answer.WRONG_CONTACT else None,
        happened_at=form.happened.at if form.happened else None,
    )


def _gone_before(session: Session, written: Answer, happened: Moment, actor: str, now: datetime) -> list[record.Fact]:
    """Items said to be finished before they were named were gone before; they are counted apart."""
    gone = [
        outcomes.Reported(one, Outcome.ALREADY_GONE, happened)
        for one in outcomes.owed(outcomes.of_notice(session, written.notice_id))
        if one.is_open and happened.is_before(one.named_at)
    ]
    _, facts = outcomes.write(session, written, gone, actor=actor, now=now)
    return facts


def _result(
    session: Session,
    row: Notice,
    answer_id: UUID,
    recorded_at: datetime,
    *,
    confirmed: bool,
    repeated: bool,
    needs_officer: bool = False,
) -> Acknowledged:
    return Acknowledged(
        answer_id=answer_id,
        notice_id=row.id,
        incident_id=row.incident_id,
        recorded_at=recorded_at,
        confirmed=confirmed,
        repeated=repeated,
        state=notice.State(row.state),
        needs_officer=needs_officer,
        items_open=outcomes.tally(session, row.id).open,
    )
