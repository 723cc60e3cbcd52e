"""Facts of the record that answers leave: what was said, and what it changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from crisis.domain import key_text, records
from crisis.domain.answering import Effect, Standing
from crisis.store.notices import Locked
from crisis.store.records import Fact, moment

#: The kind of a row that says that the list was asked for by name.
LIST = "show_list"


class Written(NamedTuple):
    """An answer that was just written down: the columns of its row. Times are UTC."""

    id: UUID
    notice_id: UUID
    contact_id: UUID
    link_id: UUID | None
    form_key: str | None
    kind: str
    confirmed: bool
    doubt: str | None
    name: str
    case_number: str | None
    note: str | None
    reason: str | None
    better_contact: str | None
    happened_at: datetime | None
    recorded_at: datetime


def moved(
    row: Locked, before: Standing, effect: Effect, *, who: tuple[UUID, str], cancelled: Sequence[UUID], now: datetime
) -> list[Fact]:
    """What an answer changed; ``who`` is the contact and the actor."""
    contact_id, actor = who
    facts: list[Fact] = []
    body: dict[str, object]
    if effect.first_of_contact:
        body = {"notice": key_text.of(row.id), "contact": key_text.of(contact_id), "first": effect.first_of_notice}
        facts.append(Fact(records.Kind.NOTICE_ACKNOWLEDGED, actor, now, body))
    if effect.state is not before.state:
        occurred_at = effect.ended_at or now
        body = {"notice": key_text.of(row.id), "state": effect.state.value, "was": before.state.value}
        facts.append(Fact(records.Kind.NOTICE_STATE, actor, occurred_at, body))
    if effect.contradiction is not before.contradiction:
        body = {"notice": key_text.of(row.id), "contradiction": effect.contradiction}
        facts.append(Fact(records.Kind.NOTICE_CONTRADICTION, actor, now, body))
    if cancelled:
        at = moment(now)
        body = {"alerts": [[key_text.of(one), at] for one in cancelled]}
        facts.append(Fact(records.Kind.ALERTS_CANCELLED, actor, now, body))
    return facts


def heard(row: Written, actor: str, *, search: str | None = None) -> Fact:
    """That something was said: an answer, an unconfirmed one, or that the list was asked for by name."""
    if row.kind == LIST and row.confirmed:
        return list_shown(row, actor)
    body = {**_who(row), "answer": key_text.of(row.id), "kind": row.kind}
    if search is not None:
        body["search"] = search
    if row.doubt is not None:
        body["doubt"] = row.doubt
    kind = records.Kind.NOTICE_ANSWERED if row.confirmed else records.Kind.ANSWER_UNCONFIRMED
    return Fact(kind, actor, row.happened_at or row.recorded_at, body)


def list_shown(row: Written, actor: str) -> Fact:
    """That the list of items was given out with, or after, what was said."""
    return Fact(records.Kind.LIST_SHOWN, actor, row.recorded_at, {**_who(row), "answer": key_text.of(row.id)})


def _who(row: Written) -> dict[str, str]:
    return {"notice": key_text.of(row.notice_id), "contact": key_text.of(row.contact_id)}
