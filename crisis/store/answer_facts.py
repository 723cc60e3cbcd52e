"""Facts of the record that answers leave: what was said, and what it changed.

Answers come by the hundred a second: their bodies are written as canonical JSON at once. What is in them are keys and
words of our own, in which nothing has to be escaped; names of fields stand in the order of their letters.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from crisis.domain import key_text, records
from crisis.domain.answering import Effect, Standing
from crisis.store.notices import Locked
from crisis.store.records import Fact, Told, moment
from crisis.store.types import Canonical, canonical

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
) -> list[Fact | Told]:
    """What an answer changed; ``who`` is the contact and the actor."""
    contact_id, actor = who
    asked = key_text.kept(row.id)
    facts: list[Fact | Told] = []
    if effect.first_of_contact:
        first = "true" if effect.first_of_notice else "false"
        text = f'{{"contact":"{key_text.kept(contact_id)}","first":{first},"notice":"{asked}"}}'
        facts.append(Told(records.Kind.NOTICE_ACKNOWLEDGED, actor, now, Canonical(text)))
    if effect.state is not before.state:
        text = f'{{"notice":"{asked}","state":"{effect.state}","was":"{before.state}"}}'
        facts.append(Told(records.Kind.NOTICE_STATE, actor, effect.ended_at or now, Canonical(text)))
    if effect.contradiction is not before.contradiction:
        contradiction = {"notice": asked, "contradiction": effect.contradiction}
        facts.append(Fact(records.Kind.NOTICE_CONTRADICTION, actor, now, contradiction))
    if cancelled:
        at = moment(now)
        alerts = {"alerts": [[key_text.of(one), at] for one in cancelled]}
        facts.append(Fact(records.Kind.ALERTS_CANCELLED, actor, now, alerts))
    return facts


def heard(row: Written, actor: str, *, search: str | None = None, mail: UUID | None = None) -> Told:
    """That something was said: an answer, an unconfirmed one, or that the list was asked for by name.

    ``search`` is what was found of the hashes, ``mail`` the mail in which it was said.
    """
    if row.kind == LIST and row.confirmed:
        return list_shown(row, actor)
    doubt = f'"doubt":"{row.doubt}",' if row.doubt is not None else ""
    by_mail = f'"mail":"{mail}",' if mail is not None else ""
    found = f',"search":{canonical(search)}' if search is not None else ""
    text = f'{{{_who(row)},{doubt}"kind":"{row.kind}",{by_mail}"notice":"{key_text.kept(row.notice_id)}"{found}}}'
    kind = records.Kind.NOTICE_ANSWERED if row.confirmed else records.Kind.ANSWER_UNCONFIRMED
    return Told(kind, actor, row.happened_at or row.recorded_at, Canonical(text))


def list_shown(row: Written, actor: str) -> Told:
    """That the list of items was given out with, or after, what was said."""
    text = f'{{{_who(row)},"notice":"{key_text.kept(row.notice_id)}"}}'
    return Told(records.Kind.LIST_SHOWN, actor, row.recorded_at, Canonical(text))


def _who(row: Written) -> str:
    return f'"answer":"{key_text.kept(row.id)}","contact":"{key_text.kept(row.contact_id)}"'
