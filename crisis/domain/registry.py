"""The registry as values: platforms with their domains, contacts and endpoints."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from crisis.domain import alert

#: How long the secret before a new one holds as well, so that a receiver can be changed in working hours.
SECRETS_OVERLAP = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Secret:
    """Which secrets of a webhook hold: the newest, and for a while the one before it."""

    generation: int = 1  # from 1
    previous_until: datetime | None = None  # UTC; ``None`` for the first


FIRST_SECRET = Secret()


def secret(generation: int, renewed_at: datetime | None) -> Secret:
    """The secrets of an endpoint whose last one was made at ``renewed_at`` (UTC)."""
    if renewed_at is None:
        return FIRST_SECRET if generation == 1 else Secret(generation)
    return Secret(generation, renewed_at + SECRETS_OVERLAP)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One address of a contact on one channel; ``verified_on`` is ``None`` until somebody checked it."""

    id: UUID
    channel: alert.Channel
    address: str
    verified_on: date | None = None
    provider: str = ""  # whose limits hold; empty: as the address says
    secret: Secret = FIRST_SECRET  # of a webhook


@dataclass(frozen=True, slots=True)
class Contact:
    """A person or a desk of a platform; ``position`` is its order in the ladder, from 1.

    ``hours`` is text such as ``24/7`` or ``Mon-Fri 08:00-18:00``, in ``time_zone`` (an IANA name).
    """

    id: UUID
    position: int
    name: str
    language: str
    time_zone: str
    hours: str
    endpoints: tuple[Endpoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Platform:
    """A registered hosting service; ``domains`` are IDNA, lower case."""

    id: UUID
    registry_id: str
    name: str
    kind: str
    service: str
    home_state: str
    languages: tuple[str, ...]
    domains: tuple[str, ...]
    contacts: tuple[Contact, ...] = ()

    def by_position(self) -> tuple[Contact, ...]:
        """The contacts in the order of the ladder."""
        if len(self.contacts) < 2:
            return self.contacts
        return tuple(sorted(self.contacts, key=lambda contact: contact.position))
