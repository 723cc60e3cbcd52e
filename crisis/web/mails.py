"""Pages of mails that came in: the list, each one whole, and the click that makes an answer of it."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request

from crisis import errors
from crisis.domain import access, notice
from crisis.domain.overview import IncidentView
from crisis.store import agenda, mails
from crisis.store.models import Incident, Mail
from crisis.web import actors, desk, guards
from crisis.web.incidents import flashes, words
from crisis.web.language import gettext
from crisis.workflows import overview, settle_mail

blueprint = Blueprint("mails", __name__, url_prefix="/mails")

_SHOWN = 200
_SET_ASIDE = "set_aside"


@blueprint.get("")
@guards.may(access.Action.READ_INCIDENTS)
def listed() -> Any:
    return render_template("mails/list.html", mails=mails.latest(desk.session(), limit=_SHOWN), words=words)


@blueprint.get("/<uuid:mail_id>")
@guards.may(access.Action.READ_INCIDENTS)
def show(mail_id: UUID) -> Any:
    return _page(mails.by_id(desk.session(), mail_id), ref=request.args.get("ref", ""))


@blueprint.post("/<uuid:mail_id>/answer")
@guards.may(access.Action.WRITE_INCIDENTS)
def answer(mail_id: UUID) -> Any:
    chosen = request.form.get("answer", "")
    if chosen == _SET_ASIDE:
        notice_id = settle_mail.set_aside(mail_id, now=desk.now(), actor=desk.actor())
        flashes.tell(gettext("Set aside. The mail stays in the list."))
        return _back(mail_id, notice_id)
    name = request.form.get("name", "")
    try:
        kind = notice.Answer(chosen)
    except ValueError:
        raise errors.InvalidInput(gettext("Choose what the mail says."), fields={"answer": "choose one"}) from None
    try:
        asked = settle_mail.answer(
            mail_id, kind, name=name, note=request.form.get("note", ""), now=desk.now(), actor=desk.actor()
        )
    except errors.InvalidInput as error:
        return _page(mails.by_id(desk.session(), mail_id), fault=str(error)), error.status
    flashes.tell(
        gettext("Taken down as the answer of %(name)s: %(answer)s.", name=name, answer=words.answer(kind.value))
    )
    return _back(mail_id, asked)


@blueprint.post("/<uuid:mail_id>/assign")
@guards.may(access.Action.WRITE_INCIDENTS)
def assign(mail_id: UUID) -> Any:
    ref, platform = request.form.get("ref", ""), request.form.get("platform", "")
    settle_mail.assign(mail_id, ref, platform, now=desk.now(), actor=desk.actor())
    flashes.tell(gettext("Noted. Now say what the mail means."))
    return redirect(f"/mails/{mail_id}", 303)


def _back(mail_id: UUID, notice_id: UUID | None) -> Any:
    """To the row of the platform; to the mail where it is about none."""
    row = mails.by_id(desk.session(), mail_id)
    owner = desk.session().get(Incident, row.incident_id) if row.incident_id else None
    if owner is None or notice_id is None:
        return redirect(f"/mails/{mail_id}", 303)
    return redirect(f"/incidents/{owner.ref}?open={notice_id.hex}#n-{notice_id.hex}", 303)


def _page(row: Mail, *, ref: str = "", fault: str = "") -> str:
    session = desk.session()
    owner = session.get(Incident, row.incident_id) if row.incident_id else None
    view = overview.incident(owner.ref, now=desk.now()) if owner else None
    open_refs = [*agenda.open_refs(session, exercises=False), *agenda.open_refs(session, exercises=True)]
    asked = overview.incident(ref, now=desk.now()) if ref in open_refs else (view if view and view.is_open else None)
    names = actors.names(session, [row.settled_by] if row.settled_by else [])
    found = view.notice(row.notice_id) if view and row.notice_id else None
    return render_template(
        "mails/mail.html",
        row=row,
        view=view,
        platform=found.platform_name if found else "",
        refs=open_refs,
        asked=asked,
        platforms=_platforms(asked),
        fault=fault,
        flashes=flashes.taken(),
        words=words,
        actor_name=lambda actor: names.get(actor, actor),
        may_act=desk.allowed(access.Action.WRITE_INCIDENTS),
    )


def _platforms(asked: IncidentView | None) -> list[tuple[str, str]]:
    return [(one.platform_id, one.platform_name) for one in asked.notices] if asked else []
