"""Take matters with one click: nobody else is told of them any more."""

from typing import Any
from uuid import UUID

from flask import redirect, request

from crisis import errors
from crisis.domain import access
from crisis.web import desk, guards
from crisis.web.incidents import flashes
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import take_matter


@blueprint.post("/<ref>/matters/take")
@guards.may(access.Action.WRITE_INCIDENTS)
def take(ref: str) -> Any:
    ids = [_id(text) for text in request.form.getlist("matter")]
    taken = take_matter.take(ref, ids, now=desk.now(), actor=desk.actor())
    if taken:
        flashes.tell(ngettext("You took %(num)s matter.", "You took %(num)s matters.", taken))
    else:
        flashes.tell(gettext("Somebody had taken it already."))
    return redirect(f"/incidents/{ref}#matters", 303)


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise errors.NotFound(gettext("There is no such matter. Load the page again.")) from None
