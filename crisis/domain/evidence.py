"""Why we believe that a platform has the message: kinds in rising order, and which of them are proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """In rising order. That a page was opened is never evidence: link scanners open pages."""

    OUR_RELAY = "our_relay"
    THEIR_SERVER = "their_server"
    DELIVERY_REPORT = "delivery_report"
    PROVIDER_RECEIPT = "provider_receipt"
    MACHINE_READ = "machine_read"
    PORTAL = "portal"
    REACHED_BY_PHONE = "reached_by_phone"
    ANSWERED = "answered"


RANK: dict[Kind, int] = {kind: rank for rank, kind in enumerate(Kind)}

#: From a delivery report upward it is proof; that a server took a message is not.
PROOF = frozenset(kind for kind in Kind if RANK[kind] >= RANK[Kind.DELIVERY_REPORT])


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason, with the time at which it became one (UTC)."""

    kind: Kind
    at: datetime


def earliest_of_each_kind(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The first of every kind, weakest kind first."""
    first: dict[Kind, Evidence] = {}
    for one in evidence:
        if one.kind not in first or one.at < first[one.kind].at:
            first[one.kind] = one
    return sorted(first.values(), key=lambda one: RANK[one.kind])


def received_at(evidence: Iterable[Evidence]) -> datetime | None:
    """The earliest time with proof of receipt (UTC); ``None`` while there is only hope."""
    return min((one.at for one in evidence if one.kind in PROOF), default=None)
