"""Take a registry file: everything of it or, if one line has a fault, nothing."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain import apprise_services, hosts, registry_file
from crisis.domain.registry_row import COLUMNS, Row
from crisis.notify import addresses
from crisis.store import db, platforms, records, registrations
from crisis.store.models import Contact, Platform
from crisis.store.records import Fact


@dataclass(slots=True)
class Imported:
    """What the file changed, or would change: counts by kind of fact, and the platforms concerned."""

    dry_run: bool
    rows: int
    platforms: int
    facts: dict[str, int] = field(default_factory=dict)  # such as {"platform.added": 3}
    concerned: list[str] = field(default_factory=list)  # registry ids, in the order of the file
    not_in_file: int = 0  # platforms, contacts and endpoints that the registry has and the file has not

    @property
    def changed(self) -> bool:
        return bool(self.facts)


class _Undo(Exception):  # carries nothing; a dry run leaves its transaction with it
    pass


def read(text: str, services: Collection[str] = apprise_services.KNOWN) -> list[Row]:
    """The rows of a file; ``services`` are the Apprise services that may be used.

    Raises:
        InvalidInput: with every fault by ``line N``.
    """
    return registry_file.read(
        text,
        to_ascii=addresses.to_ascii,
        is_public_suffix=addresses.is_public_suffix,
        check_mail=addresses.mail_address,
        check_apprise=lambda address: apprise_services.check(address, services),
    )


def import_registry(
    text: str,
    *,
    now: datetime,
    actor: str,
    dry_run: bool = False,
    retire_missing: bool = False,
    services: Collection[str] = apprise_services.KNOWN,
) -> Imported:
    """Make the registry say what the file says of its platforms; the same file again changes nothing.

    Args:
        dry_run: do it all, then undo it; what would change is told.
        retire_missing: also retire what is not in the file. Without it nothing is retired.
        services: the Apprise services that may be used.

    Raises:
        InvalidInput: a line has a fault, or gives a domain a second owner; nothing was applied.
    """
    rows = read(text, services)
    ids = list(dict.fromkeys(row.platform_id for row in rows))
    outcome = Imported(dry_run, len(rows), len(ids))
    try:
        with db.transaction() as session:
            facts = _Import(session, rows, now=now, actor=actor).run(outcome, retire_missing=retire_missing)
            _count(outcome, facts, ids, session)
            if facts and not dry_run:
                session.flush()
                records.append(session, records.REGISTRY, facts, now=now)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return outcome


class _Import:
    """One file on its way into the registry."""

    def __init__(self, session: Session, rows: Sequence[Row], *, now: datetime, actor: str) -> None:
        self.session = session
        self.rows = rows
        self.writer = registrations.Writer(session, now, actor, addresses.to_ascii, db.vault())
        self.present = {one.registry_id: one for one in platforms.whole(session)}

    def run(self, outcome: Imported, *, retire_missing: bool) -> list[Fact]:
        first = {row.platform_id: row for row in reversed(self.rows)}
        facts: list[Fact] = []
        missing = [one for key, one in self.present.items() if key not in first and one.retired_at is None]
        outcome.not_in_file = len(missing)
        if retire_missing:
            facts += [fact for one in missing for fact in self.writer.retire_platform(one)]
        # domains are let go before any is taken: two platforms may swap one
        for key, row in first.items():
            if key in self.present:
                facts += self.writer.drop_domains(self.present[key], row.domains)
        self.session.flush()
        self._refuse_second_owners(first.values())
        by_platform: dict[str, list[Row]] = {}
        for row in self.rows:
            by_platform.setdefault(row.platform_id, []).append(row)
        for key, rows in by_platform.items():
            facts += self._platform(self.present.get(key), rows, outcome, retire_missing=retire_missing)
        return facts

    def _refuse_second_owners(self, rows: Iterable[Row]) -> None:
        wanted = {hosts.domain(name, addresses.to_ascii): row for row in rows for name in row.domains.split()}
        fields = {}
        names = list(wanted)
        for start in range(0, len(names), 500):
            for name, owner in registrations.owners(self.session, names[start : start + 500]).items():
                row = wanted[name]
                if owner != row.platform_id:
                    fields[f"line {row.line}"] = f"domains: {name} belongs to {owner}, which is not in the file"
        if fields:
            raise errors.InvalidInput("Nothing of the registry file was taken: a domain has one owner.", fields=fields)

    def _platform(
        self, platform: Platform | None, rows: list[Row], outcome: Imported, *, retire_missing: bool
    ) -> list[Fact]:
        cells = _cells(rows[0])
        if platform is None:
            platform, facts = self.writer.new_platform(cells)
        else:
            facts = self.writer.change_platform(platform, cells)
        facts += self.writer.set_domains(platform, cells["domains"])
        contacts = {one.position: one for one in registrations.present(platform.contacts)}
        by_order: dict[int, list[Row]] = {}
        for row in rows:
            by_order.setdefault(int(row.contact_order), []).append(row)
        missing = [one for position, one in contacts.items() if position not in by_order]
        outcome.not_in_file += len(missing)
        if retire_missing:
            facts += [fact for one in missing for fact in self.writer.retire_contact(one)]
        for position, of_contact in by_order.items():
            facts += self._contact(platform, contacts.get(position), of_contact, outcome, retire_missing=retire_missing)
        return facts

    def _contact(
        self, platform: Platform, contact: Contact | None, rows: list[Row], outcome: Imported, *, retire_missing: bool
    ) -> list[Fact]:
        cells = _cells(rows[0])
        if contact is None:
            contact, facts = self.writer.new_contact(platform, cells)
        else:
            facts = self.writer.change_contact(contact, cells)
        endpoints = registrations.present(contact.endpoints)
        for row in rows:
            vault = self.writer.vault
            endpoint = next(
                (one for one in endpoints if registrations.is_at(one, row.channel, row.address, vault)), None
            )
            if endpoint is None:
                facts += self.writer.new_endpoint(platform, contact, _cells(row))[1]
            else:
                endpoints.remove(endpoint)
                facts += self.writer.change_endpoint(endpoint, _cells(row))
        outcome.not_in_file += len(endpoints)
        if retire_missing:
            facts += [fact for one in endpoints for fact in self.writer.retire_endpoint(one)]
        return facts


def _cells(row: Row) -> dict[str, str]:
    return {name: getattr(row, name) for name in COLUMNS}


def _count(outcome: Imported, facts: Sequence[Fact], ids: Sequence[str], session: Session) -> None:
    for fact in facts:
        outcome.facts[fact.kind.value] = outcome.facts.get(fact.kind.value, 0) + 1
    touched = {fact.body["platform"] for fact in facts}
    session.flush()
    names = {str(one.id): one.registry_id for one in platforms.whole(session)}
    concerned = {names[key] for key in touched}
    order = {key: place for place, key in enumerate(ids)}
    outcome.concerned = sorted(concerned, key=lambda key: (order.get(key, len(order)), key))
