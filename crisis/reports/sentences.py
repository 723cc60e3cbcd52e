"""What an entry of an incident's record says, as a plain sentence; every kind has one."""

from collections.abc import Callable, Mapping
from typing import Any

from crisis.domain.records import Kind
from crisis.reports import words

#: The facts of an entry as ``timeline`` gives them: lists of ids are their length.
Facts = Mapping[str, Any]

_ASKED = {"act": "asked to act", "search": "asked to search", "inform": "informed by one mail"}

#: Why the officer was told, by what a timer or the ladder calls it.
REASONS = {
    "silent": "who has not acknowledged",
    "no_next_contact": "that there is nobody else to alert",
    "call": "whom to call",
    "no_phone": "that there is no number to call",
    "last_warning": "who has not finished",
    "tell_failed": "that an alert failed",
    "tell_question": "of a question",
    "tell_reply": "of a mail that a platform wrote",
    "tell_contradiction": "of a contradiction",
    "tell_refusal": "who will not act",
    "tell_wrong_contact": "of a wrong contact",
    "tell_found": "that a search found copies",
    "tell_unconfirmed": "of an answer that could not be confirmed",
}

#: How a matter of the officers ended.
ENDS = {
    "taken": "an officer took it",
    "acted": "an officer acted on it",
    "over": "no officer is needed any more",
}

#: What came in by mail, and what an officer made of a person's.
MAILS = {
    "reply": "a person wrote a mail, which was no answer yet",
    "auto_reply": "an automatic reply came in",
    "report": "a mail host reported on an alert",
}
SETTLED = {
    "answered": "taken down as an answer",
    "set_aside": "set aside, as it was no answer",
    "assigned": "found to be from this platform",
}

#: What a step of the ladder looks after.
STEPS = {
    **{action: f"the officer, told {reason}" for action, reason in REASONS.items()},
    "next_contact": "the next contact, where nobody acknowledged",
    "contact": "a contact, where nobody acknowledged",
    "all_on_duty": "all on duty, where nobody acknowledged",
    "call": "a call, where nobody acknowledged",
    "tell_officer": "the officer, where nobody acknowledged",
    "remind_without_outcome": "a reminder, where there is no outcome",
    "remind_unfinished": "a reminder, where it is not finished",
    "last_warning": "a last warning, where it is not finished",
    "tell_next_officer": "the next officer, where nobody took it",
    "tell_all_officers": "all officers, where nobody took it",
}


def of(kind: str, facts: Facts) -> str:
    """The sentence of one entry; a kind that this version does not know is said by its name."""
    known = SENTENCES.get(kind)
    return words.plain(kind.replace(".", " ")) if known is None else known(facts)


def _declared(facts: Facts) -> str:
    states = f", {facts['member_states']}" if facts.get("member_states") else ""
    return (
        f"declared: {words.plain(facts['purpose'])}, {words.plain(facts['kind'])}, {facts['severity']}{states}, "
        f"TLP:{facts['tlp']}; our aim {facts['aim_minutes']} minutes"
    )


def _items_named(facts: Facts) -> str:
    said = [f"{words.count(facts['items'], 'item')} named, batch {facts['batch']}"]
    if facts["merged"]:
        said.append(f"{facts['merged']} spelled otherwise merged into them")
    if facts["unrouted"]:
        said.append(f"{facts['unrouted']} of no platform that we know")
    return ", ".join(said)


def _item_withdrawn(facts: Facts) -> str:
    asked = words.count(facts["notices"], "platform")
    return f"an item withdrawn by us, which {asked} had been asked about: {facts['reason']}"


def _notice_named(facts: Facts) -> str:
    asked = _ASKED.get(facts["ask"], words.plain(facts["ask"]))
    return f"{asked}: {words.count(facts['items'], 'item')}, batch {facts['batch']}" if facts["items"] else asked


def _acknowledged(facts: Facts) -> str:
    return "acknowledged, the first of this platform" if facts["first"] else "acknowledged by one more contact"


def _answered(facts: Facts) -> str:
    said = "outcomes for items" if facts["kind"] == "items" else words.plain(facts["kind"])
    searched = f"; search: {words.search(facts['search'])}" if facts.get("search") else ""
    return f"answered “{said}”{searched}"


def _state(facts: Facts) -> str:
    was = f" (was {words.plain(facts['was'])})" if facts.get("was") else ""
    return f"state: {words.plain(facts['state'])}{was}"


def _contradiction(facts: Facts) -> str:
    return "two contacts contradict each other" if facts["contradiction"] else "the contradiction is settled"


def _unconfirmed(facts: Facts) -> str:
    return f"an answer that could not be confirmed, “{words.plain(facts['kind'])}”: {words.plain(facts['doubt'])}"


def _told(facts: Facts) -> str:
    reason = REASONS.get(facts["action"], words.plain(facts["action"]))
    return f"the officer was told {reason} ({words.count(facts['notices'], 'platform')})"


def _alerts(what: str) -> Callable[[Facts], str]:
    return lambda facts: f"{words.count(facts['alerts'], 'alert')} {what}"


#: A sentence for each kind of an incident's stream.
SENTENCES: dict[str, Callable[[Facts], str]] = {
    Kind.INCIDENT_DECLARED: _declared,
    Kind.INCIDENT_STOOD_DOWN: lambda _: "stood down",
    Kind.INCIDENT_REACTIVATED: lambda _: "reactivated: what was asked holds again",
    Kind.INCIDENT_CLOSED: lambda _: "closed",
    Kind.INCIDENT_CANCELLED: lambda _: "cancelled",
    Kind.ITEMS_NAMED: _items_named,
    Kind.ITEM_OUTCOME: lambda facts: f"of one item: {words.plain(facts['outcome'])}",
    Kind.ITEM_ASSIGNED: lambda _: "an item of no known platform was assigned to one",
    Kind.ITEM_WITHDRAWN: _item_withdrawn,
    Kind.NOTICE_NAMED: _notice_named,
    Kind.NOTICE_ACKNOWLEDGED: _acknowledged,
    Kind.NOTICE_ANSWERED: _answered,
    Kind.NOTICE_STATE: _state,
    Kind.NOTICE_CONTRADICTION: _contradiction,
    Kind.ANSWER_UNCONFIRMED: _unconfirmed,
    Kind.LIST_SHOWN: lambda _: "the list of items was shown",
    Kind.ALERTS_PLANNED: _alerts("planned"),
    Kind.ALERTS_ACCEPTED: _alerts("accepted"),
    Kind.ALERTS_RETRY: _alerts("to be tried again"),
    Kind.ALERTS_UNKNOWN: _alerts("without a known result"),
    Kind.ALERTS_DELIVERED: _alerts("said to be delivered"),
    Kind.ALERTS_FAILED: _alerts("failed"),
    Kind.ALERTS_CANCELLED: _alerts("not yet sent, cancelled"),
    Kind.ALERTS_RESUMED: _alerts("planned again"),
    Kind.TIMER_FIRED: lambda facts: f"due: {STEPS.get(facts['action'], words.plain(facts['action']))}",
    Kind.OFFICER_TOLD: _told,
    Kind.MATTER_OPENED: lambda facts: (
        f"an officer is needed: {REASONS.get(facts['reason'], words.plain(facts['reason']))}"
    ),
    Kind.MATTER_ENDED: lambda facts: ENDS.get(facts["how"], words.plain(facts["how"])),
    Kind.UPDATE_SENT: lambda _: "an update was sent",
    Kind.CALL_MADE: lambda facts: f"called: {words.plain(facts['outcome'])}",
    Kind.PORTAL_USED: lambda _: "entered at the platform’s portal",
    Kind.LINK_REVOKED: lambda _: "a contact’s link was revoked",
    Kind.MAIL_RECEIVED: lambda facts: MAILS.get(facts["kind"], "a mail came in"),
    Kind.MAIL_SETTLED: lambda facts: f"a mail was {SETTLED.get(facts['how'], words.plain(facts['how']))}",
}
