"""The contacts of a platform: added, changed, retired."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request

from crisis import errors
from crisis.domain import access
from crisis.store import platforms, registrations
from crisis.store.models import Contact, Platform
from crisis.web import desk, guards
from crisis.workflows import register


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/platforms/<registry_id>/contacts/new", "new_contact", new)
    blueprint.add_url_rule("/platforms/<registry_id>/contacts/new", "add_contact", add_contact, methods=["POST"])
    blueprint.add_url_rule("/contacts/<uuid:contact_id>/edit", "edit_contact", edit)
    blueprint.add_url_rule("/contacts/<uuid:contact_id>/edit", "change_contact", change, methods=["POST"])
    blueprint.add_url_rule("/contacts/<uuid:contact_id>/retire", "retire_contact", retire, methods=["POST"])


@guards.may(access.Action.WRITE_REGISTRY)
def new(registry_id: str) -> Any:
    platform = platforms.by_registry_id(desk.session(), registry_id)
    places = [contact.position for contact in registrations.present(platform.contacts)]
    given = {
        "contact_order": str(max(places, default=0) + 1),
        "contact_language": platform.languages.split()[0],
        "time_zone": desk.settings().desk_time_zone,
        "hours": "24/7",
    }
    return _form(platform, None, given, {})


@guards.may(access.Action.WRITE_REGISTRY)
def add_contact(registry_id: str) -> Any:
    try:
        contact_id = register.add_contact(registry_id, request.form, now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        platform = platforms.by_registry_id(desk.session(), registry_id)
        return _form(platform, None, request.form, error.fields), error.status
    return redirect(f"/registry/contacts/{contact_id}/endpoints/new", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def edit(contact_id: UUID) -> Any:
    contact = platforms.contact(desk.session(), contact_id)
    return _form(contact.platform, contact, _cells(contact), {})


@guards.may(access.Action.WRITE_REGISTRY)
def change(contact_id: UUID) -> Any:
    registry_id = platforms.contact(desk.session(), contact_id).platform.registry_id
    try:
        register.change_contact(contact_id, request.form, now=desk.now(), actor=desk.actor())
    except errors.InvalidInput as error:
        contact = platforms.contact(desk.session(), contact_id)
        return _form(contact.platform, contact, request.form, error.fields), error.status
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def retire(contact_id: UUID) -> Any:
    registry_id = platforms.contact(desk.session(), contact_id).platform.registry_id
    register.retire_contact(contact_id, now=desk.now(), actor=desk.actor())
    return redirect(f"/registry/platforms/{registry_id}", code=303)


def _form(platform: Platform, contact: Contact | None, given: Any, wrong: Mapping[str, str]) -> str:
    return render_template("registry/contact_form.html", platform=platform, contact=contact, given=given, wrong=wrong)


def _cells(contact: Contact) -> dict[str, str]:
    return {
        "contact_name": contact.name,
        "contact_order": str(contact.position),
        "contact_language": contact.language,
        "time_zone": contact.time_zone,
        "hours": contact.hours,
    }
