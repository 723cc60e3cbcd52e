"""The ladders: the version that new incidents use, all versions with what they changed, an older one used again."""

from typing import Any

from flask import Blueprint, redirect, render_template

from crisis.domain import access, ladder, ladder_body
from crisis.store import versions
from crisis.store.models import Version
from crisis.web import actors, desk, guards
from crisis.web.registry import ladder_words
from crisis.workflows import edit_ladders

_SHOWN = 50


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/ladders", "ladders", show)
    blueprint.add_url_rule("/ladders/<int:number>", "ladder", version)
    blueprint.add_url_rule("/ladders/<int:number>/activate", "activate_ladder", activate, methods=["POST"])


@guards.may(access.Action.READ_REGISTRY)
def show() -> Any:
    session = desk.session()
    found, active = versions.all_of(session, versions.LADDER), versions.stored_ladder(session)
    ladders = ladder_body.from_json(active.body) if active else ladder.DEFAULT
    return render_template(
        "registry/ladders.html",
        active=active,
        ladders=ladders,
        parts=ladder_words.parts(ladders),
        versions=found[:_SHOWN],
        names=actors.names(session, (one.created_by for one in found)),
        say=ladder_words,
        may_write=desk.allowed(access.Action.WRITE_REGISTRY),
    )


@guards.may(access.Action.READ_REGISTRY)
def version(number: int) -> Any:
    session = desk.session()
    found, active = versions.by_number(session, versions.LADDER, number), versions.stored_ladder(session)
    ladders = ladder_body.from_json(found.body)
    before = _before(found)
    changes = None if before is None else ladder_words.differences(ladder_body.from_json(before.body), ladders)
    return render_template(
        "registry/ladder.html",
        version=found,
        is_active=active is not None and active.id == found.id,
        ladders=ladders,
        parts=ladder_words.parts(ladders),
        before=before,
        differences=changes,
        who=actors.names(session, [found.created_by])[found.created_by],
        say=ladder_words,
        may_write=desk.allowed(access.Action.WRITE_REGISTRY),
    )


@guards.may(access.Action.WRITE_REGISTRY)
def activate(number: int) -> Any:
    edit_ladders.activate(number, now=desk.now(), actor=desk.actor())
    return redirect("/registry/ladders", code=303)


def _before(found: Version) -> Version | None:
    """The version before this one; none before the first."""
    every = versions.all_of(desk.session(), versions.LADDER)
    return next((one for one in every if one.number < found.number), None)
