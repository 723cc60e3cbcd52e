"""Small registries for tests of the domain."""

from datetime import date
from uuid import UUID, uuid5

from crisis.domain.alert import Channel
from crisis.domain.registry import Contact, Endpoint, Platform

_SPACE = UUID(int=1)
CHECKED = date(2026, 3, 23)
NIGHT_AND_DAY = "24/7"
OFFICE = "Mon-Fri 08:00-18:00"


def to_ascii(host: str) -> str:
    return host.encode("idna").decode("ascii")


def endpoint(address: str, verified_on: date | None = CHECKED) -> Endpoint:
    """A mail address, a phone (``+…``), a webhook (``https://…``) or an Apprise address."""
    channel = Channel.APPRISE if "://" in address else Channel.EMAIL
    if address.startswith("+"):
        channel = Channel.PHONE
    elif address.startswith("https://"):
        channel = Channel.WEBHOOK
    return Endpoint(uuid5(_SPACE, address), channel, address, verified_on)


def contact(position: int, *addresses: str, hours: str = NIGHT_AND_DAY, zone: str = "Europe/Brussels") -> Contact:
    endpoints = tuple(endpoint(address) for address in addresses)
    key = uuid5(_SPACE, f"{position} {addresses}")
    return Contact(key, position, f"Desk {position}", "fr", zone, hours, endpoints)


def platform(registry_id: str, *contacts: Contact, domains: tuple[str, ...] = ()) -> Platform:
    key = uuid5(_SPACE, registry_id)
    return Platform(key, registry_id, registry_id.title(), "company", "video", "BE", ("en",), domains, contacts)
