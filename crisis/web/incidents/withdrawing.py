"""Withdraw an item that was named by mistake: a reason, then a correction to exactly those who had it."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request

from crisis import errors
from crisis.domain import access, alert
from crisis.store import db, notices
from crisis.store.models import Item
from crisis.web import desk, guards
from crisis.web.incidents import flashes
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import overview, withdraw


@blueprint.get("/<ref>/items/<uuid:item_id>/withdraw")
@guards.may(access.Action.WRITE_INCIDENTS)
def withdraw_form(ref: str, item_id: UUID) -> Any:
    return _page(ref, item_id)


@blueprint.post("/<ref>/items/<uuid:item_id>/withdraw")
@guards.may(access.Action.WRITE_INCIDENTS)
def withdraw_item(ref: str, item_id: UUID) -> Any:
    reason = request.form.get("reason", "")
    try:
        told = withdraw.withdraw(
            ref, item_id, reason=reason, settings=desk.settings(), now=desk.now(), actor=desk.actor()
        )
    except errors.InvalidInput as error:
        return _page(ref, item_id, reason=reason, fault=str(error)), error.status
    desk.ring(*alert.Queue)
    corrected = ngettext("%(num)s address is told.", "%(num)s addresses are told.", told)
    flashes.tell(f"{gettext('Withdrawn.')} {corrected}")
    return redirect(f"/incidents/{ref}", 303)


def _page(ref: str, item_id: UUID, *, reason: str = "", fault: str = "") -> str:
    view = overview.incident(ref, now=desk.now())
    with db.reading() as session:
        item = session.get(Item, item_id)
        asked = {entry.notice_id for entry in notices.asked_about(session, item_id)}
    if item is None or item.incident_id != view.id:
        raise errors.NotFound(gettext("%(ref)s holds no such item. Open it again from the incident's page.", ref=ref))
    names = [one.platform_name for one in view.notices if one.id in asked]
    return render_template("incidents/withdraw.html", view=view, item=item, names=names, reason=reason, fault=fault)
