"""The fan-out plan: who is asked what about which items, and to which addresses it goes first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from crisis import errors
from crisis.domain import first_round, merging, routing, urls
from crisis.domain.declaration import Audience, AudienceMode, GivenItem
from crisis.domain.first_round import OutOfHours, Send
from crisis.domain.merging import Merged
from crisis.domain.notice import Ask
from crisis.domain.registry import Platform

__all__ = ["Merged", "OutOfHours", "Plan", "PlannedItem", "Request", "Send", "plan"]


@dataclass(frozen=True, slots=True)
class PlannedItem:
    """One item with its owner. Without one: ``reason`` is ``SHARED`` for a hash alone, else ``None``."""

    url: str | None
    content_key: str
    host: str | None
    sha256: str | None
    md5: str | None
    pdq: str | None
    owner: Platform | None = None
    reason: routing.Reason | None = None


class Request(NamedTuple):
    """What one platform is asked: ``items`` it owns (host or assigned) and hashes ``shared`` with everybody.

    ``sends`` leave at once, ``calls`` (phones) become lines of the call list.
    """

    platform: Platform
    ask: Ask
    items: tuple[tuple[PlannedItem, routing.Reason], ...]
    shared: tuple[PlannedItem, ...]
    sends: tuple[Send, ...]
    calls: tuple[Send, ...]

    @property
    def is_reachable(self) -> bool:
        """Whether anything leaves or anybody can be called."""
        return bool(self.sends or self.calls)


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that a declaration does to the outside, before it does it.

    ``unrouted``: addresses without an owner. ``outside``: items whose owner the audience leaves out.
    ``unreachable``: platforms asked without an address that can be used. ``out_of_hours``: first contacts
    off duty, each with who is alerted as well. ``unverified``: addresses nobody ever checked.
    """

    items: tuple[PlannedItem, ...]
    merged: tuple[Merged, ...]
    requests: tuple[Request, ...]
    unrouted: tuple[PlannedItem, ...]
    outside: tuple[PlannedItem, ...]
    unreachable: tuple[Platform, ...]
    out_of_hours: tuple[OutOfHours, ...]
    unverified: tuple[Send, ...]

    @property
    def reaches_anyone(self) -> bool:
        """Whether there is one address that can be used; else nothing may be declared."""
        return any(request.is_reachable for request in self.requests)

    @property
    def counts(self) -> dict[str, int]:
        """The counts of the contract's answer to a declaration."""
        return {
            "notices": len(self.requests),
            "alerts": sum(len(request.sends) for request in self.requests),
            "items": len(self.items),
            "merged_items": len(self.merged),
            "unrouted_items": len(self.unrouted),
        }


def plan(
    items: Iterable[GivenItem],
    *,
    platforms: Sequence[Platform],
    audience: Audience,
    assign: Mapping[str, str],
    now: datetime,
    to_ascii: urls.ToAscii,
    known: frozenset[str] = frozenset(),
) -> Plan:
    """The plan at ``now`` for items that were given, over the platforms that are registered.

    ``assign`` maps content keys (or addresses as given) to registry ids and goes before the owner of
    the host. ``known`` is as for ``merging.merge``. Requests come in the order of ``platforms``.

    Raises:
        InvalidInput: the audience or ``assign`` names what is not there.
    """
    distinct, merged = merging.merge(items, to_ascii=to_ascii, known=known)
    by_id = {platform.registry_id: platform for platform in platforms}
    assigned = _assigned(assign, {item.content_key for item in distinct if item.url}, by_id, to_ascii)
    planned = _with_owners(distinct, routing.Router(platforms), assigned)
    owned: dict[str, list[PlannedItem]] = {}
    for item in planned:
        if item.owner is not None:
            owned.setdefault(item.owner.registry_id, []).append(item)
    shared = tuple(item for item in planned if item.reason is routing.Reason.SHARED)
    audience_ids = _audience(audience, by_id, owned)
    asked = [platform for platform in platforms if platform.registry_id in audience_ids]
    requests = tuple(_request(platform, owned.get(platform.registry_id, []), shared, now) for platform in asked)
    asked_ids = {platform.registry_id for platform in asked}
    return Plan(
        items=planned,
        merged=merged,
        requests=requests,
        unrouted=tuple(item for item in planned if item.reason is None),
        outside=tuple(item for item in planned if item.owner is not None and item.owner.registry_id not in asked_ids),
        unreachable=tuple(request.platform for request in requests if not request.is_reachable),
        out_of_hours=tuple(found for request in requests if (found := _out_of_hours(request, now)) is not None),
        unverified=tuple(send for request in requests for send in request.sends if send.endpoint.verified_on is None),
    )


def _assigned(
    assign: Mapping[str, str], addresses: set[str], by_id: Mapping[str, Platform], to_ascii: urls.ToAscii
) -> dict[str, Platform]:
    faults: dict[str, str] = {}
    found: dict[str, Platform] = {}
    for name, registry_id in assign.items():
        content_key = name if name in addresses else _content_key(name, to_ascii)
        if content_key not in addresses:
            faults[f"assign.{name}"] = "names no address among the items"
        elif registry_id not in by_id:
            faults[f"assign.{name}"] = "there is no such platform in the registry"
        else:
            found[content_key] = by_id[registry_id]
    if faults:
        raise errors.InvalidInput("Some items can't be assigned; look at them again.", fields=faults)
    return found


def _content_key(address: str, to_ascii: urls.ToAscii) -> str:
    try:
        return urls.key(address, to_ascii).content_key
    except errors.InvalidInput:
        return address


def _with_owners(
    distinct: Iterable[merging.Distinct], router: routing.Router, assigned: Mapping[str, Platform]
) -> tuple[PlannedItem, ...]:
    planned = []
    for item in distinct:
        owner = assigned.get(item.content_key)
        reason: routing.Reason | None = routing.Reason.ASSIGNED if owner else None
        if item.host is None:
            reason = routing.Reason.SHARED
        elif owner is None and (owner := router.owner(item.host)) is not None:
            reason = routing.Reason.HOST
        planned.append(
            PlannedItem(item.url, item.content_key, item.host, item.sha256, item.md5, item.pdq, owner, reason)
        )
    return tuple(planned)


def _audience(audience: Audience, by_id: Mapping[str, Platform], owned: Mapping[str, object]) -> set[str]:
    if audience.mode is AudienceMode.ALL:
        return set(by_id)
    if audience.mode is AudienceMode.AFFECTED:
        return set(owned)
    unknown = {
        f"audience.platforms[{position}]": "there is no such platform in the registry"
        for position, registry_id in enumerate(audience.platforms)
        if registry_id not in by_id
    }
    if unknown:
        raise errors.InvalidInput("The audience names platforms that are not in the registry.", fields=unknown)
    return set(audience.platforms)


def _request(
    platform: Platform, items: Sequence[PlannedItem], shared: tuple[PlannedItem, ...], now: datetime
) -> Request:
    named = tuple((item, item.reason) for item in items if item.reason is not None)
    if not named and not shared:
        return Request(platform, Ask.INFORM, (), (), first_round.inform(platform), ())
    sends, calls = first_round.alert(platform, now)
    return Request(platform, Ask.ACT if named else Ask.SEARCH, named, shared, sends, calls)


def _out_of_hours(request: Request, now: datetime) -> OutOfHours | None:
    return None if request.ask is Ask.INFORM else first_round.out_of_hours(request.platform, now)
