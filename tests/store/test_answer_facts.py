"""Facts of answers are the text that the record would have made of them, with everything that their kind needs."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from crisis.domain import answering, notice, records
from crisis.domain.answering import Standing
from crisis.domain.claimed import Moment
from crisis.store import answer_facts
from crisis.store.answer_facts import Written
from crisis.store.notices import Locked
from crisis.store.records import Told
from crisis.store.types import canonical

NOW = datetime(2026, 11, 21, 3, 10, tzinfo=UTC)
ANSWER, NOTICE, CONTACT, MAIL = (UUID(int=number) for number in (1, 2, 3, 4))
WRITTEN = Written(
    id=ANSWER,
    notice_id=NOTICE,
    contact_id=CONTACT,
    link_id=None,
    form_key=None,
    kind="acknowledge",
    confirmed=True,
    doubt=None,
    name='Ada "Fictional"\n',
    case_number=None,
    note=None,
    reason=None,
    better_contact=None,
    happened_at=None,
    recorded_at=NOW,
)
WHO = {"notice": str(NOTICE), "contact": str(CONTACT)}
SAID = {**WHO, "answer": str(ANSWER), "kind": "acknowledge"}
ASKED = Locked(NOTICE, UUID(int=5), UUID(int=6), NOW, "awaiting", None, None, None, None, None, None, False, False)
DOUBTED = WRITTEN._replace(confirmed=False, doubt="too_fast")


@pytest.mark.parametrize(
    ("told", "kind", "body"),
    [
        (answer_facts.heard(WRITTEN, "contact:3"), "notice.answered", SAID),
        (answer_facts.heard(WRITTEN, "x", search="found:2"), "notice.answered", {**SAID, "search": "found:2"}),
        (answer_facts.heard(WRITTEN, "x", search='"\\'), "notice.answered", {**SAID, "search": '"\\'}),
        (answer_facts.heard(WRITTEN, "x", mail=MAIL), "notice.answered", {**SAID, "mail": str(MAIL)}),
        (answer_facts.heard(DOUBTED, "x"), "answer.unconfirmed", {**SAID, "doubt": "too_fast"}),
        (answer_facts.list_shown(WRITTEN, "x"), "list.shown", {**WHO, "answer": str(ANSWER)}),
        (
            answer_facts.heard(WRITTEN._replace(kind="show_list"), "x"),
            "list.shown",
            {**WHO, "answer": str(ANSWER)},
        ),
    ],
)
def test_what_was_said_is_told_in_canonical_text(told: Told, kind: str, body: dict[str, str]) -> None:
    assert told.kind == kind
    assert told.body == canonical(body)
    records.check(told.kind, json.loads(told.body))


@pytest.mark.parametrize("first", [True, False])
def test_what_an_answer_moved_is_told_in_canonical_text(first: bool) -> None:
    before = Standing(notice.State.AWAITING, NOW, None, None, None, False, False, False, {})
    said = answering.said(notice.Answer.ACKNOWLEDGE)
    effect = answering.decide(before, said, contact_id=CONTACT, done=Moment(NOW), now=NOW)
    found = answer_facts.moved(
        ASKED, before, effect._replace(first_of_notice=first), who=(CONTACT, "x"), cancelled=[], now=NOW
    )
    assert [(one.kind.value, one.occurred_at, one.body) for one in found] == [
        ("notice.acknowledged", NOW, canonical({**WHO, "first": first})),
        ("notice.state", NOW, canonical({"notice": str(NOTICE), "state": "acknowledged", "was": "awaiting"})),
    ]
    for one in found:
        records.check(one.kind, json.loads(str(one.body)))
