"""The addresses of a contact: added, changed, retired."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request

from crisis import errors
from crisis.domain import access, alert
from crisis.notify import links
from crisis.store import platforms
from crisis.store.models import Contact, Endpoint
from crisis.web import desk, guards
from crisis.web.registry import history
from crisis.workflows import register, try_endpoint


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/contacts/<uuid:contact_id>/endpoints/new", "new_endpoint", new)
    blueprint.add_url_rule("/contacts/<uuid:contact_id>/endpoints/new", "add_endpoint", add_endpoint, methods=["POST"])
    blueprint.add_url_rule("/endpoints/<uuid:endpoint_id>/edit", "edit_endpoint", edit)
    blueprint.add_url_rule("/endpoints/<uuid:endpoint_id>/edit", "change_endpoint", change, methods=["POST"])
    blueprint.add_url_rule("/endpoints/<uuid:endpoint_id>/retire", "retire_endpoint", retire, methods=["POST"])
    blueprint.add_url_rule("/endpoints/<uuid:endpoint_id>/secret", "renew_secret", renew, methods=["POST"])
    blueprint.add_url_rule("/endpoints/<uuid:endpoint_id>/test", "test_endpoint", test, methods=["POST"])


@guards.may(access.Action.WRITE_REGISTRY)
def new(contact_id: UUID) -> Any:
    contact = platforms.contact(desk.session(), contact_id)
    return _form(contact, None, {"channel": alert.Channel.EMAIL.value}, {})


@guards.may(access.Action.WRITE_REGISTRY)
def add_endpoint(contact_id: UUID) -> Any:
    registry_id = platforms.contact(desk.session(), contact_id).platform.registry_id
    services = desk.settings().services
    try:
        endpoint_id = register.add_endpoint(
            contact_id, request.form, now=desk.now(), actor=desk.actor(), services=services
        )
    except errors.InvalidInput as error:
        return _form(platforms.contact(desk.session(), contact_id), None, request.form, error.fields), error.status
    if request.form.get("channel") == alert.Channel.WEBHOOK.value:
        return _secret(endpoint_id, 1, None)
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def edit(endpoint_id: UUID) -> Any:
    endpoint = platforms.endpoint(desk.session(), endpoint_id)
    return _form(endpoint.contact, endpoint, _cells(endpoint), {})


@guards.may(access.Action.WRITE_REGISTRY)
def change(endpoint_id: UUID) -> Any:
    registry_id = platforms.endpoint(desk.session(), endpoint_id).contact.platform.registry_id
    try:
        services = desk.settings().services
        register.change_endpoint(endpoint_id, request.form, now=desk.now(), actor=desk.actor(), services=services)
    except errors.InvalidInput as error:
        endpoint = platforms.endpoint(desk.session(), endpoint_id)
        return _form(endpoint.contact, endpoint, request.form, error.fields), error.status
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def retire(endpoint_id: UUID) -> Any:
    registry_id = platforms.endpoint(desk.session(), endpoint_id).contact.platform.registry_id
    register.retire_endpoint(endpoint_id, now=desk.now(), actor=desk.actor())
    return redirect(f"/registry/platforms/{registry_id}", code=303)


@guards.may(access.Action.WRITE_REGISTRY)
def renew(endpoint_id: UUID) -> Any:
    """A new secret, shown this once."""
    secret = register.renew_secret(endpoint_id, now=desk.now(), actor=desk.actor())
    return _secret(endpoint_id, secret.generation, secret.previous_until)


@guards.may(access.Action.WRITE_REGISTRY)
def test(endpoint_id: UUID) -> Any:
    """A test message now, and the exchange."""
    exchange = try_endpoint.try_endpoint(endpoint_id, settings=desk.settings(), now=desk.now(), actor=desk.actor())
    endpoint = platforms.endpoint(desk.session(), endpoint_id)
    return render_template(
        "registry/endpoint_tested.html",
        contact=endpoint.contact,
        platform=endpoint.contact.platform,
        endpoint=endpoint,
        address=register.shown_address(endpoint),
        exchange=exchange,
        outcome=history.outcome(exchange.outcome.value),
    )


def _secret(endpoint_id: UUID, generation: int, previous_until: datetime | None) -> Any:
    endpoint = platforms.endpoint(desk.session(), endpoint_id)
    page = render_template(
        "registry/endpoint_secret.html",
        contact=endpoint.contact,
        platform=endpoint.contact.platform,
        endpoint=endpoint,
        secret=links.webhook_secret(desk.settings().secret_key, endpoint_id, generation),
        previous_until=previous_until,
    )
    return page, 200, {"Cache-Control": "no-store"}


def _form(contact: Contact, endpoint: Endpoint | None, given: Any, wrong: dict[str, str]) -> str:
    return render_template(
        "registry/endpoint_form.html",
        platform=contact.platform,
        contact=contact,
        endpoint=endpoint,
        given=given,
        wrong=wrong,
    )


def _cells(endpoint: Endpoint) -> dict[str, str]:
    verified = endpoint.verified_on.isoformat() if endpoint.verified_on else ""
    return {"channel": endpoint.channel, "address": register.shown_address(endpoint), "verified_on": verified}
