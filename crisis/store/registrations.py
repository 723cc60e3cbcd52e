"""Writes to the registry: each changes rows and gives back the facts that the record is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, hosts, provider, records
from crisis.sealing import Vault
from crisis.store import keys
from crisis.store.models import Alert, Contact, Domain, Endpoint, Platform
from crisis.store.records import Fact

Cells = Mapping[str, str]
_K = records.Kind

# column of the registry file, column of the table
_PLATFORM = (
    ("platform_name", "name"),
    ("kind", "kind"),
    ("service", "service"),
    ("home_state", "home_state"),
    ("languages", "languages"),
)
_CONTACT = (
    ("contact_name", "name"),
    ("contact_language", "language"),
    ("time_zone", "time_zone"),
    ("hours", "hours"),
)


_S = alert.State
_UNSENT = [state.value for state in (_S.PLANNED, _S.CLAIMED, _S.STARTED, _S.WAITING_RETRY, _S.UNKNOWN)]


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, how a domain becomes ASCII and an address is sealed; no method flushes or commits."""

    session: Session
    now: datetime
    actor: str
    to_ascii: Callable[[str], str]
    vault: Vault

    def new_platform(self, cells: Cells) -> tuple[Platform, list[Fact]]:
        """A platform without domains; ``set_domains`` gives it its own."""
        platform = Platform(id=keys.new(), registry_id=cells["platform_id"], created_at=self.now)
        platform.domains, platform.contacts = [], []
        _set(platform, _PLATFORM, cells)
        self.session.add(platform)
        return platform, [self._fact(_K.PLATFORM_ADDED, platform, registry_id=platform.registry_id)]

    def change_platform(self, platform: Platform, cells: Cells) -> list[Fact]:
        """Every cell but the domains; a platform that was retired is back."""
        fields = _set(platform, _PLATFORM, cells)
        if platform.retired_at is not None:
            platform.retired_at = None
            fields.append("retired")
        return [self._fact(_K.PLATFORM_CHANGED, platform, fields=fields)] if fields else []

    def drop_domains(self, platform: Platform, cell: str) -> list[Fact]:
        """Remove the domains that are not in ``cell``; flush before another platform takes one of them."""
        kept = {name for _given, name in self._named(cell)}
        gone = [domain for domain in platform.domains if domain.ascii_name not in kept]
        for domain in gone:
            platform.domains.remove(domain)
        return [self._fact(_K.DOMAIN_REMOVED, platform, domain=domain.ascii_name) for domain in gone]

    def set_domains(self, platform: Platform, cell: str) -> list[Fact]:
        """The domains of ``cell``, in that order and spelling; those not in it were dropped before."""
        present = {domain.ascii_name: domain for domain in platform.domains}
        facts, moved = [], False
        for position, (given, name) in enumerate(self._named(cell)):
            domain = present.get(name)
            if domain is None:
                platform.domains.append(Domain(id=keys.new(), position=position, name=given, ascii_name=name))
                facts.append(self._fact(_K.DOMAIN_ADDED, platform, domain=name))
            elif (domain.position, domain.name) != (position, given):
                domain.position, domain.name, moved = position, given, True
        if moved and not facts:
            facts.append(self._fact(_K.PLATFORM_CHANGED, platform, fields=["domains"]))
        return facts

    def new_contact(self, platform: Platform, cells: Cells) -> tuple[Contact, list[Fact]]:
        contact = Contact(id=keys.new(), position=int(cells["contact_order"]), created_at=self.now, endpoints=[])
        _set(contact, _CONTACT, cells)
        platform.contacts.append(contact)
        return contact, [self._fact(_K.CONTACT_ADDED, platform, contact=str(contact.id))]

    def change_contact(self, contact: Contact, cells: Cells) -> list[Fact]:
        fields = _set(contact, _CONTACT, cells)
        if contact.position != int(cells["contact_order"]):
            contact.position = int(cells["contact_order"])
            fields.append("contact_order")
        if not fields:
            return []
        return [self._fact(_K.CONTACT_CHANGED, contact.platform, contact=str(contact.id), fields=sorted(fields))]

    def new_endpoint(self, platform: Platform, contact: Contact, cells: Cells) -> tuple[Endpoint, list[Fact]]:
        endpoint = Endpoint(id=keys.new(), created_at=self.now)
        self._set_address(endpoint, cells)
        endpoint.verified_on = _date(cells["verified_on"])
        contact.endpoints.append(endpoint)
        ids = {"contact": str(contact.id), "endpoint": str(endpoint.id)}
        return endpoint, [self._fact(_K.ENDPOINT_ADDED, platform, channel=endpoint.channel, **ids)]

    def change_endpoint(self, endpoint: Endpoint, cells: Cells) -> list[Fact]:
        """Channel, address and the day of the last check, as given."""
        fields = [] if endpoint.channel == cells["channel"] else ["channel"]
        if not is_at(endpoint, cells["channel"], cells["address"], self.vault):
            fields += [] if fields and self.vault.open(endpoint.address) == cells["address"] else ["address"]
            self._set_address(endpoint, cells)
        if endpoint.verified_on != _date(cells["verified_on"]):
            endpoint.verified_on = _date(cells["verified_on"])
            fields.append("verified_on")
        if not fields:
            return []
        ids = {"contact": str(endpoint.contact_id), "endpoint": str(endpoint.id)}
        return [self._fact(_K.ENDPOINT_CHANGED, endpoint.contact.platform, fields=sorted(fields), **ids)]

    def retire_platform(self, platform: Platform) -> list[Fact]:
        """With its contacts; its domains are free for another owner."""
        facts = [fact for contact in present(platform.contacts) for fact in self.retire_contact(contact)]
        facts += self.drop_domains(platform, "")
        platform.retired_at = self.now
        return [*facts, self._fact(_K.PLATFORM_RETIRED, platform)]

    def retire_contact(self, contact: Contact) -> list[Fact]:
        """With its endpoints. Facts that name it keep its name and addresses as they were sent."""
        facts = [fact for endpoint in present(contact.endpoints) for fact in self.retire_endpoint(endpoint)]
        contact.retired_at = self.now
        return [*facts, self._fact(_K.CONTACT_RETIRED, contact.platform, contact=str(contact.id))]

    def retire_endpoint(self, endpoint: Endpoint, **reason: str) -> list[Fact]:
        endpoint.retired_at = self.now
        return [self._fact(_K.ENDPOINT_RETIRED, endpoint.contact.platform, **_ids(endpoint), **reason)]

    def renew_secret(self, endpoint: Endpoint) -> list[Fact]:
        """A new secret of a webhook; what is planned already is signed with it too."""
        endpoint.secret_generation += 1
        endpoint.secret_renewed_at = self.now
        slots = {"secret_generation": str(endpoint.secret_generation)}
        if endpoint.secret.previous_until is not None:
            slots["secret_previous_until"] = endpoint.secret.previous_until.isoformat()
        planned = sa.select(Alert).where(Alert.endpoint_id == endpoint.id, Alert.state.in_(_UNSENT))
        for row in self.session.scalars(planned):
            row.slots = {**row.slots, **slots}
        body = {**_ids(endpoint), "generation": endpoint.secret_generation}
        return [self._fact(_K.ENDPOINT_RENEWED, endpoint.contact.platform, **body)]

    def tested(self, endpoint: Endpoint, outcome: str) -> list[Fact]:
        """A test message went to it, by hand and outside every incident."""
        return [self._fact(_K.ENDPOINT_TESTED, endpoint.contact.platform, **_ids(endpoint), outcome=outcome)]

    def _set_address(self, endpoint: Endpoint, cells: Cells) -> None:
        channel, address = alert.Channel(cells["channel"]), cells["address"]
        is_secret = channel is alert.Channel.APPRISE
        endpoint.channel, endpoint.provider = channel.value, provider.of(channel, address)
        endpoint.address = self.vault.seal(address, endpoint.id) if is_secret else address
        endpoint.address_index = self.vault.index(address) if is_secret else None

    def _named(self, cell: str) -> list[tuple[str, str]]:
        return [(given, hosts.domain(given, self.to_ascii)) for given in cell.split()]

    def _fact(self, kind: records.Kind, platform: Platform, **body: Any) -> Fact:
        return Fact(kind, self.actor, self.now, {"platform": str(platform.id), **body})


def present(rows: Sequence[Any]) -> list[Any]:
    """Those that are not retired."""
    return [row for row in rows if row.retired_at is None]


def is_at(endpoint: Endpoint, channel: str, address: str, vault: Vault) -> bool:
    """Whether it has this address on this channel; nothing is opened for that."""
    if endpoint.channel != channel:
        return False
    if endpoint.address_index is None:
        return endpoint.address == address
    return endpoint.address_index in vault.indexed(address)


def retire_endpoint(session: Session, endpoint_id: UUID, reason: str, now: datetime) -> list[Fact]:
    """The receiver has ended this address for good; the facts for the stream ``registry``, none where it was retired.

    Args:
        reason: one word, such as ``gone``.
    """
    locked = sa.select(Endpoint).where(Endpoint.id == endpoint_id).with_for_update()
    endpoint = session.scalars(locked.execution_options(populate_existing=True)).one_or_none()
    if endpoint is None or endpoint.retired_at is not None:
        return []
    endpoint.retired_at = now
    body = {"platform": str(endpoint.contact.platform_id), **_ids(endpoint), "reason": reason}
    return [Fact(_K.ENDPOINT_RETIRED, "desk", now, body)]


def owners(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Who owns these domains (ASCII) now: domain to registry id."""
    query = sa.select(Domain.ascii_name, Platform.registry_id).join(Domain.platform).where(Domain.ascii_name.in_(names))
    return {row.ascii_name: row.registry_id for row in session.execute(query)}


def _ids(endpoint: Endpoint) -> dict[str, Any]:
    return {"contact": str(endpoint.contact_id), "endpoint": str(endpoint.id)}


def _set(row: Any, columns: Sequence[tuple[str, str]], cells: Cells) -> list[str]:
    changed = [(cell, column) for cell, column in columns if getattr(row, column, None) != cells[cell]]
    for cell, column in changed:
        setattr(row, column, cells[cell])
    return [cell for cell, _column in changed]


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
