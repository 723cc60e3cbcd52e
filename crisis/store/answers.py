"""Answers of contacts: what was said, by whom, and what it did to the request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, answering, item, notice, takedown
from crisis.domain.answering import Effect, Said, Standing
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.store import alerts, answer_facts, keys, timers
from crisis.store.models import Acknowledgement, Answer, Incident, ItemOutcome, Notice, NoticeItem
from crisis.store.records import Fact

#: Kinds of rows beside the answers of the page.
LIST, ITEMS = answer_facts.LIST, "items"

#: Officers are told at most this often of one kind of thing.
_TOLD_TOGETHER = timedelta(seconds=30)

#: What an answer of the platform makes needless, if it has not left yet.
_NEEDLESS = (alert.Purpose.ESCALATION, alert.Purpose.REMINDER)


@dataclass(frozen=True, slots=True)
class Given:
    """What came in: by whom, over which way, in which words. Times are UTC.

    ``key`` is the digest of the form: the same one again changes nothing; ``None`` for a call.
    ``actor`` is the contact, or whoever took it down for them.
    """

    contact_id: UUID
    actor: str
    kind: str
    name: str
    link_id: UUID | None = None
    key: str | None = None
    doubt: Doubt | None = None
    case_number: str | None = None
    note: str | None = None
    reason: str | None = None
    better_contact: str | None = None
    happened_at: datetime | None = None


def lock(session: Session, notice_id: UUID) -> Notice:
    """The request, kept from changes by others until the transaction ends.

    Its incident first, shared: whoever stands it down locks that first too, and neither waits for the other's rows.
    """
    owner = session.scalars(sa.select(Notice.incident_id).where(Notice.id == notice_id)).one()
    session.execute(sa.select(Incident.id).where(Incident.id == owner).with_for_update(read=True, key_share=True))
    query = sa.select(Notice).where(Notice.id == notice_id).with_for_update(key_share=True)
    return session.scalars(query.execution_options(populate_existing=True)).one()


def find(session: Session, link_id: UUID, key: str) -> Answer | None:
    """The answer that this very form has given already."""
    return session.scalars(sa.select(Answer).where(Answer.link_id == link_id, Answer.form_key == key)).one_or_none()


def of_notice(session: Session, notice_id: UUID) -> Sequence[Answer]:
    """Everything said about a request, oldest first, unconfirmed answers too."""
    query = sa.select(Answer).where(Answer.notice_id == notice_id).order_by(Answer.recorded_at, Answer.id)
    return session.scalars(query).all()


def add(session: Session, notice_id: UUID, given: Given, *, now: datetime) -> Answer:
    """Write down what was said; what it does to the request is another step."""
    row = Answer(
        id=keys.new(),
        notice_id=notice_id,
        contact_id=given.contact_id,
        link_id=given.link_id,
        form_key=given.key,
        kind=given.kind,
        confirmed=given.doubt is None,
        doubt=given.doubt.value if given.doubt else None,
        name=given.name,
        case_number=given.case_number or None,
        note=given.note or None,
        reason=given.reason or None,
        better_contact=given.better_contact or None,
        happened_at=given.happened_at,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return row


def standing(session: Session, row: Notice, contact_id: UUID) -> Standing:
    """The facts on which the next thing said by a contact meets the request."""
    acknowledged = session.get(Acknowledgement, (row.id, contact_id)) is not None
    return Standing(
        state=notice.State(row.state),
        named_at=row.named_at,
        acknowledged_at=row.acknowledged_at,
        done_at=row.done_at,
        ended_at=row.ended_at,
        question=row.question,
        contradiction=row.contradiction,
        contact_acknowledged=acknowledged,
        said=_last_words(session, row.id),
    )


def _last_words(session: Session, notice_id: UUID) -> Mapping[UUID, notice.State | None]:
    query = (
        sa.select(ItemOutcome.answer_id, ItemOutcome.outcome)
        .join(NoticeItem, NoticeItem.id == ItemOutcome.notice_item_id)
        .where(NoticeItem.notice_id == notice_id)
        .distinct()
    )
    outcomes: dict[UUID | None, set[item.Outcome]] = {}
    for answer_id, outcome in session.execute(query):
        outcomes.setdefault(answer_id, set()).add(item.Outcome(outcome))
    words: dict[UUID, notice.State | None] = {}
    for one in of_notice(session, notice_id):
        if not one.confirmed or one.kind == LIST:
            continue
        if one.kind == ITEMS:
            said = takedown.said(outcomes.get(one.id, ()), notice.Event.PROGRESS)
        else:
            said = answering.said(notice.Answer(one.kind))
        if not said.keeps_word:
            words[one.contact_id] = said.word
    return words


def take(
    session: Session,
    row: Notice,
    *,
    contact_id: UUID,
    kind: notice.Answer,
    name: str,
    actor: str,
    now: datetime,
    note: str | None = None,
) -> list[Fact]:
    """An answer that an officer took down for a contact; the request is locked. Returns facts for the record."""
    given = Given(contact_id=contact_id, actor=actor, kind=kind.value, name=name, note=note)
    answer = add(session, row.id, given, now=now)
    _, facts = move(session, row, given, answering.said(kind), done=Moment(now), now=now)
    return [answer_facts.heard(answer, given.actor), *facts]


def move(
    session: Session, row: Notice, given: Given, said: Said, *, done: Moment, now: datetime
) -> tuple[Effect, list[Fact]]:
    """Let what a contact said move the request, which is locked; the facts are for the end of the record.

    Timers of silence end with the first word; reminders that have not left are cancelled. Nothing of
    another platform is touched.
    """
    before = standing(session, row, given.contact_id)
    effect = answering.decide(before, said, contact_id=given.contact_id, done=done, now=now)
    if effect.first_of_contact:
        session.add(Acknowledgement(notice_id=row.id, contact_id=given.contact_id, at=now))
    cancelled: list[UUID] = []
    if effect.acknowledges:
        timers.cancel(session, row.id, "silence:", now=now)
        cancelled = alerts.cancel_for_notice(session, row.id, _NEEDLESS, now=now)
    _write(row, effect, name=given.name, now=now)
    session.flush()
    tell_officer(session, row, effect.tell, now=now)
    return effect, answer_facts.moved(
        row, before, effect, who=(given.contact_id, given.actor), cancelled=cancelled, now=now
    )


def tell_officer(session: Session, row: Notice, reasons: Iterable[str], *, once: bool = False, now: datetime) -> None:
    """Have the officers told; with ``once`` only the first time for this request.

    What comes in within one half minute is told in one message: a night's first answers come by the dozen.
    """
    for reason in reasons:
        ladder = f"answer:{reason}"
        timers.arm(
            session,
            incident_id=row.incident_id,
            notice_id=row.id,
            ladder=ladder,
            step=0 if once else timers.next_step(session, row.id, ladder),
            action=reason,
            starts_at=now,
            due_at=now + _TOLD_TOGETHER - timedelta(seconds=now.timestamp() % _TOLD_TOGETHER.total_seconds()),
        )


def _write(row: Notice, effect: Effect, *, name: str, now: datetime) -> None:
    row.state = effect.state.value
    row.ended_at = effect.ended_at
    row.question = effect.question
    row.contradiction = effect.contradiction
    if effect.first_of_notice:
        row.acknowledged_at, row.acknowledged_by = now, name
    if effect.first_done_at is not None:
        row.done_at, row.done_recorded_at = effect.first_done_at, now
