"""The rows of a registry file against its rules: each cell by itself, then the rows against each other."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from crisis import errors
from crisis.domain import hosts, hours, text, urls
from crisis.domain.alert import Channel
from crisis.domain.registry_row import Row

#: Characters of a cell, and of an address.
MAX_CELL = 200
MAX_ADDRESS = 2000

PLATFORM_CELLS = ("platform_name", "kind", "service", "domains", "home_state", "languages")
CONTACT_CELLS = ("contact_name", "contact_language", "time_zone", "hours")

_MAY_BE_EMPTY = frozenset({"domains", "verified_on"})
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_STATE = re.compile(r"[A-Z]{2}", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_ORDER = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
_PHONE = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)  # Source: ITU-T E.164, at most 15 digits
_APPRISE = re.compile(r"[a-z][a-z0-9+.-]*://\S+", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Checks:
    """What the rules need from elsewhere; see ``registry_file.read``."""

    to_ascii: hosts.ToAscii
    is_public_suffix: Callable[[str], bool]
    check_mail: Callable[[str], object]
    check_apprise: Callable[[str], object] = len  # by itself, nothing stands against one

    def faults(self, rows: Iterable[Row]) -> list[tuple[int, str]]:
        """Each faulty line with everything that is wrong with it."""
        rows = list(rows)
        found: dict[int, list[str]] = {}
        for row in rows:
            found.setdefault(row.line, []).extend(self.row(row))
        for line, reason in (*_differing(rows), *_doubled_endpoints(rows), *self._doubled_domains(rows)):
            found[line].append(reason)
        return [(line, "; ".join(reasons)) for line, reasons in found.items() if reasons]

    def row(self, row: Row) -> Iterator[str]:
        """What is wrong with one row by itself."""
        for name in (*PLATFORM_CELLS, *CONTACT_CELLS, "platform_id", "contact_order", "channel", "verified_on"):
            yield from _cell(name, getattr(row, name), most=MAX_CELL)
        yield from _cell("address", row.address, most=MAX_ADDRESS, formula=row.channel != Channel.PHONE)
        yield from _shape("platform_id", row.platform_id, _ID, "letters, digits and . _ -")
        yield from _shape("home_state", row.home_state, _STATE, "two capital letters such as BE")
        yield from _shape("contact_order", row.contact_order, _ORDER, "a number from 1 to 999")
        yield from self._domains(row.domains)
        for name, languages in (("languages", row.languages.split(" ")), ("contact_language", [row.contact_language])):
            for language in languages:
                yield from _shape(name, language, _LANGUAGE, "language codes such as fr, separated by one space")
        yield from _readable("time_zone", lambda: hours.zone(row.time_zone))
        yield from _readable("hours", lambda: hours.parse(row.hours))
        yield from self.address(row.channel, row.address)
        yield from _date(row.verified_on)

    def address(self, channel: str, address: str) -> Iterator[str]:
        """What is wrong with an address for its channel."""
        if channel not in list(Channel):
            yield f"channel: expected one of {', '.join(Channel)}"
        elif channel == Channel.EMAIL:
            yield from _readable("address", lambda: self.check_mail(address))
        elif channel == Channel.PHONE:
            yield from _shape("address", address, _PHONE, "a phone number as + and digits, such as +3225550199")
        elif channel == Channel.APPRISE:
            if not (
                fault := list(_shape("address", address, _APPRISE, "an Apprise address such as mmost://host/token"))
            ):
                fault = list(_readable("address", lambda: self.check_apprise(address)))
            yield from fault
        elif channel == Channel.PORTAL:
            yield from _readable("address", lambda: _portal(address, self.to_ascii))
        else:
            yield from _readable("address", lambda: _webhook(address, self.to_ascii))

    def _domains(self, cell: str) -> Iterator[str]:
        seen: set[str] = set()
        for name in cell.split(" ") if cell else []:
            try:
                domain = hosts.domain(name, self.to_ascii)
            except errors.InvalidInput as wrong:
                yield f"domains: {wrong}"
                continue
            if domain in seen:
                yield f"domains: {name} is there twice"
            if self.is_public_suffix(domain):
                yield f"domains: {name} is a public suffix; under it everybody registers names"
            seen.add(domain)

    def _doubled_domains(self, rows: Iterable[Row]) -> Iterator[tuple[int, str]]:
        owners: dict[str, Row] = {}
        told: set[tuple[str, str]] = set()
        for row in rows:
            for name in row.domains.split(" "):
                try:
                    domain = hosts.domain(name, self.to_ascii)
                except errors.InvalidInput:
                    continue
                owner = owners.setdefault(domain, row)
                if owner.platform_id != row.platform_id and (domain, row.platform_id) not in told:
                    told.add((domain, row.platform_id))
                    yield row.line, f"domains: {name} is {owner.platform_id}'s already, in line {owner.line}"


def _cell(name: str, value: str, *, most: int, formula: bool = True) -> Iterator[str]:
    if not value and name not in _MAY_BE_EMPTY:
        yield f"{name}: is missing"
    if len(value) > most:
        yield f"{name}: has {len(value)} characters; at most {most} fit"
    if (bad := text.forbidden(value)) is not None:
        yield f"{name}: holds the character {bad}"
    elif value != value.strip() or "  " in value:
        yield f"{name}: has blanks around or in it that don't show"
    if formula and text.is_formula(value):
        yield f"{name}: begins with {value[0]!r}, which a spreadsheet takes for a formula"


def _shape(name: str, value: str, pattern: re.Pattern[str], expected: str) -> Iterator[str]:
    if value and not pattern.fullmatch(value):
        yield f"{name}: expected {expected}"


def _readable(name: str, read: Callable[[], object]) -> Iterator[str]:
    try:
        read()
    except (errors.InvalidInput, ValueError) as wrong:
        yield f"{name}: {wrong}"


def _date(cell: str) -> Iterator[str]:
    if not cell:
        return
    try:
        same = date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        same = False
    if not same:
        yield "verified_on: expected a date such as 2026-03-23, or nothing"


def _webhook(address: str, to_ascii: hosts.ToAscii) -> None:
    host = urls.key(address, to_ascii).host
    if address.lower().startswith("https://"):
        return
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise errors.InvalidInput("A webhook's address begins with https://; http:// is for loopback only.")


def _portal(address: str, to_ascii: hosts.ToAscii) -> None:
    if not address.lower().startswith("https://") or urls.key(address, to_ascii).host == "":
        raise errors.InvalidInput("A portal's address is that of its page and begins with https://.")


def _differing(rows: Iterable[Row]) -> Iterator[tuple[int, str]]:
    """Rows that say something else of the same platform or contact than its first row."""
    first: dict[tuple[str, ...], Row] = {}
    for row in rows:
        for owner, cells in (
            ((row.platform_id,), PLATFORM_CELLS),
            ((row.platform_id, row.contact_order), CONTACT_CELLS),
        ):
            before = first.setdefault(owner, row)
            differing = [name for name in cells if getattr(before, name) != getattr(row, name)]
            if differing:
                what = "platform" if len(owner) == 1 else "contact"
                yield row.line, f"{', '.join(differing)}: not as in line {before.line}, though the {what} is the same"


def _doubled_endpoints(rows: Iterable[Row]) -> Iterator[tuple[int, str]]:
    seen: dict[tuple[str, ...], Row] = {}
    for row in rows:
        before = seen.setdefault((row.platform_id, row.contact_order, row.channel, row.address), row)
        if before is not row:
            yield row.line, f"address: the same contact has it in line {before.line} already"
