"""Take the answer of a contact: one transaction writes it with everything that it changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import answering, key_text, notice
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.domain.item import Outcome
from crisis.store import answer_facts, answers, db, heard, link_pages, links, notices, outcomes
from crisis.store import records as record
from crisis.store.answer_facts import Written
from crisis.store.heard import Heard
from crisis.store.link_pages import Page
from crisis.store.links import Shown
from crisis.store.models import Link
from crisis.store.notices import Locked
from crisis.store.outcomes import Entry
from crisis.store.together import Together


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
    """What became of an answer, with its page and list as they are then.

    ``repeated``: the same form came before, nothing was changed.
    """

    said: Heard
    repeated: bool
    needs_officer: bool
    incident_id: UUID
    page: Page
    entries: list[Entry]  # withdrawn ones left out

    @property
    def answer_id(self) -> UUID:
        return self.said.id

    @property
    def notice_id(self) -> UUID:
        return self.page.notice_id

    @property
    def recorded_at(self) -> datetime:
        return self.said.recorded_at

    @property
    def confirmed(self) -> bool:
        return self.said.confirmed

    @property
    def state(self) -> notice.State:
        return self.page.state

    @property
    def items_open(self) -> int:
        return self.page.items_open


@dataclass(frozen=True, slots=True)
class _Sent:
    """A form on its way, by a link as it was when it was looked up."""

    link: Shown
    form: Form
    now: datetime

    @property
    def key(self) -> tuple[UUID, str]:
        """What is equal only where the same form was sent by the same link."""
        return self.link.link_id, self.form.key


@dataclass(slots=True)
class _Taken:
    """A form that was not there before: the request that it is about, what it says, what became of it."""

    sent: _Sent
    row: Locked
    given: answers.Given
    moved: Sequence[record.Fact | record.Told] = ()
    said: Heard | None = None
    needs_officer: bool = False

    @property
    def answer(self) -> notice.Answer:
        return self.sent.form.answer

    def done(self, now: datetime) -> Moment:
        """When it is said to have been done; now where nothing was claimed."""
        return self.sent.form.happened or Moment(now)


def answer(link: Shown, form: Form, *, now: datetime) -> Acknowledged:
    """Write down what was sent by a link that was found, and let it move the request unless there is doubt.

    Answers that arrive together share one transaction, and are recorded at the latest of their times.

    Raises:
        LinkUnusable: the link was revoked or has expired meanwhile.
    """
    return _answers.do(_Sent(link, form, now))


def _answer_all(sent: Sequence[_Sent]) -> list[Acknowledged | Exception]:
    now = max(one.now for one in sent)
    with db.transaction() as session:
        known = links.as_they_are_now(session, [one.link for one in sent])
        usable = {key: link for key, link in known.items() if links.is_usable(link, now=now)}
        rows = notices.lock_many(session, {link.notice_id for link in usable.values()})
        spoken = heard.of_notices(session, rows)
        before = {(one.link_id, one.form_key): one for said in spoken.values() for one in said}
        new: dict[tuple[UUID, str], _Taken] = {}
        for one in sent:
            link = usable.get(one.link.link_id)
            if link is not None and one.key not in before:
                new.setdefault(one.key, _Taken(one, rows[link.notice_id], _given(link, one.form)))
        facts = _write(session, list(new.values()), spoken, now=now)
        entries = outcomes.of_notices(session, rows)
        for incident_id in sorted(facts):
            record.append(session, str(incident_id), facts[incident_id], now=now)
    results: list[Acknowledged | Exception] = []
    for one in sent:
        link = usable.get(one.link.link_id)
        if link is None:
            results.append(_unusable())
            continue
        row = rows[link.notice_id]
        tally = outcomes.tally_of(entries[row.id])
        page = link_pages.of(link, tally, spoken[row.id], state=row.state)
        taken = new.get(one.key)
        is_new = taken is not None and taken.sent is one
        said = taken.said if taken is not None else before[one.key]
        assert said is not None
        needs_officer = taken is not None and is_new and taken.needs_officer
        seen = outcomes.not_withdrawn(entries[row.id])
        results.append(Acknowledged(said, not is_new, needs_officer, row.incident_id, page, seen))
    return results


_answers = Together(_answer_all)


def _write(
    session: Session, taken: Sequence[_Taken], so_far: Mapping[UUID, list[Heard]], *, now: datetime
) -> dict[UUID, list[record.Fact | record.Told]]:
    """Everything but the record; returns the facts for it by incident, and adds to what was said ``so_far``."""
    believed = [one for one in taken if one.given.doubt is None]
    spoken = [answers.Spoken(one.row, one.given, answering.said(one.answer), one.done(now)) for one in believed]
    # before anything is written down: each meets its request as those before it left it
    for one, (effect, facts) in zip(believed, answers.move_many(session, spoken, before=so_far, now=now), strict=True):
        one.moved, one.needs_officer = facts, bool(effect.tell)
    written = answers.add_many(session, [(one.row.id, one.given) for one in taken], now=now)
    told: dict[UUID, list[record.Fact | record.Told]] = {}
    for one, row in zip(taken, written, strict=True):
        one.said = heard.of(row)
        so_far[one.row.id].append(one.said)
        facts = told.setdefault(one.row.incident_id, [])
        facts += [answer_facts.heard(row, one.given.actor), *one.moved]
        if one.given.doubt is not None:
            answers.tell_officer(session, one.row, [answering.TELL_UNCONFIRMED], once=True, now=now)
            continue
        if one.answer in answering.SHOWS_LIST:
            facts.append(answer_facts.list_shown(row, one.given.actor))
        if one.answer is notice.Answer.DONE and one.sent.form.happened is not None:
            facts += _gone_before(session, row, one.sent.form.happened, one.given.actor, now)
    return told


def look_at_list(link_id: UUID, given: answers.Given, *, now: datetime) -> bool:
    """Write down that somebody asked for the list by name; it is no answer and moves nothing.

    Returns:
        Whether the list may be shown; not where there is doubt that a person asked.

    Raises:
        LinkUnusable: the link was revoked or has expired meanwhile.
    """
    with db.transaction() as session:
        link = _usable(session, link_id, now)
        row = notices.lock(session, link.notice_id)
        before = answers.find(session, link.id, given.key) if given.key else None
        if before is not None:
            return before.confirmed
        written = answers.add(session, row.id, given, now=now)
        record.append(session, str(row.incident_id), [answer_facts.heard(written, given.actor)], now=now)
        return written.confirmed


def _usable(session: Session, link_id: UUID, now: datetime) -> Link:
    link = links.by_id(session, link_id)
    if link is None or not links.is_usable(link, now=now):
        raise _unusable()
    return link


def _unusable() -> errors.LinkUnusable:
    return errors.LinkUnusable("This link is no longer in use. Nothing was recorded. Call the desk.")


def _given(link: Shown, form: Form) -> answers.Given:
    return answers.Given(
        contact_id=link.contact_id,
        actor=f"contact:{key_text.kept(link.contact_id)}",
        kind=form.answer.value,
        name=form.name,
        link_id=link.link_id,
        key=form.key,
        doubt=form.doubt,
        case_number=form.case_number,
        note=form.note,
        reason=form.reason if form.answer is notice.Answer.WILL_NOT_ACT else None,
        better_contact=form.better_contact if form.answer is notice.Answer.WRONG_CONTACT else None,
        happened_at=form.happened.at if form.happened else None,
    )


def _gone_before(session: Session, written: Written, happened: Moment, actor: str, now: datetime) -> list[record.Fact]:
    """Items said to be finished before they were named were gone before; they are counted apart."""
    gone = [
        outcomes.Reported(one, Outcome.ALREADY_GONE, happened)
        for one in outcomes.owed(outcomes.of_notice(session, written.notice_id))
        if one.is_open and happened.is_before(one.named_at)
    ]
    _, facts = outcomes.write(session, written, gone, actor=actor, now=now)
    return facts
