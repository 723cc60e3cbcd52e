"""Fictional platforms and declarations, each with sensible parts that a test can replace."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from crisis.store import db
from crisis.store.models import Contact, Domain, Endpoint, Platform

CREATED_AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
VERIFIED_ON = date(2026, 1, 5)
SHA256 = "b6b704305bdb00ae382274c34be0f81ae35d71d270f829e65c45facf9fe80883"
MD5 = "9e107d9d372bb6826bd81d3542a419d6"
PDQ = "22dd113cc8c42276f36c1575a71a56c660bb9aeee516093181012ad6c086ee53"


def declaration(**parts: Any) -> dict[str, Any]:
    """The body of a declaration as the API takes it; ``parts`` replace its fields."""
    return {
        "title": "Attack in a shopping street, copies circulating",
        "summary": "Fictional. A recording made by the attacker is being copied across services.",
        "kind": "terrorist-violent-extremist",
        "severity": "extreme",
        "instrument": "alert",
        "exercise": False,
        "tlp": "AMBER",
        "occurred_at": "2026-03-02T01:00:00Z",
        "member_states": ["BE"],
        "audience": {"all": True},
        "items": [{"url": "https://pixelly.example/watch/1"}],
        **parts,
    }


def endpoint(address: str = "crisis@pixelly.example", **parts: Any) -> Endpoint:
    """A mail endpoint; ``channel`` makes it another one."""
    return Endpoint(
        **{"channel": "email", "address": address, "verified_on": VERIFIED_ON, "created_at": CREATED_AT, **parts}
    )


def contact(position: int = 1, *, endpoints: Sequence[Endpoint | str] = (), **parts: Any) -> Contact:
    """A contact on duty day and night; an endpoint given as text is a mail address."""
    return Contact(
        **{
            "position": position,
            "name": f"Desk {position}",
            "language": "en",
            "time_zone": "Europe/Brussels",
            "hours": "24/7",
            "created_at": CREATED_AT,
            "endpoints": [endpoint(one) if isinstance(one, str) else one for one in endpoints],
            **parts,
        }
    )


def platform(
    registry_id: str = "p-001",
    *,
    name: str = "Pixelly",
    domains: Sequence[str] = ("pixelly.example",),
    contacts: Sequence[Contact] | None = None,
    **parts: Any,
) -> Platform:
    """A platform with, unless contacts are given, one contact with one mail address at its first domain."""
    mail = f"crisis@{ascii_name(domains[0]) if domains else f'{registry_id}.example'}"
    return Platform(
        **{
            "registry_id": registry_id,
            "name": name,
            "kind": "company",
            "service": "video-sharing",
            "home_state": "BE",
            "languages": "en",
            "created_at": CREATED_AT,
            "domains": [
                Domain(position=position, name=domain, ascii_name=ascii_name(domain))
                for position, domain in enumerate(domains)
            ],
            "contacts": list(contacts) if contacts is not None else [contact(endpoints=[mail])],
            **parts,
        }
    )


def add(*platforms: Platform) -> tuple[Platform, ...]:
    """Write platforms to the database of the test and commit; the same objects, with their keys."""
    with db.transaction() as session:
        session.add_all(platforms)
        session.flush()
        for one in platforms:  # loaded now, so that they can be read after the session has ended
            _ = one.domains, [contact.endpoints for contact in one.contacts]
    return platforms


def ascii_name(domain: str) -> str:
    """The domain as the DNS has it."""
    return domain.encode("idna").decode("ascii").lower()


def registry(count: int = 3) -> tuple[Platform, ...]:
    """``count`` platforms: p-001 Pixelly, which owns pixelly.example, then p-002, which owns p-002.example …"""
    others = (
        platform(f"p-{number:03}", name=f"Platform {number:03}", domains=(f"p-{number:03}.example",))
        for number in range(2, count + 1)
    )
    return (platform(), *others)
