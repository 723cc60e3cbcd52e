"""Declare an incident: the form, what was understood of it, whom it reaches, the last word."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from crisis import errors
from crisis.domain import access, alert
from crisis.domain.declaration import Declaration
from crisis.store import db, platforms
from crisis.web import desk, guards
from crisis.web.incidents import content, declaration_form, flashes, reach, words
from crisis.web.incidents.content import Content
from crisis.web.incidents.declaration_form import Form
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext, ngettext
from crisis.workflows import declare, preview


@blueprint.get("/declare")
@guards.may(access.Action.WRITE_INCIDENTS)
def declare_form() -> Any:
    return _page(declaration_form.empty(), content.NOTHING)


@blueprint.post("/declare")
@guards.may(access.Action.WRITE_INCIDENTS)
def declare_incident() -> Any:
    """Show what the form would do; do it where the last button was pressed and nothing speaks against it."""
    form, given = declaration_form.read(request.form), content.read(request)
    wants_to_send = "confirm" in request.form
    faults = declaration_form.faults(form, given, now=desk.now(), is_final=wants_to_send)
    shown, shown_fault = _preview(form, given)
    if shown is None or faults or not wants_to_send:
        text = shown_fault or (gettext("Nothing was sent.") if wants_to_send and faults else "")
        return _page(form, given, faults=faults, text=text, shown=shown)
    if request.form["confirm"] != form.exercise:
        text = gettext("The button and the choice contradict each other. Nothing was sent. Choose again.")
        return _page(form, given, faults={"exercise": text}, shown=shown)
    if request.form.get("digest") != shown.digest:
        text = gettext("Something has changed since these numbers were shown. Nothing was sent. Look again, then send.")
        return _page(form, given, text=text, shown=shown)
    return _send(form, given, shown)


def _send(form: Form, given: Content, shown: reach.Reach) -> Any:
    try:
        declared = declare.declare(
            declaration_form.parse(form, given, now=desk.now()),
            settings=desk.settings(),
            now=desk.now(),
            actor=desk.actor(),
            seen=frozenset(request.form.getlist("seen")),
        )
    except (errors.SeenMeanwhile, errors.NobodyToReach, errors.InvalidInput) as error:
        again, _fault = _preview(form, given)
        return _page(form, given, text=str(error), shown=again or shown, status=error.status)
    desk.ring(*alert.Queue)
    counts = declared.counts
    told = ngettext("%(num)s alert leaves now", "%(num)s alerts leave now", counts["alerts"])
    asked = ngettext("to %(num)s platform", "to %(num)s platforms", counts["notices"])
    flashes.tell(f"{told} {asked}.")
    return redirect(f"/incidents/{declared.ref}", 303)


def _preview(form: Form, given: Content) -> tuple[reach.Reach | None, str]:
    """Whom the form would reach, even while its texts have faults; or why that can't be said."""
    if given.fault:
        return None, ""
    try:
        asked: Declaration = declaration_form.parse(form, given, now=desk.now(), only_content=True)
        found = preview.preview(asked, settings=desk.settings(), now=desk.now())
    except errors.InvalidInput as error:
        return None, "; ".join([str(error), *list(error.fields.values())[:3]])
    return reach.of(found, given), ""


def _page(
    form: Form,
    given: Content,
    *,
    faults: Mapping[str, str] | None = None,
    text: str = "",
    shown: reach.Reach | None = None,
    status: int = 200,
) -> Response | tuple[str, int]:
    failed = bool(faults or text)
    page = render_template(
        "incidents/declare.html",
        form=form,
        given=given,
        faults=faults or {},
        text=text,
        reach=shown,
        registered=_registered(),
        choices=declaration_form.choices(),
        exercise_prefix=declare.EXERCISE_PREFIX,
        words=words,
    )
    return page, (status if status != 200 else 422 if failed else 200)


def _registered() -> Sequence[tuple[str, str]]:
    """Every platform that can be alerted, by name: its registry id and name."""
    with db.reading() as session:
        every = platforms.snapshot(session)
    return sorted(((one.registry_id, one.name) for one in every), key=lambda pair: pair[1].casefold())
