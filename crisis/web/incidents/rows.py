"""The rows of an incident page: each notice with its band, its state as shown and its next step."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from markupsafe import Markup

from crisis.domain import notice, totals
from crisis.domain.overview import IncidentView, NoticeView
from crisis.web.incidents import lane
from crisis.web.language import gettext

#: From top to bottom. Need you: a person of the desk has something to do.
BANDS = ("need", "with", "finished", "informed")

_SHOWN_BEFORE_STATE = ("unreachable", "contradiction", "question", "silent")
_RED = frozenset({"unreachable"})


@dataclass(frozen=True, slots=True)
class Row:
    """What one line of the table shows. Two rows are equal if nothing but the time has moved on."""

    view: NoticeView = field(compare=False)
    facts: tuple[object, ...]
    band: str
    shown: str
    tone: str  # bad, warn or nothing: the edge of the row
    next_step: str
    next_at: datetime | None
    urgent: bool  # the next step is the officer's
    lane: Markup = field(compare=False)

    @property
    def id(self) -> str:
        return self.view.id.hex


def rows(view: IncidentView) -> list[Row]:
    """Every notice of the incident, in the order of the page."""
    until = view.now if view.is_open else (view.stood_down_at or view.now)
    words = _words()
    found = [_row(one, view, words, until=until) for one in view.notices]
    found.sort(key=_place)
    return found


def in_bands(found: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each band, in order."""
    bands: dict[str, list[Row]] = {band: [] for band in BANDS}
    for one in found:
        bands[one.band].append(one)
    return bands


def _row(one: NoticeView, view: IncidentView, words: Mapping[str, str], *, until: datetime) -> Row:
    shown = _shown(one)
    band = _band(one, shown, is_open=view.is_open)
    urgent = band == "need"
    step, at = (_own_step(one, shown, words), None) if urgent else _ladder_step(one, words)
    tone = ("bad" if shown in _RED else "warn") if urgent else ""
    return Row(
        view=one,
        facts=_facts(one),
        band=band,
        shown=shown,
        tone=tone,
        next_step=step if view.is_open else "",
        next_at=at if view.is_open else None,
        urgent=urgent,
        lane=lane.draw(one, shown=shown, aim=view.aim, until=until),
    )


def _shown(one: NoticeView) -> str:
    if one.ask is notice.Ask.INFORM and one.state is notice.State.AWAITING and "unreachable" not in one.flags:
        return "informed"
    return next((flag for flag in _SHOWN_BEFORE_STATE if flag in one.flags), one.state.value)


def _band(one: NoticeView, shown: str, *, is_open: bool) -> str:
    if not one.asked and shown != "unreachable" and "reply" not in one.flags:
        return "informed"
    if is_open and (totals.needs_officer(one) or shown == "unreachable"):
        return "need"
    return "finished" if one.state in notice.FINISHED else "with"


def _place(one: Row) -> tuple[object, ...]:
    return (BANDS.index(one.band), one.tone != "bad", -one.view.items.open, one.view.platform_name.casefold())


def _own_step(one: NoticeView, shown: str, words: Mapping[str, str]) -> str:
    """What the officer should do now."""
    if shown == "unreachable":
        return words["call"] if one.phones else words["find_address"]
    if shown == "silent":
        return words["call"] if one.phones else words["find_phone"]
    return next((words[name] for name in (shown, *one.flags) if name in words), words["look"])


def _ladder_step(one: NoticeView, words: Mapping[str, str]) -> tuple[str, datetime | None]:
    """What the ladder does by itself, and when."""
    step = one.next_step
    return ("", None) if step is None else (words.get(step.action, words["tell_officer"]), step.due_at)


def _words() -> Mapping[str, str]:
    """Every next step in the reader's language, looked up once for all rows."""
    return {
        "call": gettext("call now"),
        "find_address": gettext("find address"),
        "find_phone": gettext("find a phone"),
        "look": gettext("look at it"),
        # by what the row shows, else by its flags
        "contradiction": gettext("ask which holds"),
        "question": gettext("answer it"),
        "reply": gettext("read their mail"),
        "will_not_act": gettext("read reason"),
        "items_open": gettext("ask: all of them?"),
        "unconfirmed": gettext("confirm by phone"),
        "wrong_contact": gettext("see who is named"),
        # by the action of the ladder
        "next_contact": gettext("next contact"),
        "contact": gettext("next contact"),
        "all_on_duty": gettext("all on duty"),
        "last_warning": gettext("last warning"),
        "tell_officer": gettext("officer told"),
        "remind_without_outcome": gettext("remind"),
        "remind_unfinished": gettext("remind"),
    }


def _facts(one: NoticeView) -> tuple[object, ...]:
    """All of a notice that does not move with the clock: when this differs, the row has news."""
    return (
        one.state,
        one.flags,
        one.target_at,
        one.evidence,
        one.acknowledged_at,
        one.acknowledged_by,
        one.done_at,
        one.items,
        tuple(sorted(one.item_states.items())),
        one.search_result,
        tuple((alert.id, alert.state, alert.attempts_started, alert.detail) for alert in one.alerts),
        tuple(call.id for call in one.calls),
        tuple(use.id for use in one.portal_uses),
        one.call_asked,
        tuple(answer.id for answer in one.answers),
        tuple((mail.id, mail.state, mail.notice_id) for mail in one.mails),
        one.last_sign_at,
        one.next_step,
    )
