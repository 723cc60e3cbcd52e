"""Send an update: a message in the officer's own words to everybody alerted."""

from typing import Any

from flask import redirect, render_template, request

from crisis import errors
from crisis.domain import access, alert
from crisis.web import desk, guards
from crisis.web.incidents import flashes
from crisis.web.incidents.routes import blueprint
from crisis.web.language import ngettext
from crisis.workflows import overview, update


@blueprint.get("/<ref>/update")
@guards.may(access.Action.WRITE_INCIDENTS)
def update_form(ref: str) -> Any:
    return _page(ref)


@blueprint.post("/<ref>/update")
@guards.may(access.Action.WRITE_INCIDENTS)
def send_update(ref: str) -> Any:
    text = request.form.get("text", "").replace("\r\n", "\n")
    try:
        sent = update.send(ref, text, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        return _page(ref, text=text, fault=str(error)), error.status
    desk.ring(*alert.Queue)
    flashes.tell(
        ngettext("Update on its way to %(num)s address.", "Update on its way to %(num)s addresses.", sent.told)
    )
    return redirect(f"/incidents/{ref}", 303)


def _page(ref: str, *, text: str = "", fault: str = "") -> str:
    view = overview.incident(ref, now=desk.now())
    return render_template("incidents/update.html", view=view, text=text, fault=fault)
