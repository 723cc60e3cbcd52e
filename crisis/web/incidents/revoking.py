"""Revoke the links of one contact, when a message went to the wrong hands."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template

from crisis import errors
from crisis.domain import access
from crisis.web import desk, guards
from crisis.web.incidents import flashes
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import overview, revoke_link


@blueprint.get("/<ref>/notices/<uuid:notice_id>/contacts/<uuid:contact_id>/revoke")
@guards.may(access.Action.WRITE_INCIDENTS)
def revoke_form(ref: str, notice_id: UUID, contact_id: UUID) -> Any:
    view = overview.incident(ref, now=desk.now())
    asked = view.notice(notice_id)
    contact = next((one for one in asked.contacts if one.id == contact_id), None) if asked else None
    if asked is None or contact is None:
        raise errors.NotFound(gettext("%(ref)s has no such contact. Open the row again.", ref=ref))
    return render_template("incidents/revoke.html", view=view, asked=asked, contact=contact)


@blueprint.post("/<ref>/notices/<uuid:notice_id>/contacts/<uuid:contact_id>/revoke")
@guards.may(access.Action.WRITE_INCIDENTS)
def revoke(ref: str, notice_id: UUID, contact_id: UUID) -> Any:
    count = revoke_link.revoke(ref, notice_id, contact_id, now=desk.now(), actor=desk.actor())
    flashes.tell(ngettext("%(num)s link opens nothing any more.", "%(num)s links open nothing any more.", count))
    return redirect(f"/incidents/{ref}?open={notice_id.hex}#n-{notice_id.hex}", 303)
