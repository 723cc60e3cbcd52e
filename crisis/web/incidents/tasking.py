"""The call list: whom to call and where to enter a request, taken with one click, with what to say."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request

from crisis import errors
from crisis.domain import access, alert
from crisis.store import tasks as task_rows
from crisis.web import desk, guards, times
from crisis.web.incidents import flashes, tasks, words
from crisis.web.incidents.routes import blueprint
from crisis.web.language import gettext
from crisis.workflows import claim_task, overview, use_portal

_MOST = 60  # with what to say; the next ones come up as these are done


@blueprint.get("/<ref>/tasks")
@guards.may(access.Action.READ_INCIDENTS)
def call_list(ref: str) -> Any:
    view = overview.incident(ref, now=desk.now())
    held = task_rows.held(desk.session(), view.id, now=desk.now())
    found = tasks.lines(view, held, tasks.names(held)) if view.is_open else []
    found.sort(key=lambda one: not one.mine)  # what the reader is at stays on top
    return render_template(
        "incidents/tasks.html",
        view=view,
        lines=found[:_MOST],
        more=max(0, len(found) - _MOST),
        may_act=desk.allowed(access.Action.WRITE_INCIDENTS),
        own_language=times.language(),
        words=words,
        flashes=flashes.taken(),
    )


@blueprint.post("/<ref>/notices/<uuid:notice_id>/tasks/<channel>/claim")
@guards.may(access.Action.WRITE_INCIDENTS)
def claim_task_of(ref: str, notice_id: UUID, channel: str) -> Any:
    kind, actor = _kind(channel), desk.actor()
    held = claim_task.claim(ref, notice_id, kind, now=desk.now(), actor=actor)
    if held.by != actor:
        name = tasks.names({(notice_id, kind): held})(held.by)
        until = times.on_desk_clock(held.until)
        said = gettext("%(name)s is at it until %(time)s. Please take the next one.", name=name, time=until)
        flashes.tell(said, kind="info")
    return _back(ref, notice_id, kind)


@blueprint.post("/<ref>/notices/<uuid:notice_id>/tasks/<channel>/give-back")
@guards.may(access.Action.WRITE_INCIDENTS)
def give_task_back(ref: str, notice_id: UUID, channel: str) -> Any:
    claim_task.give_back(ref, notice_id, _kind(channel), actor=desk.actor())
    flashes.tell(gettext("Given back: anybody may take it."))
    return redirect(f"/incidents/{ref}/tasks", 303)


@blueprint.post("/<ref>/notices/<uuid:notice_id>/portal")
@guards.may(access.Action.WRITE_INCIDENTS)
def record_portal(ref: str, notice_id: UUID) -> Any:
    try:
        endpoint_id = UUID(request.form.get("endpoint", ""))
    except ValueError:
        raise errors.NotFound(gettext("The form names no portal. Open the call list again.")) from None
    number = request.form.get("number", "")
    use_portal.record_use(ref, notice_id, endpoint_id, number, now=desk.now(), actor=desk.actor())
    flashes.tell(gettext("Recorded: entered at the portal, number %(number)s.", number=number.strip()))
    return redirect(f"/incidents/{ref}/tasks", 303)


def _kind(channel: str) -> alert.Channel:
    if channel not in {one.value for one in alert.BY_PEOPLE}:
        raise errors.NotFound(gettext("There is no such task. Open the call list again."))
    return alert.Channel(channel)


def _back(ref: str, notice_id: UUID, kind: alert.Channel) -> Any:
    return redirect(f"/incidents/{ref}/tasks#t-{notice_id.hex}-{kind.value}", 303)
