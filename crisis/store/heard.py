"""What was said about requests until now: read for many at once, oldest first."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import answering, item, notice, takedown
from crisis.domain.answering import Standing
from crisis.store import answer_facts, arrays
from crisis.store.models import Acknowledgement, Answer, ItemOutcome, NoticeItem
from crisis.store.notices import Locked

#: Kinds of rows beside the answers of the page.
LIST, ITEMS = answer_facts.LIST, "items"


class Heard(NamedTuple):
    """One thing that was said about a request, as far as others may see it or it counts later."""

    id: UUID
    notice_id: UUID
    contact_id: UUID
    link_id: UUID | None
    form_key: str | None
    name: str
    kind: str
    confirmed: bool
    recorded_at: datetime


_OF_NOTICES = (
    sa.select(*(getattr(Answer, name) for name in Heard._fields))
    .where(arrays.among(Answer.notice_id, "notices"))
    .order_by(Answer.recorded_at, Answer.id)
)


def of_notices(session: Session, notice_ids: Collection[UUID]) -> dict[UUID, list[Heard]]:
    """Everything said about each request, oldest first, unconfirmed answers too."""
    found: dict[UUID, list[Heard]] = {one: [] for one in notice_ids}
    for row in session.connection().execute(_OF_NOTICES, {"notices": notice_ids}):
        found[row.notice_id].append(Heard(*row))
    return found


_of = attrgetter(*Heard._fields)


def of(row: answer_facts.Written) -> Heard:
    """What others may see of an answer that was just written down."""
    return Heard._make(_of(row))


@dataclass(slots=True)
class SoFar:
    """What was said about one request until now: who acknowledged it, and the last word of each contact."""

    acknowledged: set[UUID] = field(default_factory=set)
    words: Mapping[UUID, notice.State | None] = field(default_factory=dict)

    def standing(self, row: Locked, contact_id: UUID) -> Standing:
        """The facts on which the next thing said by a contact meets the request."""
        return Standing(
            state=notice.State(row.state),
            named_at=row.named_at,
            acknowledged_at=row.acknowledged_at,
            done_at=row.done_at,
            ended_at=row.ended_at,
            question=row.question,
            contradiction=row.contradiction,
            contact_acknowledged=contact_id in self.acknowledged,
            said=self.words,
        )


_ACKNOWLEDGED = sa.select(Acknowledgement.notice_id, Acknowledgement.contact_id).where(
    arrays.among(Acknowledgement.notice_id, "notices")
)


def so_far(session: Session, heard: Mapping[UUID, Sequence[Heard]]) -> dict[UUID, SoFar]:
    """Where each of these requests stands after what was ``heard`` about it."""
    found = {one: SoFar() for one in heard}
    for notice_id, contact_id in session.connection().execute(_ACKNOWLEDGED, {"notices": heard.keys()}):
        found[notice_id].acknowledged.add(contact_id)
    outcomes = _outcomes(session, [key for key, said in heard.items() if any(one.kind == ITEMS for one in said)])
    for notice_id, answers in heard.items():
        for one in answers:
            if not one.confirmed or one.kind == LIST:
                continue
            if one.kind == ITEMS:
                said = takedown.said(outcomes.get(one.id, ()), notice.Event.PROGRESS)
            else:
                said = answering.said(notice.Answer(one.kind))
            found[notice_id].words = answering.last_words(found[notice_id].words, one.contact_id, said)
    return found


def _outcomes(session: Session, notice_ids: Collection[UUID]) -> Mapping[UUID | None, set[item.Outcome]]:
    """What was said of items, by the answer that said it."""
    found: dict[UUID | None, set[item.Outcome]] = {}
    if notice_ids:
        query = (
            sa.select(ItemOutcome.answer_id, ItemOutcome.outcome)
            .join(NoticeItem, NoticeItem.id == ItemOutcome.notice_item_id)
            .where(NoticeItem.notice_id.in_(notice_ids))
            .distinct()
        )
        for row in session.execute(query):
            found.setdefault(row.answer_id, set()).add(item.Outcome(row.outcome))
    return found
