"""The registry in the API: the contacts of a platform and their endpoints."""

from uuid import UUID

from flask import Response
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain.registry import Secret
from crisis.notify import links
from crisis.reports.shapes import Shape, moment
from crisis.store import db, platforms
from crisis.store.models import Contact, Endpoint
from crisis.store.registrations import present
from crisis.web import desk
from crisis.web.api import exchange, registry, registry_schemas
from crisis.web.api import registry_cells as cells
from crisis.web.api.operations import REGISTRY, get, patch, post
from crisis.workflows import register

_CONTACTS = "/platforms/<registry_id>/contacts"
_CONTACT = f"{_CONTACTS}/<uuid:contact_id>"
_ENDPOINTS = f"{_CONTACT}/endpoints"
_ENDPOINT = f"{_ENDPOINTS}/<uuid:endpoint_id>"


@get(_CONTACTS, scope=REGISTRY, summary="Contacts, by the ladder", answer=registry_schemas.Contact, paged=True)
def contacts(registry_id: str) -> Response:
    with db.reading() as session:
        found = present(platforms.by_registry_id(session, registry_id).contacts)
        return exchange.listed(found, limit=len(found), shape=cells.contact, at=lambda one: one.id)


@post(
    _CONTACTS,
    scope=REGISTRY,
    summary="Add a contact",
    body=registry_schemas.NewContact,
    answer=registry_schemas.Added,
)
def add_contact(registry_id: str) -> Response:
    def act(alongside: exchange.Alongside) -> UUID:
        given, _ = cells.read(exchange.body(), cells.CONTACT)
        now, actor = desk.now(), desk.actor()
        return registry.naming(
            cells.CONTACT,
            lambda: register.add_contact(registry_id, given, now=now, actor=actor, alongside=alongside),
        )

    return exchange.once(act, shape=lambda contact_id: {"id": str(contact_id)})


@patch(
    _CONTACT,
    scope=REGISTRY,
    summary="Change or retire a contact",
    body=registry_schemas.ContactChange,
    answer=registry_schemas.Contact,
)
def change_contact(registry_id: str, contact_id: UUID) -> Response:
    given, retired = cells.read(exchange.body(), cells.CONTACT, retirable=True)
    now, actor = desk.now(), desk.actor()
    with db.reading() as session:
        now_so = cells.cells_of_contact(_contact(session, registry_id, contact_id))
    if retired:
        register.retire_contact(contact_id, now=now, actor=actor)
    elif given:
        registry.naming(
            cells.CONTACT, lambda: register.change_contact(contact_id, {**now_so, **given}, now=now, actor=actor)
        )
    with db.reading() as session:
        return exchange.answer(cells.contact(session.get_one(Contact, contact_id)))


@get(_ENDPOINTS, scope=REGISTRY, summary="Endpoints of a contact", answer=registry_schemas.Endpoint, paged=True)
def endpoints(registry_id: str, contact_id: UUID) -> Response:
    with db.reading() as session:
        found = present(_contact(session, registry_id, contact_id).endpoints)
        return exchange.listed(found, limit=len(found), shape=cells.endpoint, at=lambda one: one.id)


@post(
    _ENDPOINTS,
    scope=REGISTRY,
    summary="Add an endpoint",
    body=registry_schemas.NewEndpoint,
    answer=registry_schemas.Added,
)
def add_endpoint(registry_id: str, contact_id: UUID) -> Response:
    def act(alongside: exchange.Alongside) -> UUID:
        given, _ = cells.read(exchange.body(), cells.ENDPOINT)
        with db.reading() as session:
            _contact(session, registry_id, contact_id)
        now, actor = desk.now(), desk.actor()
        return registry.naming(
            cells.ENDPOINT,
            lambda: register.add_endpoint(
                contact_id, given, now=now, actor=actor, services=desk.settings().services, alongside=alongside
            ),
        )

    return exchange.once(act, shape=lambda endpoint_id: {"id": str(endpoint_id)})


@patch(
    _ENDPOINT,
    scope=REGISTRY,
    summary="Change or retire an endpoint",
    body=registry_schemas.EndpointChange,
    answer=registry_schemas.Endpoint,
)
def change_endpoint(registry_id: str, contact_id: UUID, endpoint_id: UUID) -> Response:
    given, retired = cells.read(exchange.body(), cells.ENDPOINT, retirable=True)
    now, actor = desk.now(), desk.actor()
    with db.reading() as session:
        now_so = cells.cells_of_endpoint(_endpoint(session, registry_id, contact_id, endpoint_id))
    if retired:
        register.retire_endpoint(endpoint_id, now=now, actor=actor)
    elif given:
        registry.naming(
            cells.ENDPOINT,
            lambda: register.change_endpoint(
                endpoint_id, {**now_so, **given}, now=now, actor=actor, services=desk.settings().services
            ),
        )
    with db.reading() as session:
        return exchange.answer(cells.endpoint(session.get_one(Endpoint, endpoint_id)))


@post(
    f"{_ENDPOINT}/secret",
    scope=REGISTRY,
    summary="Make a new secret for a webhook; the one before it holds for 24 hours",
    body=registry_schemas.NoFields,
    answer=registry_schemas.NewSecret,
)
def renew_secret(registry_id: str, contact_id: UUID, endpoint_id: UUID) -> Response:
    def act(alongside: exchange.Alongside) -> Secret:
        with db.reading() as session:
            _endpoint(session, registry_id, contact_id, endpoint_id)
        return register.renew_secret(endpoint_id, now=desk.now(), actor=desk.actor(), alongside=alongside)

    def shape(secret: Secret) -> Shape:
        return {"generation": secret.generation, "previous_until": moment(secret.previous_until)}

    kept = exchange.once(act, shape=shape)  # without the secret itself, which is derived again for a repeat
    told = kept.get_json()
    secret = links.webhook_secret(desk.settings().secret_key, endpoint_id, told["generation"])
    return exchange.answer({"secret": secret, **told}, kept.status_code)


def _contact(session: Session, registry_id: str, contact_id: UUID) -> Contact:
    found = platforms.contact(session, contact_id)
    if found.platform.registry_id != registry_id:
        raise errors.NotFound("This platform has no such contact. Look at its list of contacts.")
    return found


def _endpoint(session: Session, registry_id: str, contact_id: UUID, endpoint_id: UUID) -> Endpoint:
    found = platforms.endpoint(session, endpoint_id)
    if found.contact_id != contact_id or found.contact.platform.registry_id != registry_id:
        raise errors.NotFound("This contact has no such endpoint. Look at its list of endpoints.")
    return found
