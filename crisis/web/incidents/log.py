"""What happened, in sentences: the newest entries of the record, those of one kind at one time as one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from crisis.domain.overview import IncidentView
from crisis.web import states
from crisis.web.incidents import words
from crisis.web.incidents.entries import Entry
from crisis.web.language import gettext, ngettext

_ONE_THING = timedelta(seconds=60)  # entries of one kind closer than this are told as one
_LISTED = ("alerts.planned", "alerts.accepted", "alerts.delivered", "alerts.failed", "alerts.retry", "alerts.unknown",
           "alerts.cancelled")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence with the time at which we wrote the fact down (UTC)."""

    n: int
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class _Told:
    entry: Entry
    key: tuple[str, ...]
    count: int
    notices: int


def lines(found: Sequence[Entry], view: IncidentView, *, name_of: Callable[[str], str], limit: int) -> list[Line]:
    """The newest ``limit`` sentences.

    Args:
        found: entries of the record, newest first.
        name_of: the name of an actor of the record.
    """
    names = {str(one.id): one.platform_name for one in view.notices}
    told: list[_Told] = []
    for entry in found:
        key = _key(entry)
        if key is None:
            continue
        last = told[-1] if told else None
        if last is not None and last.key == key and last.entry.at - entry.at < _ONE_THING:
            told[-1] = replace(last, count=last.count + _count(entry), notices=last.notices + 1)
            continue
        if len(told) == limit:
            break
        told.append(_Told(entry, key, _count(entry), 1))
    return [Line(one.entry.n, one.entry.at, _sentence(one, names, name_of)) for one in told]


def _key(entry: Entry) -> tuple[str, ...] | None:
    """What makes two entries one sentence; ``None`` for an entry that another one tells better."""
    body = entry.body
    match entry.kind:
        case "matter.opened":
            return None  # who was told of it says more
        case "matter.ended":
            return (entry.kind, entry.actor, str(body.get("how")))
        case "notice.named" | "notice.acknowledged" | "alerts.started" | "alerts.resumed" | "answer.items":
            return None
        case "notice.state" if body.get("state") in ("acknowledged", "in_progress"):
            return None  # the answer that moved it says more
        case "notice.answered" if body.get("kind") in ("done", "will_not_act", "not_ours", "items"):
            return None  # the state that it led to says it
        case "mail.received" if body.get("kind") == "report":
            return None  # what it did to the alert says more
        case "mail.settled" if body.get("how") == "answered":
            return None
        case "timer.fired" if body.get("action") in ("tell_next_officer", "tell_all_officers"):
            return None  # who is told says more
        case "timer.fired":
            return (entry.kind, str(body.get("action")))
        case "item.outcome":
            return (entry.kind, str(body.get("notice")), str(body.get("outcome")))
        case kind if kind in _LISTED:
            return (kind,)
        case kind:
            return (
                kind,
                str(body.get("notice", "")),
                str(entry.n) if "notice" not in body else str(body.get("kind", "")),
            )


def _count(entry: Entry) -> int:
    listed = entry.body.get("alerts")
    return len(listed) if isinstance(listed, list) else 1


def _sentence(told: _Told, names: Mapping[str, str], name_of: Callable[[str], str]) -> str:
    entry, body = told.entry, told.entry.body
    platform = names.get(str(body.get("notice")), gettext("A platform"))
    if entry.kind in _LISTED:
        return _alerts(entry.kind, told.count)
    if entry.kind == "timer.fired":
        return _timer(str(body.get("action")), told.notices, platform)
    if entry.kind.startswith(("incident.", "items.", "item.", "update.")):
        return _by_the_desk(told, platform, name_of(entry.actor))
    if entry.kind.startswith("mail."):
        return _mail(entry, platform, name_of(entry.actor))
    return _by_a_platform(told, platform, body, name_of(entry.actor))


def _alerts(kind: str, count: int) -> str:
    return {
        "alerts.planned": ngettext("%(num)s alert planned", "%(num)s alerts planned", count),
        "alerts.accepted": ngettext("%(num)s alert accepted", "%(num)s alerts accepted", count),
        "alerts.delivered": ngettext("%(num)s alert delivered", "%(num)s alerts delivered", count),
        "alerts.failed": ngettext("%(num)s alert failed", "%(num)s alerts failed", count),
        "alerts.retry": ngettext("%(num)s alert waits to be retried", "%(num)s alerts wait to be retried", count),
        "alerts.unknown": ngettext("%(num)s alert without a result", "%(num)s alerts without a result", count),
        "alerts.cancelled": ngettext("%(num)s unsent alert cancelled", "%(num)s unsent alerts cancelled", count),
    }[kind]


def _timer(action: str, count: int, platform: str) -> str:
    """A step of the ladder; a timer fires for every platform and acts only where it applies."""
    texts = {
        "next_contact": gettext("Next contacts are alerted where nobody acknowledged"),
        "tell_officer": gettext("The officer is told who is silent"),
        "contact": gettext("A further contact is alerted where nobody acknowledged"),
        "all_on_duty": gettext("All on duty are alerted where nobody acknowledged"),
        "call": gettext("The officer is asked to call where nobody acknowledged"),
        "last_warning": gettext("Last warnings where it is not finished"),
        "remind_without_outcome": gettext("Reminders where there is no outcome yet"),
        "remind_unfinished": gettext("Reminders where it is not finished"),
        "tell_failed": gettext("The officer is told that an alert failed"),
        "tell_question": gettext("The officer is told of a question"),
        "tell_reply": gettext("The officer is told of a mail"),
        "tell_contradiction": gettext("The officer is told of a contradiction"),
        "tell_refusal": gettext("The officer is told who will not act"),
        "tell_wrong_contact": gettext("The officer is told of a wrong contact"),
        "tell_found": gettext("The officer is told that a search found copies"),
        "tell_unconfirmed": gettext("The officer is told of an answer that could not be confirmed"),
    }
    text = texts.get(action, action.replace("_", " "))
    return f"{platform}: {text}" if count == 1 else text


def _by_the_desk(told: _Told, platform: str, who: str) -> str:
    entry, body = told.entry, told.entry.body
    match entry.kind:
        case "incident.declared":
            return gettext("Declared by %(who)s", who=who)
        case "incident.stood_down":
            return gettext("Stood down by %(who)s", who=who)
        case "incident.reactivated":
            return gettext("Reactivated by %(who)s", who=who)
        case "items.named":
            number = len(body.get("items", ()))
            return ngettext("%(num)s item named, by %(who)s", "%(num)s items named, by %(who)s", number, who=who)
        case "item.outcome":
            outcome = states.word("item", str(body.get("outcome"))).lower()
            return ngettext(
                "%(platform)s: %(outcome)s, %(num)s item",
                "%(platform)s: %(outcome)s, %(num)s items",
                told.count,
                platform=platform,
                outcome=outcome,
            )
        case "item.withdrawn":
            return gettext("An item withdrawn by %(who)s", who=who)
        case "item.assigned":
            return gettext("An item assigned by %(who)s", who=who)
        case "update.sent":
            return gettext("Update sent by %(who)s", who=who)
        case _:
            return entry.kind.replace(".", ": ").replace("_", " ")


def _mail(entry: Entry, platform: str, who: str) -> str:
    if entry.kind == "mail.received":
        if entry.body.get("kind") == "reply":
            return gettext("%(platform)s: wrote a mail, which is no answer yet", platform=platform)
        return gettext("%(platform)s: an automatic reply", platform=platform)
    if entry.body.get("how") == "assigned":
        return gettext("A mail is from %(platform)s, says %(who)s", platform=platform, who=who)
    return gettext("A mail of %(platform)s set aside by %(who)s", platform=platform, who=who)


def _by_a_platform(told: _Told, platform: str, body: Mapping[str, Any], who: str) -> str:
    match told.entry.kind:
        case "notice.answered":
            return gettext("%(platform)s: %(answer)s", platform=platform, answer=words.answer(str(body.get("kind"))))
        case "notice.state":
            state = states.word("notice", str(body.get("state"))).lower()
            return gettext("%(platform)s: %(answer)s", platform=platform, answer=state)
        case "notice.contradiction":
            if not body.get("contradiction", True):
                return gettext("%(platform)s: the contradiction is gone", platform=platform)
            return gettext("%(platform)s: two contacts contradict each other", platform=platform)
        case "answer.unconfirmed":
            return gettext("%(platform)s: an answer that is not confirmed", platform=platform)
        case "list.shown":
            return gettext("%(platform)s: looked at the list", platform=platform)
        case "call.made" | "portal.used":
            return _by_a_person(told.entry.kind, platform, body, who)
        case "officer.told":
            number = len(body.get("notices", ()))
            return ngettext("Officer told about %(num)s platform", "Officer told about %(num)s platforms", number)
        case "matter.ended" if body.get("how") == "over":
            return gettext("%(platform)s: no officer is needed any more", platform=platform)
        case "matter.ended":
            return gettext("%(who)s sees to %(platform)s", who=who, platform=platform)
        case "link.revoked":
            return gettext("A link of %(platform)s revoked by %(who)s", platform=platform, who=who)
        case kind:
            return kind.replace(".", ": ").replace("_", " ")


def _by_a_person(kind: str, platform: str, body: Mapping[str, Any], who: str) -> str:
    if kind == "portal.used":
        return gettext("Request entered at the portal of %(platform)s by %(who)s", platform=platform, who=who)
    outcome = words.call(str(body.get("outcome")))
    return gettext("Call to %(platform)s: %(outcome)s, by %(who)s", platform=platform, outcome=outcome, who=who)
