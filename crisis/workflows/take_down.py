"""Take reports of outcomes: one item, many, or all of a request, written in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import answering, item, notice, takedown
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome
from crisis.store import answer_facts, answers, db, links, notices, outcomes
from crisis.store import records as record
from crisis.store.answer_facts import Written
from crisis.store.answers import Given
from crisis.store.models import Answer
from crisis.store.notices import Locked
from crisis.store.outcomes import Entry, Reported


@dataclass(frozen=True, slots=True)
class Told:
    """The outcome of one item, named by its entry's or item's id; without a time it is now."""

    item_id: UUID
    outcome: Outcome
    happened: Moment | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ForAll:
    """One outcome for every item that has none yet and is not named by itself."""

    outcome: Outcome
    happened: Moment | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Reports:
    """What came in together. ``search`` is ``none``, ``found:<n>`` or ``cannot``."""

    told: Sequence[Told] = ()
    for_all: ForAll | None = None
    search: str | None = None


@dataclass(frozen=True, slots=True)
class TakenDown:
    """What became of a report. ``repeated``: the same form came before, nothing was changed."""

    answer_id: UUID
    notice_id: UUID
    incident_id: UUID
    recorded_at: datetime
    confirmed: bool
    repeated: bool
    changed: int
    items_open: int
    state: notice.State
    needs_officer: bool


def report(notice_id: UUID, reports: Reports, *, given: Given, now: datetime) -> TakenDown:
    """Write down outcomes, and move the request: done when nothing is owed any more, else in progress.

    ``given.kind`` is ``items``; with a doubt the report is kept as unconfirmed and changes no item.

    Raises:
        InvalidInput: an item is not of this request, or takes no such outcome; nothing was written.
        LinkUnusable: the link it came by was revoked or has expired meanwhile.
    """
    with db.transaction() as session:
        _check_link(session, notice_id, given, now)
        row = notices.lock(session, notice_id)
        before = answers.find(session, given.link_id, given.key) if given.link_id and given.key else None
        if before is not None:
            return _result(session, row, before, changed=0, repeated=True)
        written = answers.add(session, row.id, given, now=now)
        facts: list[record.Fact | record.Told] = [answer_facts.heard(written, given.actor, search=reports.search)]
        changed, needs_officer = 0, False
        if given.doubt is None:
            changed, needs_officer, moved = _apply(session, row, written, reports, given, now)
            facts += moved
        else:
            answers.tell_officer(session, row, [answering.TELL_UNCONFIRMED], once=True, now=now)
        record.append(session, str(row.incident_id), facts, now=now)
        return _result(session, row, written, changed=changed, needs_officer=needs_officer)


def _check_link(session: Session, notice_id: UUID, given: Given, now: datetime) -> None:
    if given.link_id is None:
        return
    link = links.by_id(session, given.link_id)
    if link is None or link.notice_id != notice_id or not links.is_usable(link, now=now):
        raise errors.LinkUnusable("This link is no longer in use. Nothing was recorded. Call the desk.")


def _apply(
    session: Session, row: Locked, written: Written, reports: Reports, given: Given, now: datetime
) -> tuple[int, bool, list[record.Fact | record.Told]]:
    entries = outcomes.of_notice(session, row.id)
    reported = _reported(entries, reports)
    changed, facts = outcomes.write(session, written, reported, actor=given.actor, now=now)
    if reports.search is not None and takedown.check_search(reports.search) != row.search_result:
        row.search_result = reports.search
    states = [changed.get(one.id, one.state) for one in outcomes.owed(entries)]
    owes_search = row.search_result is None and any(
        one.shared and one.state is not Outcome.WITHDRAWN for one in entries
    )
    event = takedown.event(states, of_notice=notice.State(row.state), search_owed=owes_search)
    said = takedown.said((one.outcome for one in reported), event, search=reports.search)
    effect, moved = answers.move(session, row, given, said, done=_done(reported, now), now=now)
    return len(changed), bool(effect.tell), [*facts, *moved]


def _reported(entries: Sequence[Entry], reports: Reports) -> list[Reported]:
    by_id = {one.id: one for one in entries} | {one.item_id: one for one in entries}
    reported: dict[UUID, Reported] = {}
    faults: dict[str, str] = {}
    for place, told in enumerate(reports.told):
        entry = by_id.get(told.item_id)
        if entry is None or entry.shared:
            faults[f"items[{place}].id"] = "no item of this request"
            continue
        try:
            item.advance(entry.state, told.outcome)
        except errors.WrongState as wrong:
            faults[f"items[{place}].outcome"] = str(wrong)
        reported[entry.id] = Reported(entry, told.outcome, told.happened, told.note)
    if faults:
        raise errors.InvalidInput("Some outcomes don't fit; nothing was recorded. Correct them.", fields=faults)
    if reports.for_all is not None:
        for entry in outcomes.owed(entries):
            if entry.is_open and entry.id not in reported:
                every = reports.for_all
                reported[entry.id] = Reported(entry, every.outcome, every.happened, every.note)
    return list(reported.values())


def _done(reported: Sequence[Reported], now: datetime) -> Moment:
    """When the last of them is said to have happened; now where one has no time."""
    moments = [one.happened for one in reported]
    if not moments or None in moments:
        return Moment(now)
    return max((one for one in moments if one is not None), key=lambda one: one.at)


def _result(
    session: Session,
    row: Locked,
    written: Answer | Written,
    *,
    changed: int,
    repeated: bool = False,
    needs_officer: bool = False,
) -> TakenDown:
    return TakenDown(
        answer_id=written.id,
        notice_id=row.id,
        incident_id=row.incident_id,
        recorded_at=written.recorded_at,
        confirmed=written.confirmed,
        repeated=repeated,
        changed=changed,
        items_open=outcomes.tally(session, row.id).open,
        state=notice.State(row.state),
        needs_officer=needs_officer,
    )
