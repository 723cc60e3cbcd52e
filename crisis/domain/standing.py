"""What follows from the facts of one notice at one moment: evidence, flags, the last sign of life."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from crisis.domain import alert, answering, evidence, notice
from crisis.domain.evidence import Evidence, Kind
from crisis.domain.overview import ItemCounts
from crisis.domain.shown import AlertView, AnswerView, CallView, MailView, PortalView

#: What an accepted message proves by itself: mail goes through our relay, a webhook answers in person.
_BY_CHANNEL = {
    alert.Channel.EMAIL: Kind.OUR_RELAY,
    alert.Channel.APPRISE: Kind.OUR_RELAY,
    alert.Channel.WEBHOOK: Kind.THEIR_SERVER,
}

#: Answers after which we know that the platform itself has the request. A wrong contact is not one;
#: whoever only looked at the list gave none.
_ANSWERS = frozenset(one.value for one in notice.Answer if answering.said(one).event) | {"items"}

_ASKS_OFFICER = (
    *("unreachable", "contradiction", "question", "reply"),
    *("silent", "items_open", "unconfirmed", "wrong_contact"),
)


def evidence_of(
    alerts: Iterable[AlertView],
    calls: Iterable[CallView],
    answers: Iterable[AnswerView],
    portal_uses: Iterable[PortalView] = (),
) -> tuple[Evidence, ...]:
    """The first evidence of each kind, weakest kind first."""
    found = []
    for one in alerts:
        if one.accepted_at is not None and one.state is not alert.State.FAILED:  # what came back proves nothing
            found.append(Evidence(Kind(one.evidence) if one.evidence else _BY_CHANNEL[one.channel], one.accepted_at))
        if one.delivered_at is not None and one.delivered_by is not None:
            found.append(Evidence(Kind(one.delivered_by), one.delivered_at))
    found += [Evidence(Kind.PORTAL, one.used_at) for one in portal_uses]
    found += [Evidence(Kind.REACHED_BY_PHONE, one.called_at) for one in calls if one.outcome == "reached"]
    found += [Evidence(Kind.ANSWERED, one.recorded_at) for one in answers if one.confirmed and one.kind in _ANSWERS]
    return tuple(evidence.earliest_of_each_kind(found))


def is_unreachable(
    state: notice.State, alert_states: Mapping[str, int], proofs: Sequence[Evidence], *, has_task: bool
) -> bool:
    """Whether nothing got through and nothing is on its way: every alert failed, or there was none to send.

    A platform that has only a phone or a portal (``has_task``) is not unreachable: a person of the desk can try.
    """
    if state is not notice.State.AWAITING or proofs:
        return False
    hopeful = sum(alert_states.get(one.value, 0) for one in (*alert.OPEN, alert.State.ACCEPTED, alert.State.DELIVERED))
    if hopeful:
        return False
    if any(alert_states.values()):
        return bool(alert_states.get(alert.State.FAILED.value))  # what we cancelled proves nothing
    return not has_task


def is_silent(
    ask: notice.Ask, state: notice.State, *, named_at: datetime, silent_after: timedelta, until: datetime
) -> bool:
    """Whether a platform that was asked for something has not answered for ``silent_after`` or longer."""
    return ask is not notice.Ask.INFORM and state is notice.State.AWAITING and until - named_at >= silent_after


def flags(  # the facts are many; each flag is one of them
    *,
    state: notice.State,
    items: ItemCounts,
    contradiction: bool,
    question: bool,
    unreachable: bool,
    silent: bool,
    answers: Iterable[AnswerView],
    mails: Iterable[MailView] = (),
) -> tuple[str, ...]:
    """The words that ask for the officer, gravest first."""
    latest = _latest_by_contact(answers)
    raised = {
        "unreachable": unreachable,
        "contradiction": contradiction,
        "question": question,
        "reply": any(one.is_open for one in mails),
        "silent": silent and not unreachable,
        "items_open": state is notice.State.DONE and items.open > 0,
        "unconfirmed": state is notice.State.AWAITING and any(not one.confirmed for one in latest),
        "wrong_contact": state is notice.State.AWAITING
        and any(one.confirmed and one.kind == notice.Answer.WRONG_CONTACT for one in latest),
    }
    return tuple(name for name in _ASKS_OFFICER if raised[name])


def last_sign(
    calls: Iterable[CallView], answers: Iterable[AnswerView], opened_at: datetime | None
) -> tuple[datetime | None, str | None]:
    """The last sign of life and its kind. An opened page is one, though never evidence."""
    signs = [(one.recorded_at, "answered") for one in answers]
    signs += [(one.called_at, "reached_by_phone") for one in calls if one.outcome == "reached"]
    if opened_at is not None:
        signs.append((opened_at, "opened"))
    return max(signs, default=(None, None))


def _latest_by_contact(answers: Iterable[AnswerView]) -> list[AnswerView]:
    latest: dict[object, AnswerView] = {}
    for one in sorted(answers, key=lambda answer: answer.recorded_at):
        latest[one.contact_id] = one
    return list(latest.values())
