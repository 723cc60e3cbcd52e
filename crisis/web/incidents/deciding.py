"""Stand an incident down, or make it active again: a reason, the numbers, the last word."""

from typing import Any

from flask import redirect, render_template, request

from crisis import errors
from crisis.domain import access, alert
from crisis.web import desk, guards
from crisis.web.incidents import flashes
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import overview, reactivate, stand_down


@blueprint.get("/<ref>/stand-down")
@guards.may(access.Action.WRITE_INCIDENTS)
def stand_down_form(ref: str) -> Any:
    return _page("incidents/stand_down.html", ref)


@blueprint.post("/<ref>/stand-down")
@guards.may(access.Action.WRITE_INCIDENTS)
def stand_down_incident(ref: str) -> Any:
    reason = request.form.get("reason", "")
    try:
        done = stand_down.stand_down(ref, reason, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        return _page("incidents/stand_down.html", ref, reason=reason, fault=str(error)), error.status
    desk.ring(*alert.Queue)
    told = ngettext("%(num)s address is told", "%(num)s addresses are told", done.told)
    stopped = ngettext("%(num)s unsent alert was cancelled", "%(num)s unsent alerts were cancelled", done.cancelled)
    flashes.tell(gettext("Stood down: %(told)s, %(stopped)s.", told=told, stopped=stopped))
    return redirect(f"/incidents/{ref}", 303)


@blueprint.get("/<ref>/reactivate")
@guards.may(access.Action.WRITE_INCIDENTS)
def reactivate_form(ref: str) -> Any:
    return _page("incidents/reactivate.html", ref)


@blueprint.post("/<ref>/reactivate")
@guards.may(access.Action.WRITE_INCIDENTS)
def reactivate_incident(ref: str) -> Any:
    reason = request.form.get("reason", "")
    try:
        reactivate.reactivate(ref, reason, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        return _page("incidents/reactivate.html", ref, reason=reason, fault=str(error)), error.status
    desk.ring(*alert.Queue)
    flashes.tell(gettext("Active again. What was cancelled goes on; those told of the stand-down are told."))
    return redirect(f"/incidents/{ref}", 303)


def _page(template: str, ref: str, *, reason: str = "", fault: str = "") -> str:
    view = overview.incident(ref, now=desk.now())
    return render_template(template, view=view, reason=reason, fault=fault)
