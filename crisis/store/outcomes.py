"""Outcomes of items: what a platform says became of each address, one row for each time that it says so."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import item, records, takedown
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome
from crisis.store import keys, notices
from crisis.store.models import Answer, Item, ItemOutcome, NoticeItem
from crisis.store.records import Fact

#: Reason of items that every platform is asked to search for; they owe one answer for the request.
SHARED = "shared"


@dataclass(frozen=True, slots=True)
class Entry:
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


@dataclass(frozen=True, slots=True)
class Reported:
    """What is said about one entry; ``happened`` is ``None`` where no time was given."""

    entry: Entry
    outcome: Outcome
    happened: Moment | None = None
    note: str | None = None


def of_notice(session: Session, notice_id: UUID) -> list[Entry]:
    """The items of a request in the order in which they were named; withdrawn ones too, shared hashes too."""
    return [_entry(row, content) for row, content in notices.items_of(session, notice_id)]


def _entry(row: NoticeItem, content: Item) -> Entry:
    return Entry(
        id=row.id,
        item_id=row.item_id,
        url=content.url,
        content_key=content.content_key,
        sha256=content.sha256,
        md5=content.md5,
        pdq=content.pdq,
        shared=row.reason == SHARED,
        named_at=row.named_at,
        target_at=row.target_at,
        state=Outcome(row.state),
    )


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


def tally(session: Session, notice_id: UUID) -> Tally:
    """The counts of a request, without reading its items one by one."""
    hashed = sa.case(
        (Item.sha256.is_not(None), "sha256"), (Item.pdq.is_not(None), "pdq"), (Item.md5.is_not(None), "md5"), else_=""
    )
    kind = hashed.label("kind")
    query = (
        sa.select(NoticeItem.reason, NoticeItem.state, kind, sa.func.count())
        .join(Item, Item.id == NoticeItem.item_id)
        .where(NoticeItem.notice_id == notice_id, NoticeItem.state != Outcome.WITHDRAWN.value)
        .group_by(NoticeItem.reason, NoticeItem.state, kind)
    )
    items = still_open = with_hash = 0
    hashes: dict[str, int] = {}
    for reason, state, algorithm, count in session.execute(query):
        if reason == SHARED:
            hashes[algorithm] = hashes.get(algorithm, 0) + count
            continue
        items += count
        still_open += count if Outcome(state) in item.OPEN else 0
        with_hash += count if algorithm else 0
    return Tally(items, still_open, with_hash, hashes)


def write(
    session: Session, answer: Answer, reported: Sequence[Reported], *, actor: str, now: datetime
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


def _row(answer: Answer, one: Reported, settled: takedown.Settled, actor: str, now: datetime) -> Mapping[str, object]:
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


def _fact(answer: Answer, entry: Entry, settled: takedown.Settled, actor: str) -> Fact:
    body = {
        "notice": str(answer.notice_id),
        "item": str(entry.id),
        "outcome": settled.outcome.value,
        "answer": str(answer.id),
    }
    return Fact(records.Kind.ITEM_OUTCOME, actor, settled.happened_at, body)
