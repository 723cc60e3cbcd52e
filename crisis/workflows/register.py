"""Add, change and retire platforms, contacts and endpoints; each fact is recorded with its change.

Cells are named as the columns of the registry file, so that an error names the same field everywhere.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import alert, apprise_services, hosts, registry_checks, registry_row, sealed
from crisis.domain.registry import Secret
from crisis.notify import addresses
from crisis.store import db, platforms, records, registrations
from crisis.store.models import Contact, Endpoint, Platform
from crisis.store.records import Fact

PLATFORM = ("platform_id", *registry_checks.PLATFORM_CELLS)
CONTACT = ("contact_order", *registry_checks.CONTACT_CELLS)
ENDPOINT = ("channel", "address", "verified_on")

Cells = Mapping[str, str]
Alongside = Callable[[Session, Any], None]
Services = Collection[str]

# a row that has no fault, to check a part of one with the rules of the whole
_PLAIN = registry_row.Row(
    0,
    *("p", "Platform", "company", "social", "", "BE", "en", "Desk", "1", "en", "Europe/Brussels", "24/7"),
    *("email", "desk@platform.example", ""),
)


def add_platform(cells: Cells, *, now: datetime, actor: str, alongside: Alongside = lambda *_: None) -> str:
    """A new platform; its registry id. ``alongside`` runs in the same transaction, with it.

    Raises:
        InvalidInput: a cell does not fit, or a domain has another owner; ``fields`` says which.
        Conflict: the registry id is taken.
    """
    given = _checked(cells, PLATFORM)
    with db.transaction() as session:
        if platforms.whole(session, registry_ids=[given["platform_id"]]):
            raise errors.Conflict(f"“{given['platform_id']}” is taken, perhaps by a retired platform. Change that one.")
        _refuse_owned(session, given)
        writer = _writer(session, now, actor)
        platform, facts = writer.new_platform(given)
        facts += writer.set_domains(platform, given["domains"])
        alongside(session, given["platform_id"])
        _record(session, facts, now)
    return given["platform_id"]


def change_platform(registry_id: str, cells: Cells, *, now: datetime, actor: str) -> None:
    """The platform with these cells; a retired one is back.

    Raises:
        InvalidInput: a cell does not fit, or a domain has another owner.
        NotFound: there is no such platform.
    """
    given = _checked({**cells, "platform_id": registry_id}, PLATFORM)
    with db.transaction() as session:
        platform = platforms.by_registry_id(session, registry_id)
        _refuse_owned(session, given)
        writer = _writer(session, now, actor)
        facts = writer.change_platform(platform, given)
        facts += writer.drop_domains(platform, given["domains"])
        facts += writer.set_domains(platform, given["domains"])
        _record(session, facts, now)


def retire_platform(registry_id: str, *, now: datetime, actor: str) -> None:
    """No incident asks it any more; those that are open go on with what was sent."""
    with db.transaction() as session:
        platform = platforms.by_registry_id(session, registry_id)
        if platform.retired_at is None:
            _record(session, _writer(session, now, actor).retire_platform(platform), now)


def add_contact(
    registry_id: str, cells: Cells, *, now: datetime, actor: str, alongside: Alongside = lambda *_: None
) -> UUID:
    """A new contact of a platform. ``alongside`` runs in the same transaction, with its id.

    Raises:
        InvalidInput: a cell does not fit, or the place in the order is taken.
        NotFound: there is no such platform.
    """
    given = _checked(cells, CONTACT)
    with db.transaction() as session:
        platform = _active(platforms.by_registry_id(session, registry_id))
        _refuse_taken_place(platform, given, besides=None)
        contact, facts = _writer(session, now, actor).new_contact(platform, given)
        alongside(session, contact.id)
        _record(session, facts, now)
        return contact.id


def change_contact(contact_id: UUID, cells: Cells, *, now: datetime, actor: str) -> None:
    """Raises as ``add_contact``."""
    given = _checked(cells, CONTACT)
    with db.transaction() as session:
        contact = platforms.contact(session, contact_id)
        _refuse_taken_place(contact.platform, given, besides=contact)
        _record(session, _writer(session, now, actor).change_contact(contact, given), now)


def retire_contact(contact_id: UUID, *, now: datetime, actor: str) -> None:
    with db.transaction() as session:
        contact = platforms.contact(session, contact_id)
        _record(session, _writer(session, now, actor).retire_contact(contact), now)


def add_endpoint(
    contact_id: UUID,
    cells: Cells,
    *,
    now: datetime,
    actor: str,
    services: Services = apprise_services.KNOWN,
    alongside: Alongside = lambda *_: None,
) -> UUID:
    """A new address of a contact. ``alongside`` runs in the same transaction, with its id.

    Args:
        services: the Apprise services that may be used.

    Raises:
        InvalidInput: a cell does not fit, or the contact has the address already.
        NotFound: there is no such contact.
    """
    given = _checked(cells, ENDPOINT, services)
    with db.transaction() as session:
        contact = platforms.contact(session, contact_id)
        _refuse_doubled(contact, given, besides=None)
        endpoint, facts = _writer(session, now, actor).new_endpoint(contact.platform, contact, given)
        alongside(session, endpoint.id)
        _record(session, facts, now)
        return endpoint.id


def change_endpoint(
    endpoint_id: UUID, cells: Cells, *, now: datetime, actor: str, services: Services = apprise_services.KNOWN
) -> None:
    """Raises as ``add_endpoint``. A secret address that comes back as it is shown stays as it is."""
    with db.transaction() as session:
        endpoint = platforms.endpoint(session, endpoint_id)
        if sealed.is_sealed(endpoint.address) and cells.get("address") == shown_address(endpoint):
            cells = {**cells, "address": db.vault().open(endpoint.address)}
        given = _checked(cells, ENDPOINT, services)
        _refuse_doubled(endpoint.contact, given, besides=endpoint_id)
        _record(session, _writer(session, now, actor).change_endpoint(endpoint, given), now)


def retire_endpoint(endpoint_id: UUID, *, now: datetime, actor: str) -> None:
    with db.transaction() as session:
        endpoint = platforms.endpoint(session, endpoint_id)
        _record(session, _writer(session, now, actor).retire_endpoint(endpoint), now)


def renew_secret(endpoint_id: UUID, *, now: datetime, actor: str, alongside: Alongside = lambda *_: None) -> Secret:
    """A new secret for a webhook; the one before it holds for another day. ``alongside`` gets what holds now.

    Raises:
        Conflict: it is no webhook.
        NotFound: there is no such address.
    """
    with db.transaction() as session:
        endpoint = platforms.endpoint(session, endpoint_id)
        if endpoint.channel != alert.Channel.WEBHOOK.value:
            raise errors.Conflict("Only a webhook has a secret.")
        facts = _writer(session, now, actor).renew_secret(endpoint)
        alongside(session, endpoint.secret)
        _record(session, facts, now)
        return endpoint.secret


def shown_address(endpoint: Endpoint) -> str:
    """The address as people and programs see it: one that is a secret is masked."""
    if not sealed.is_sealed(endpoint.address):
        return endpoint.address
    return addresses.mask(alert.Channel(endpoint.channel), endpoint.address)


def _writer(session: Session, now: datetime, actor: str) -> registrations.Writer:
    return registrations.Writer(session, now, actor, addresses.to_ascii, db.vault())


def _record(session: Session, facts: list[Fact], now: datetime) -> None:
    if facts:
        session.flush()
        records.append(session, records.REGISTRY, facts, now=now)


def _checks(services: Services) -> registry_checks.Checks:
    return registry_checks.Checks(
        to_ascii=addresses.to_ascii,
        is_public_suffix=addresses.is_public_suffix,
        check_mail=addresses.mail_address,
        check_apprise=lambda address: apprise_services.check(address, services),
    )


def _checked(cells: Cells, names: Iterable[str], services: Services = apprise_services.KNOWN) -> dict[str, str]:
    given = {name: " ".join(cells.get(name, "").split()) for name in names}
    row = registry_row.Row(0, **{**{name: getattr(_PLAIN, name) for name in registry_row.COLUMNS}, **given})
    fields: dict[str, str] = {}
    for fault in _checks(services).row(row):
        name, _, reason = fault.partition(": ")
        fields.setdefault(name, reason)
    if fields:
        raise errors.InvalidInput("Correct what is marked, then send it again.", fields=fields)
    return given


def _active(platform: Platform) -> Platform:
    if platform.retired_at is not None:
        raise errors.Conflict("This platform is retired. Change it first, which brings it back.")
    return platform


def _refuse_owned(session: Session, given: Cells) -> None:
    names = [hosts.domain(name, addresses.to_ascii) for name in given["domains"].split()]
    for name, owner in registrations.owners(session, names).items():
        if owner != given["platform_id"]:
            text = f"{name} belongs to {owner} already; a domain has one owner"
            raise errors.InvalidInput("Correct what is marked, then send it again.", fields={"domains": text})


def _refuse_taken_place(platform: Platform, given: Cells, *, besides: Contact | None) -> None:
    for contact in registrations.present(platform.contacts):
        if contact is not besides and contact.position == int(given["contact_order"]):
            text = f"{contact.name} has this place in the order"
            raise errors.InvalidInput("Correct what is marked, then send it again.", fields={"contact_order": text})


def _refuse_doubled(contact: Contact, given: Cells, *, besides: UUID | None) -> None:
    for endpoint in registrations.present(contact.endpoints):
        same = registrations.is_at(endpoint, given["channel"], given["address"], db.vault())
        if same and endpoint.id != besides:
            text = "the contact has this address already"
            raise errors.InvalidInput("Correct what is marked, then send it again.", fields={"address": text})
