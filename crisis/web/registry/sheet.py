"""One line of the registry list: what would fail at night, told from the platform's own data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from crisis.domain import alert, hours, sealed
from crisis.domain.registry import Contact, Endpoint, Platform

STALE_DAYS = 180  # a check older than half a year says little; what the list marks


@dataclass(frozen=True, slots=True)
class Line:
    """A platform as the list shows it."""

    platform: Platform
    local: datetime | None  # its own time now, of its first contact
    oldest_check: date | None  # None: an address was never checked
    age_days: int | None
    stale: bool
    unreachable: bool  # not one address that a message can go to
    at_night: bool  # somebody is on duty day and night
    contacts: int
    addresses: int
    phone: bool


def lines(platforms: Iterable[Platform], now: datetime) -> list[Line]:
    """All lines, those that could fail first: unreachable, never checked, oldest check, then by name."""
    found = [_line(platform, now) for platform in platforms]
    return sorted(
        found,
        key=lambda line: (
            not line.unreachable,
            line.oldest_check is not None,
            line.oldest_check or date.max,
            line.platform.name.casefold(),
        ),
    )


def matching(found: Iterable[Line], *, text: str, show: str) -> list[Line]:
    """Those that hold ``text`` in a name, domain or address, and are of the kind ``show``."""
    wanted = text.casefold().split()
    return [line for line in found if _is(line, show) and all(word in _searched(line.platform) for word in wanted)]


def _is(line: Line, kind: str) -> bool:
    match kind:
        case "stale":
            return line.stale or line.unreachable
        case "no-phone":
            return not line.phone
        case "office":
            return not line.at_night
        case _:
            return True


def _line(platform: Platform, now: datetime) -> Line:
    endpoints = [endpoint for contact in platform.contacts for endpoint in contact.endpoints]
    written = [endpoint for endpoint in endpoints if endpoint.channel not in alert.BY_PEOPLE]
    checks = [endpoint.verified_on for endpoint in written]
    oldest = None if not checks or None in checks else min(check for check in checks if check is not None)
    age = None if oldest is None else (now.date() - oldest).days
    return Line(
        platform=platform,
        local=_local(platform.by_position(), now),
        oldest_check=oldest,
        age_days=age,
        stale=age is None or age > STALE_DAYS,
        unreachable=not written,
        at_night=any(contact.hours == "24/7" and contact.endpoints for contact in platform.contacts),
        contacts=len(platform.contacts),
        addresses=len(endpoints),
        phone=any(endpoint.channel is alert.Channel.PHONE for endpoint in endpoints),
    )


def _local(contacts: Sequence[Contact], now: datetime) -> datetime | None:
    return hours.local(contacts[0], now) if contacts else None


def _searchable(endpoint: Endpoint) -> str:
    return sealed.service(endpoint.address) if sealed.is_sealed(endpoint.address) else endpoint.address


def _searched(platform: Platform) -> str:
    parts = [platform.registry_id, platform.name, platform.service, platform.home_state, *platform.domains]
    for contact in platform.contacts:
        parts += [contact.name, *(_searchable(endpoint) for endpoint in contact.endpoints)]
    return " ".join(parts).casefold()
