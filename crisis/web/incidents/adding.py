"""Add items to an open incident, and assign those that belong to nobody."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from crisis import errors
from crisis.domain import access, alert
from crisis.domain.overview import IncidentView
from crisis.store import db, incidents, platforms
from crisis.store.models import Item
from crisis.web import desk, guards
from crisis.web.incidents import content, declaration_form, flashes, reach, words
from crisis.web.incidents.content import Content
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import add_items, assign, overview, preview


@blueprint.get("/<ref>/items")
@guards.may(access.Action.WRITE_INCIDENTS)
def items_form(ref: str) -> Any:
    return _page(overview.incident(ref, now=desk.now()), content.NOTHING)


@blueprint.post("/<ref>/items")
@guards.may(access.Action.WRITE_INCIDENTS)
def add(ref: str) -> Any:
    """Show what would be added; add it where the last button was pressed for exactly that."""
    view, given = overview.incident(ref, now=desk.now()), content.read(request)
    shown, fault = _preview(view, given)
    if shown is None:
        return _page(view, given, fault=fault)
    if "confirm" not in request.form:
        return _page(view, given, shown=shown)
    if request.form.get("digest") != shown.digest:
        text = gettext("Something has changed since these numbers were shown. Nothing was sent. Look again, then send.")
        return _page(view, given, fault=text, shown=shown)
    try:
        added = add_items.add(
            ref, given.items, settings=desk.settings(), now=desk.now(), actor=desk.actor(), assign=given.assign
        )
    except errors.InvalidInput as error:
        return _page(view, given, fault=str(error), shown=shown)
    desk.ring(*alert.Queue)
    items = ngettext("%(num)s item added", "%(num)s items added", added.counts["items"])
    alerts = ngettext("%(num)s alert leaves now", "%(num)s alerts leave now", added.counts["alerts"])
    flashes.tell(gettext("Batch %(number)s: %(items)s, %(alerts)s.", number=added.batch, items=items, alerts=alerts))
    return redirect(f"/incidents/{ref}", 303)


@blueprint.post("/<ref>/items/<uuid:item_id>/assign")
@guards.may(access.Action.WRITE_INCIDENTS)
def assign_item(ref: str, item_id: UUID) -> Any:
    registry_id = request.form.get("platform", "")
    if not registry_id:
        raise errors.InvalidInput(
            gettext("Choose the platform that holds the item."), fields={"platform": "choose one"}
        )
    number = assign.assign(ref, item_id, registry_id, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    desk.ring(*alert.Queue)
    flashes.tell(gettext("Assigned, in batch %(number)s.", number=number))
    return redirect(f"/incidents/{ref}/items#unrouted", 303)


def _preview(view: IncidentView, given: Content) -> tuple[reach.Reach | None, str]:
    if given.fault:
        return None, given.fault
    if given.is_empty:
        return None, gettext("Paste at least one address or hash, or choose a file.")
    form = declaration_form.Form(audience="affected", exercise="exercise" if view.exercise else "real")
    try:
        asked = declaration_form.parse(form, given, now=desk.now(), only_content=True)
        found = preview.preview(asked, settings=desk.settings(), now=desk.now())
    except errors.InvalidInput as error:
        return None, "; ".join([str(error), *list(error.fields.values())[:3]])
    return reach.of(found, given), ""


def _page(
    view: IncidentView, given: Content, *, fault: str = "", shown: reach.Reach | None = None
) -> Response | tuple[str, int]:
    waiting, registered = _unrouted(view)
    page = render_template(
        "incidents/items.html",
        view=view,
        given=given,
        fault=fault,
        reach=shown,
        waiting=waiting,
        registered=registered,
        words=words,
        flashes=flashes.taken(),
    )
    return page, 422 if fault else 200


def _unrouted(view: IncidentView) -> tuple[Sequence[Item], Sequence[tuple[str, str]]]:
    """Items that no platform is asked about, and every platform that could be."""
    with db.reading() as session:
        waiting = incidents.unrouted(session, view.id)
        every = platforms.snapshot(session)
    return waiting, sorted(((one.registry_id, one.name) for one in every), key=lambda pair: pair[1].casefold())
