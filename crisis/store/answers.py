"""Answers of contacts: what was said, by whom, and what it did to the request."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, answering, notice
from crisis.domain.answering import Effect, Said, Standing
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.store import alerts, answer_facts, arrays, bulk, heard, keys, notices, timers
from crisis.store.answer_facts import Written
from crisis.store.heard import Heard
from crisis.store.models import Acknowledgement, Alert, Answer
from crisis.store.notices import Locked
from crisis.store.records import Fact, Told

#: Kinds of rows beside the answers of the page.
LIST, ITEMS = heard.LIST, heard.ITEMS

#: Officers are told at most this often of one kind of thing.
_TOLD_TOGETHER = timedelta(seconds=30)

#: What an answer of the platform makes needless, if it has not left yet.
_NEEDLESS = (alert.Purpose.ESCALATION, alert.Purpose.REMINDER)


class Given(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one contact said to a request that is locked."""

    row: Locked
    given: Given
    said: Said
    done: Moment


_WAITING = sa.select(Alert.id, Alert.notice_id).where(
    arrays.among(Alert.notice_id, "notices"),
    Alert.purpose.in_([purpose.value for purpose in _NEEDLESS]),
)


def find(session: Session, link_id: UUID, key: str) -> Answer | None:
    """The answer that this very form has given already."""
    return session.scalars(sa.select(Answer).where(Answer.link_id == link_id, Answer.form_key == key)).one_or_none()


def of_notice(session: Session, notice_id: UUID) -> Sequence[Heard]:
    """Everything said about a request, oldest first, unconfirmed answers too."""
    return heard.of_notices(session, [notice_id])[notice_id]


def add(session: Session, notice_id: UUID, given: Given, *, now: datetime) -> Written:
    """Write down what was said; what it does to the request is another step."""
    return add_many(session, [(notice_id, given)], now=now)[0]


def add_many(session: Session, said: Sequence[tuple[UUID, Given]], *, now: datetime) -> list[Written]:
    """Write down what was said about these requests, in this order; what it does to them is another step."""
    rows = [
        Written(
            id=key,
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
        for key, (notice_id, given) in zip(keys.many(len(said)), said, strict=True)
    ]
    bulk.write(session, Answer, Written._fields, rows)
    return rows


def take(
    session: Session,
    row: Locked,
    *,
    contact_id: UUID,
    kind: notice.Answer,
    name: str,
    actor: str,
    now: datetime,
    note: str | None = None,
) -> list[Fact | Told]:
    """An answer that an officer took down for a contact; the request is locked. Returns facts for the record."""
    given = Given(contact_id=contact_id, actor=actor, kind=kind.value, name=name, note=note)
    answer = add(session, row.id, given, now=now)
    _, facts = move(session, row, given, answering.said(kind), done=Moment(now), now=now)
    return [answer_facts.heard(answer, given.actor), *facts]


def move(
    session: Session, row: Locked, given: Given, said: Said, *, done: Moment, now: datetime
) -> tuple[Effect, list[Fact | Told]]:
    """``move_many`` for one."""
    return move_many(session, [Spoken(row, given, said, done)], now=now)[0]


def move_many(
    session: Session, spoken: Sequence[Spoken], *, now: datetime, before: Mapping[UUID, Sequence[Heard]] | None = None
) -> list[tuple[Effect, list[Fact | Told]]]:
    """Let what contacts said move their requests, one after the other; the facts are for the end of the record.

    The requests are locked. Timers of silence end with the first word; reminders that have not left are
    cancelled. Nothing of another platform is touched.

    Args:
        before: what was said about these requests, where it was read since they are locked.
    """
    if not spoken:
        return []
    about = {one.row.id for one in spoken}
    before = heard.of_notices(session, about) if before is None else {key: before[key] for key in about}
    so_far = heard.so_far(session, before)
    decided: list[tuple[Spoken, Standing, Effect]] = []
    for one in spoken:
        contact_id, until_now = one.given.contact_id, so_far[one.row.id]
        standing = until_now.standing(one.row, contact_id)
        effect = answering.decide(standing, one.said, contact_id=contact_id, done=one.done, now=now)
        decided.append((one, standing, effect))
        until_now.words = answering.last_words(until_now.words, contact_id, one.said)
        if effect.first_of_contact:
            until_now.acknowledged.add(contact_id)
        _write(one.row, effect, name=one.given.name, now=now)
    first = [(one.row.id, one.given.contact_id) for one, _, effect in decided if effect.first_of_contact]
    bulk.insert(session, Acknowledgement, [{"notice_id": key, "contact_id": who, "at": now} for key, who in first])
    cancelled = _end_silence(session, {one.row.id for one, _, effect in decided if effect.acknowledges}, now=now)
    notices.save(session, {one.row.id: one.row for one in spoken}.values())
    moved = []
    for one, standing, effect in decided:
        tell_officer(session, one.row, effect.tell, now=now)
        needless = cancelled.pop(one.row.id, []) if effect.acknowledges else []
        who = (one.given.contact_id, one.given.actor)
        facts = answer_facts.moved(one.row, standing, effect, who=who, cancelled=needless, now=now)
        moved.append((effect, facts))
    return moved


def _end_silence(session: Session, notice_ids: Collection[UUID], *, now: datetime) -> dict[UUID | None, list[UUID]]:
    """End what waits for a first word about these requests; returns the alerts that were cancelled, by request."""
    if not notice_ids:
        return {}
    timers.cancel_many(session, notice_ids, "silence:", now=now)
    found: dict[UUID | None, list[UUID]] = {}
    # mostly there is none; looked up by request alone, which no statistics of the table can mislead
    needless = {row.id: row.notice_id for row in session.connection().execute(_WAITING, {"notices": notice_ids})}
    if needless:
        for alert_id in sorted(alerts.cancel(session, Alert.id.in_(list(needless)), now=now)):
            found.setdefault(needless[alert_id], []).append(alert_id)
    return found


def tell_officer(session: Session, row: Locked, reasons: Iterable[str], *, once: bool = False, now: datetime) -> None:
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


def _write(row: Locked, effect: Effect, *, name: str, now: datetime) -> None:
    row.state = effect.state.value
    row.ended_at = effect.ended_at
    row.question = effect.question
    row.contradiction = effect.contradiction
    if effect.first_of_notice:
        row.acknowledged_at, row.acknowledged_by = now, name
    if effect.first_done_at is not None:
        row.done_at, row.done_recorded_at = effect.first_done_at, now
