"""People of the desk: listed, added, given other roles or a new link, switched off."""

from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request

from crisis import errors
from crisis.domain import access
from crisis.store import users as people
from crisis.web import desk, guards
from crisis.web.language import gettext
from crisis.workflows import users

blueprint = Blueprint("users", __name__, url_prefix="/users")


@blueprint.get("")
@guards.may(access.Action.WRITE_ACCESS)
def show() -> Any:
    return _page()


@blueprint.post("")
@guards.may(access.Action.WRITE_ACCESS)
def add() -> Any:
    form = request.form
    try:
        added = users.add(
            form.get("email", ""),
            roles=form.getlist("role"),
            name=form.get("name", ""),
            settings=desk.settings(),
            now=desk.now(),
            actor=desk.actor(),
        )
    except errors.InvalidInput as error:
        return _page(wrong=error.fields), error.status
    except errors.Conflict as error:
        return _page(wrong={"email": str(error)}), error.status
    return _page(link=added.link, link_for=form.get("email", ""))


@blueprint.post("/<uuid:user_id>/link")
@guards.may(access.Action.WRITE_ACCESS)
def new_link(user_id: UUID) -> Any:
    link = users.new_link(user_id, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    found = people.by_id(desk.session(), user_id)
    return _page(link=link, link_for=found.email if found else "")


@blueprint.post("/<uuid:user_id>")
@guards.may(access.Action.WRITE_ACCESS)
def change(user_id: UUID) -> Any:
    form = request.form
    try:
        users.change(
            user_id,
            roles=form.getlist("role"),
            active="active" in form,
            duty_order=form.get("duty_order", ""),
            now=desk.now(),
            actor=desk.actor(),
        )
    except (errors.Conflict, errors.InvalidInput) as error:
        return _page(said=str(error)), error.status
    return _page(saved=True)


def _page(**parts: Any) -> str:
    shown: dict[str, Any] = {"wrong": {}, "link": None, "link_for": "", "said": None, "saved": False, **parts}
    words = {
        "officer": gettext("declares, updates, stands down"),
        "manager": gettext("as an officer; also the registry and who logged in"),
        "registrar": gettext("platforms and contacts"),
        "auditor": gettext("reads everything, changes nothing"),
        "admin": gettext("people and tokens; declares nothing"),
    }
    return render_template(
        "users/users.html",
        people=people.all_of(desk.session()),
        roles=[(str(role), str(role), words[role]) for role in access.ROLES],
        given=request.form if shown["wrong"] else {},
        given_roles=request.form.getlist("role") if shown["wrong"] else [],
        **shown,
    )
