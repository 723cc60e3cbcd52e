"""Outcomes of items: what a platform says became of each address, one row for each time that it says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import item, records, takedown
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome
from crisis.store import arrays, keys
from crisis.store.answer_facts import Written
from crisis.store.models import Answer, Item, ItemOutcome, NoticeItem
from crisis.store.records import Fact

#: Reason of items that every platform is asked to search for; they owe one answer for the request.
SHARED = "shared"


class Entry(NamedTuple):
    """One item as asked of one platform, with its content. Times are UTC."""

    id: UUID
    item_id: UUID
    url: str | None
    content_key: str
    sha256: str | None
    md5: str | None
    pdq: str | None
    shared: bool
    named_at: datetime
    target_at: datetime
    state: Outcome

    @property
    def is_open(self) -> bool:
        return self.state in item.OPEN


_OUTCOMES = {one.value: one for one in Outcome}  # calling it costs ten times as much
_ENTRIES = (
    sa.select(
        *(NoticeItem.notice_id, NoticeItem.id, NoticeItem.item_id),
        *(Item.url, Item.content_key, Item.sha256, Item.md5, Item.pdq),
        *(NoticeItem.reason, NoticeItem.named_at, NoticeItem.target_at, NoticeItem.state),
    )
    .join(Item, Item.id == NoticeItem.item_id)
    .where(arrays.among(NoticeItem.notice_id, "notices"))
    .order_by(Item.position)
)


@dataclass(frozen=True, slots=True)
class Reported:
    """What is said about one entry; ``happened`` is ``None`` where no time was given."""

    entry: Entry
    outcome: Outcome
    happened: Moment | None = None
    note: str | None = None


def of_notice(session: Session, notice_id: UUID) -> list[Entry]:
    """The items of a request in the order in which they were named; withdrawn ones too, shared hashes too."""
    return of_notices(session, [notice_id])[notice_id]


def of_notices(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """The items of each request in the order in which they were named; withdrawn ones too, shared hashes too."""
    rows: Iterable[Any] = session.connection().execute(_ENTRIES, {"notices": notice_ids})
    found: dict[UUID, list[Entry]] = {one: [] for one in notice_ids}
    for notice_id, key, item_id, url, content_key, sha256, md5, pdq, reason, named_at, target_at, state in rows:
        hashes, shared = (sha256, md5, pdq), reason == SHARED
        entry = Entry(key, item_id, url, content_key, *hashes, shared, named_at, target_at, _OUTCOMES[state])
        found[notice_id].append(entry)
    return found


def not_withdrawn(entries: Iterable[Entry]) -> list[Entry]:
    """What a contact may still see of the list."""
    return [one for one in entries if one.state is not Outcome.WITHDRAWN]


def owed(entries: Iterable[Entry]) -> list[Entry]:
    """The entries that a platform owes an outcome for, one each: no shared hash, none withdrawn."""
    return [one for one in entries if not one.shared and one.state is not Outcome.WITHDRAWN]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items a request names, withdrawn ones left out. ``hashes``: to search for, by algorithm."""

    items: int
    open: int
    with_hash: int
    hashes: Mapping[str, int]


_HASHED = sa.case(
    (Item.sha256.is_not(None), "sha256"), (Item.pdq.is_not(None), "pdq"), (Item.md5.is_not(None), "md5"), else_=""
).label("hashed")
_COUNTS = (
    sa.select(NoticeItem.notice_id, NoticeItem.reason, NoticeItem.state, _HASHED, sa.func.count())
    .join(Item, Item.id == NoticeItem.item_id)
    .where(arrays.among(NoticeItem.notice_id, "notices"))
    .where(NoticeItem.state != Outcome.WITHDRAWN.value)
    .group_by(NoticeItem.notice_id, NoticeItem.reason, NoticeItem.state, _HASHED)
)


def tally(session: Session, notice_id: UUID) -> Tally:
    """The counts of a request, without reading its items one by one."""
    return tallies(session, [notice_id])[notice_id]


def tallies(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, Tally]:
    """The counts of each request, without reading their items one by one."""
    found: dict[UUID, list[Any]] = {one: [] for one in notice_ids}
    for notice_id, *counted in session.connection().execute(_COUNTS, {"notices": notice_ids}):
        found[notice_id].append(counted)
    return {notice_id: _tally(counted) for notice_id, counted in found.items()}


def _tally(counted: Iterable[tuple[str, str, str, int]]) -> Tally:
    items = still_open = with_hash = 0
    hashes: dict[str, int] = {}
    for reason, state, algorithm, count in counted:
        if reason == SHARED:
            hashes[algorithm] = hashes.get(algorithm, 0) + count
            continue
        items += count
        still_open += count if state in item.OPEN else 0
        with_hash += count if algorithm else 0
    return Tally(items, still_open, with_hash, hashes)


def tally_of(entries: Iterable[Entry]) -> Tally:
    """The counts of a request whose items were read already."""
    return _tally((SHARED if one.shared else "", one.state, _algorithm(one), 1) for one in not_withdrawn(entries))


def _algorithm(one: Entry) -> str:
    """The hash by which an entry is counted: as ``_HASHED`` says it to the database."""
    return (
        "sha256" if one.sha256 is not None else "pdq" if one.pdq is not None else "md5" if one.md5 is not None else ""
    )


def write(
    session: Session, answer: Written | Answer, reported: Sequence[Reported], *, actor: str, now: datetime
) -> tuple[dict[UUID, Outcome], list[Fact]]:
    """Write outcomes down; what was said before in the same words is left as it is.

    Returns:
        The new state by entry, of those that changed; the facts for the record.

    Raises:
        WrongState: an item takes no such outcome.
    """
    rows, states, facts = [], [], []
    changed: dict[UUID, Outcome] = {}
    for one in reported:
        settled = takedown.settle(
            one.entry.state, one.outcome, named_at=one.entry.named_at, happened=one.happened, now=now
        )
        if settled.outcome is one.entry.state and one.happened is None and not one.note:
            continue
        changed[one.entry.id] = settled.outcome
        rows.append(_row(answer, one, settled, actor, now))
        states.append(
            {
                "id": one.entry.id,
                "state": settled.outcome.value,
                "happened_at": settled.happened_at,
                "recorded_at": now,
            }
        )
        facts.append(_fact(answer, one.entry, settled, actor))
    if rows:
        session.execute(sa.insert(ItemOutcome), rows)
        session.execute(sa.update(NoticeItem), states)
    return changed, facts


def _row(
    answer: Written | Answer, one: Reported, settled: takedown.Settled, actor: str, now: datetime
) -> Mapping[str, object]:
    return {
        "id": keys.new(),
        "notice_item_id": one.entry.id,
        "answer_id": answer.id,
        "contact_id": answer.contact_id,
        "outcome": settled.outcome.value,
        "happened_at": settled.happened_at,
        "recorded_at": now,
        "recorded_by": actor,
        "note": one.note or None,
    }


def _fact(answer: Written | Answer, entry: Entry, settled: takedown.Settled, actor: str) -> Fact:
    body = {
        "notice": str(answer.notice_id),
        "item": str(entry.id),
        "outcome": settled.outcome.value,
        "answer": str(answer.id),
    }
    return Fact(records.Kind.ITEM_OUTCOME, actor, settled.happened_at, body)
