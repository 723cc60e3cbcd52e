"""The desk's first page: what is open and most urgent, exercises, what ended lately, what works."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, render_template

from crisis.domain import access
from crisis.domain.overview import IncidentView
from crisis.store import agenda, platforms, records
from crisis.web import desk, guards, health
from crisis.web.language import gettext, ngettext
from crisis.workflows import overview

blueprint = Blueprint("home", __name__)

_STEPS_SHOWN = 6
_ENDED_SHOWN = 5
_KEPT = "crisis.home.views"
_MOST_KEPT = 40
_FRESH = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of what happens next by itself."""

    at: datetime
    ref: str
    text: str


@blueprint.get("/")
@guards.role()
def home() -> Any:
    if not desk.allowed(access.Action.READ_INCIDENTS):
        return render_template("home/without_incidents.html", parts=health.line())
    session = desk.session()
    real, drills = agenda.open_refs(session, exercises=False), agenda.open_refs(session, exercises=True)
    ended, how_many_ended = agenda.ended_refs(session, limit=_ENDED_SHOWN), agenda.how_many_ended(session)
    steps = [Step(row.due_at, row.ref, _words(row)) for row in agenda.due_next(session, limit=_STEPS_SHOWN)]
    registered = platforms.how_many(session)
    return render_template(
        "home/home.html",
        real=_urgent_first([_view(ref) for ref in real]),
        exercises=_urgent_first([_view(ref) for ref in drills]),
        ended=[_view(ref) for ref in ended],
        how_many_ended=how_many_ended,
        steps=steps,
        registered=registered,
        parts=health.line(),
        may_declare=desk.allowed(access.Action.WRITE_INCIDENTS),
    )


def _view(ref: str) -> IncidentView:
    """The incident; kept until its record goes on, and for two seconds while its clocks run."""
    kept: dict[str, IncidentView] = current_app.extensions.setdefault(_KEPT, {})
    view = kept.get(ref)
    if view is None or not _is_fresh(view):
        view = overview.incident(ref, now=desk.now())
        if len(kept) >= _MOST_KEPT:
            kept.clear()
        kept[ref] = view
    return view


def _is_fresh(view: IncidentView) -> bool:
    if view.is_open and not timedelta(0) <= desk.now() - view.now <= _FRESH:
        return False
    return records.heads(desk.session(), [str(view.id)]).get(str(view.id), 0) == view.head


def _urgent_first(views: list[IncidentView]) -> list[IncidentView]:
    """Those with more platforms that need somebody first; then the sooner aim."""
    return sorted(views, key=lambda view: (-view.totals.need_officer, view.target_at))


def _words(row: agenda.Row) -> str:
    count = row.how_many
    match row.action:
        case "next_contact" | "contact" | "all_on_duty":
            return ngettext(
                "Next contact of %(num)s platform, if it stays silent",
                "Next contact of %(num)s platforms, if they stay silent",
                count,
            )
        case "tell_officer" | "call":
            return ngettext(
                "The officer is told of %(num)s platform, if it stays silent",
                "The officer is told of %(num)s platforms, if they stay silent",
                count,
            )
        case "remind_without_outcome" | "remind_unfinished":
            return ngettext(
                "Reminder to %(num)s platform, if its answer is not finished",
                "Reminder to %(num)s platforms, if their answers are not finished",
                count,
            )
        case "last_warning":
            return ngettext(
                "Last warning to %(num)s platform, if its answer is not finished",
                "Last warning to %(num)s platforms, if their answers are not finished",
                count,
            )
        case "tell_next_officer" | "tell_all_officers":
            return ngettext(
                "The next officer is told of %(num)s matter, if nobody takes it",
                "The next officer is told of %(num)s matters, if nobody takes them",
                count,
            )
        case _:
            return gettext("A step of the ladder")
