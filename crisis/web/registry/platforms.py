"""One platform: seen, added, changed, retired."""

from typing import Any

from flask import Blueprint, redirect, render_template, request

from crisis import errors
from crisis.domain import access, hours
from crisis.store import platforms, registrations
from crisis.store.models import Platform
from crisis.web import desk, guards
from crisis.web.language import gettext
from crisis.web.registry import history
from crisis.workflows import register

_HISTORY_SHOWN = 30


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/new", "new", new)
    blueprint.add_url_rule("/new", "add", add_platform, methods=["POST"])
    blueprint.add_url_rule("/platforms/<registry_id>", "platform", platform)
    blueprint.add_url_rule("/platforms/<registry_id>/edit", "edit", edit)
    blueprint.add_url_rule("/platforms/<registry_id>/edit", "change", change, methods=["POST"])
    blueprint.add_url_rule("/platforms/<registry_id>/retire", "retire", retire, methods=["POST"])


@guards.may(access.Action.READ_REGISTRY)
def platform(registry_id: str) -> Any:
    session = desk.session()
    found = platforms.by_registry_id(session, registry_id)
    contacts = sorted(registrations.present(found.contacts), key=lambda contact: contact.position)
    return render_template(
        "registry/platform.html",
        platform=found,
        contacts=contacts,
        endpoints={contact.id: registrations.present(contact.endpoints) for contact in contacts},
        on_duty={contact.id: hours.covers(contact.hours, contact.time_zone, desk.now()) for contact in contacts},
        local={contact.id: desk.now().astimezone(hours.zone(contact.time_zone)) for contact in contacts},
        answered=platforms.last_answers(session, [found.id]).get(found.id),
        history=history.entries(session, platforms.history(session, found.id, limit=_HISTORY_SHOWN)),
        shown_address=register.shown_address,
        may_write=desk.allowed(access.Action.WRITE_REGISTRY),
    )


@guards.may(access.Action.WRITE_REGISTRY)
def new() -> Any:
    given = {"platform_id": _next_id(), "kind": "company"}
    return render_template("registry/platform_form.html", platform=None, given=given, wrong={}, kinds=_kinds(None))


@guards.may(access.Action.WRITE_REGISTRY)
def add_platform() -> Any:
    try:
        registry_id = register.add_platform(request.form, now=desk.now(), actor=desk.actor())
    except (errors.InvalidInput, errors.Conflict) as error:
        return _again(None, error)
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def edit(registry_id: str) -> Any:
    found = platforms.by_registry_id(desk.session(), registry_id)
    return render_template(
        "registry/platform_form.html", platform=found, given=_cells(found), wrong={}, kinds=_kinds(found)
    )


@guards.may(access.Action.WRITE_REGISTRY)
def change(registry_id: str) -> Any:
    try:
        register.change_platform(registry_id, request.form, now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        return _again(platforms.by_registry_id(desk.session(), registry_id), error)
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def retire(registry_id: str) -> Any:
    register.retire_platform(registry_id, now=desk.now(), actor=desk.actor())
    return redirect(f"/registry/platforms/{registry_id}", code=303)


def _again(found: Platform | None, error: errors.CrisisError) -> Any:
    wrong = error.fields or {"platform_id": str(error)}
    page = render_template(
        "registry/platform_form.html", platform=found, given=request.form, wrong=wrong, kinds=_kinds(found)
    )
    return page, error.status


def _cells(found: Platform) -> dict[str, str]:
    return {
        "platform_id": found.registry_id,
        "platform_name": found.name,
        "kind": found.kind,
        "service": found.service,
        "domains": " ".join(domain.name for domain in found.domains),
        "home_state": found.home_state,
        "languages": found.languages,
    }


def _kinds(found: Platform | None) -> list[tuple[str, str]]:
    """The kinds to choose from, with their words; one that a file brought in stays possible."""
    known = [
        ("company", gettext("company")),
        ("organisation", gettext("organisation")),
        ("authority", gettext("authority")),
    ]
    if found is None or found.kind in dict(known):
        return known
    return [(found.kind, found.kind), *known]


def _next_id() -> str:
    """The next of ``p-001``, ``p-002`` … that is free; a proposal only."""
    taken = {one.registry_id for one in platforms.whole(desk.session())}
    number = len(taken) + 1
    while f"p-{number:03}" in taken:
        number += 1
    return f"p-{number:03}"
