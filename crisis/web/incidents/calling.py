"""Record a call with one click: reached, no answer, wrong number."""

from typing import Any
from uuid import UUID

from flask import redirect, request

from crisis import errors
from crisis.domain import access
from crisis.web import desk, guards
from crisis.web.incidents import flashes, words
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext
from crisis.workflows import call


@blueprint.post("/<ref>/notices/<uuid:notice_id>/call")
@guards.may(access.Action.WRITE_INCIDENTS)
def record_call(ref: str, notice_id: UUID) -> Any:
    outcome = _outcome(request.form.get("outcome", ""))
    name = request.form.get("name", "").strip() if outcome is call.Outcome.REACHED else ""
    call.record_call(
        ref,
        notice_id,
        _endpoint(request.form.get("endpoint", "")),
        outcome,
        now=desk.now(),
        actor=desk.actor(),
        name=name,
        note=request.form.get("note", ""),
    )
    said = gettext("Call recorded: %(outcome)s.", outcome=words.call(outcome.value))
    flashes.tell(f"{said} {gettext('%(name)s acknowledged for them.', name=name)}" if name else said)
    if request.form.get("list"):
        return redirect(f"/incidents/{ref}/tasks", 303)
    return redirect(f"/incidents/{ref}?open={notice_id.hex}#n-{notice_id.hex}", 303)


def _outcome(text: str) -> call.Outcome:
    try:
        return call.Outcome(text)
    except ValueError:
        raise errors.InvalidInput(
            gettext("Say what came of the call: reached, no answer or wrong number."), fields={"outcome": "choose one"}
        ) from None


def _endpoint(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise errors.NotFound(gettext("The call names no number. Open the row again.")) from None
