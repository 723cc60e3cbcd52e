"""Tests that every entry of an incident's record is told in a sentence, as a person would say it."""

from typing import Any

import pytest

from crisis.domain import answering, duty, ladder
from crisis.domain.records import Kind
from crisis.reports import sentences

OTHER_STREAMS = ("platform", "contact", "endpoint", "domain", "ladder", "user", "token")
OF_INCIDENTS = {kind for kind in Kind if kind.value.split(".")[0] not in OTHER_STREAMS}
DECLARED = {
    "purpose": "real",
    "kind": "terrorist-violent-extremist",
    "severity": "extreme",
    "tlp": "AMBER",
    "aim_minutes": 60,
    "member_states": "BE NL",
}

#: kind, its facts, the sentence
TOLD: list[tuple[Kind, dict[str, Any], str]] = [
    (
        Kind.INCIDENT_DECLARED,
        DECLARED,
        "declared: real, terrorist or violent extremist content, extreme, BE NL, TLP:AMBER; our aim 60 minutes",
    ),
    (Kind.INCIDENT_STOOD_DOWN, {}, "stood down"),
    (Kind.INCIDENT_REACTIVATED, {}, "reactivated: what was asked holds again"),
    (Kind.INCIDENT_CLOSED, {}, "closed"),
    (Kind.INCIDENT_CANCELLED, {}, "cancelled"),
    (Kind.ITEMS_NAMED, {"items": 1, "batch": 2, "merged": 0, "unrouted": 0}, "1 item named, batch 2"),
    (
        Kind.ITEMS_NAMED,
        {"items": 120, "batch": 1, "merged": 8, "unrouted": 4},
        "120 items named, batch 1, 8 spelled otherwise merged into them, 4 of no platform that we know",
    ),
    (Kind.ITEM_OUTCOME, {"outcome": "disabled_in_eu"}, "of one item: disabled in all Member States"),
    (Kind.ITEM_ASSIGNED, {}, "an item of no known platform was assigned to one"),
    (
        Kind.ITEM_WITHDRAWN,
        {"notices": 1, "reason": "A report by the press."},
        "an item withdrawn by us, which 1 platform had been asked about: A report by the press.",
    ),
    (Kind.NOTICE_NAMED, {"ask": "act", "items": 3, "batch": 1}, "asked to act: 3 items, batch 1"),
    (Kind.NOTICE_NAMED, {"ask": "search", "items": 0, "batch": 1}, "asked to search"),
    (Kind.NOTICE_NAMED, {"ask": "inform", "items": 0, "batch": 1}, "informed by one mail"),
    (Kind.NOTICE_ACKNOWLEDGED, {"first": True}, "acknowledged, the first of this platform"),
    (Kind.NOTICE_ACKNOWLEDGED, {"first": False}, "acknowledged by one more contact"),
    (Kind.NOTICE_ANSWERED, {"kind": "will_not_act"}, "answered “will not act”"),
    (Kind.NOTICE_ANSWERED, {"kind": "items", "search": "found:3"}, "answered “outcomes for items”; search: found 3"),
    (Kind.NOTICE_STATE, {"state": "done", "was": "in_progress"}, "state: done (was in progress)"),
    (Kind.NOTICE_STATE, {"state": "withdrawn"}, "state: withdrawn"),
    (Kind.NOTICE_CONTRADICTION, {"contradiction": True}, "two contacts contradict each other"),
    (Kind.NOTICE_CONTRADICTION, {"contradiction": False}, "the contradiction is settled"),
    (
        Kind.ANSWER_UNCONFIRMED,
        {"kind": "acknowledge", "doubt": "too_fast"},
        "an answer that could not be confirmed, “has it”: sent under two seconds after its page",
    ),
    (Kind.LIST_SHOWN, {}, "the list of items was shown"),
    (Kind.ALERTS_PLANNED, {"alerts": 2}, "2 alerts planned"),
    (Kind.ALERTS_ACCEPTED, {"alerts": 1}, "1 alert accepted"),
    (Kind.ALERTS_RETRY, {"alerts": 2}, "2 alerts to be tried again"),
    (Kind.ALERTS_UNKNOWN, {"alerts": 2}, "2 alerts without a known result"),
    (Kind.ALERTS_DELIVERED, {"alerts": 1, "by": "delivery_report"}, "1 alert said to be delivered"),
    (Kind.ALERTS_FAILED, {"alerts": 2}, "2 alerts failed"),
    (Kind.ALERTS_CANCELLED, {"alerts": 2}, "2 alerts not yet sent, cancelled"),
    (Kind.ALERTS_RESUMED, {"alerts": 2}, "2 alerts planned again"),
    (Kind.TIMER_FIRED, {"action": "next_contact"}, "due: the next contact, where nobody acknowledged"),
    (Kind.TIMER_FIRED, {"action": "tell_question"}, "due: the officer, told of a question"),
    (
        Kind.OFFICER_TOLD,
        {"action": "tell_failed", "notices": 1},
        "the officer was told that an alert failed (1 platform)",
    ),
    (
        Kind.OFFICER_TOLD,
        {"action": "silent", "notices": 3},
        "the officer was told who has not acknowledged (3 platforms)",
    ),
    (Kind.MATTER_OPENED, {"reason": "silent"}, "an officer is needed: who has not acknowledged"),
    (Kind.MATTER_ENDED, {"how": "taken"}, "an officer took it"),
    (Kind.UPDATE_SENT, {}, "an update was sent"),
    (Kind.CALL_MADE, {"outcome": "no_answer"}, "called: no answer"),
    (Kind.PORTAL_USED, {}, "entered at the platform’s portal"),
    (Kind.LINK_REVOKED, {}, "a contact’s link was revoked"),
    (Kind.MAIL_RECEIVED, {"kind": "reply"}, "a person wrote a mail, which was no answer yet"),
    (Kind.MAIL_RECEIVED, {"kind": "report", "status": "failed"}, "a mail host reported on an alert"),
    (Kind.MAIL_SETTLED, {"how": "answered"}, "a mail was taken down as an answer"),
]


def test_every_kind_of_an_incident_has_a_sentence_and_an_example_here() -> None:
    assert set(sentences.SENTENCES) == OF_INCIDENTS
    assert {kind for kind, _, _ in TOLD} == OF_INCIDENTS


@pytest.mark.parametrize(("kind", "facts", "told"), TOLD, ids=lambda value: value if isinstance(value, Kind) else "")
def test_an_entry_is_a_plain_sentence(kind: Kind, facts: dict[str, Any], told: str) -> None:
    assert sentences.of(kind.value, facts) == told


def test_a_kind_that_this_version_does_not_know_is_said_by_its_name() -> None:
    assert sentences.of("notice.handed_over", {}) == "notice handed over"


def test_every_reason_to_tell_the_officer_and_every_step_has_words() -> None:
    told = {value for name, value in vars(answering).items() if name.startswith("TELL_")}
    assert told | {"tell_failed", "last_warning", *duty.SILENCE} == set(sentences.REASONS)
    assert told | {action.value for action in (*ladder.Action, *duty.Action)} <= set(sentences.STEPS)
    assert {one.value for one in duty.How} == set(sentences.ENDS)
