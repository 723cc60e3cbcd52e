"""Writes to the registry: each changes rows and gives back the facts that the record is told."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import hosts, records
from crisis.store import keys
from crisis.store.models import Contact, Domain, Endpoint, Platform
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


@dataclass(frozen=True, slots=True)
class Writer:
    """Who writes, when, and how a domain becomes ASCII; every method flushes nothing and commits nothing."""

    session: Session
    now: datetime
    actor: str
    to_ascii: Callable[[str], str]

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
        endpoint = Endpoint(id=keys.new(), created_at=self.now, channel=cells["channel"], address=cells["address"])
        endpoint.verified_on = _date(cells["verified_on"])
        contact.endpoints.append(endpoint)
        ids = {"contact": str(contact.id), "endpoint": str(endpoint.id)}
        return endpoint, [self._fact(_K.ENDPOINT_ADDED, platform, channel=endpoint.channel, **ids)]

    def change_endpoint(self, endpoint: Endpoint, cells: Cells) -> list[Fact]:
        """Channel, address and the day of the last check, as given."""
        fields = _set(endpoint, (("channel", "channel"), ("address", "address")), cells)
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

    def retire_endpoint(self, endpoint: Endpoint) -> list[Fact]:
        endpoint.retired_at = self.now
        ids = {"contact": str(endpoint.contact_id), "endpoint": str(endpoint.id)}
        return [self._fact(_K.ENDPOINT_RETIRED, endpoint.contact.platform, **ids)]

    def _named(self, cell: str) -> list[tuple[str, str]]:
        return [(given, hosts.domain(given, self.to_ascii)) for given in cell.split()]

    def _fact(self, kind: records.Kind, platform: Platform, **body: Any) -> Fact:
        return Fact(kind, self.actor, self.now, {"platform": str(platform.id), **body})


def present(rows: Sequence[Any]) -> list[Any]:
    """Those that are not retired."""
    return [row for row in rows if row.retired_at is None]


def owners(session: Session, names: Sequence[str]) -> dict[str, str]:
    """Who owns these domains (ASCII) now: domain to registry id."""
    query = sa.select(Domain.ascii_name, Platform.registry_id).join(Domain.platform).where(Domain.ascii_name.in_(names))
    return {row.ascii_name: row.registry_id for row in session.execute(query)}


def _set(row: Any, columns: Sequence[tuple[str, str]], cells: Cells) -> list[str]:
    changed = [(cell, column) for cell, column in columns if getattr(row, column, None) != cells[cell]]
    for cell, column in changed:
        setattr(row, column, cells[cell])
    return [cell for cell, _column in changed]


def _date(cell: str) -> date | None:
    return date.fromisoformat(cell) if cell else None
