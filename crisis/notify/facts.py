"""Facts: what every message of an incident says, whoever it goes to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from crisis.config import Settings
from crisis.domain import incident


class Incident(Protocol):
    """The part of an incident's row that messages use."""

    ref: str
    purpose: str
    kind: str
    severity: str
    tlp: str
    summary: str
    occurred_at: datetime | None
    declared_at: datetime
    member_states: str
    authority_name: str
    desk_name: str
    desk_phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Texts may be hostile; times are UTC."""

    ref: str
    exercise: bool
    tlp: incident.Tlp
    kind: incident.Kind
    severity: incident.Severity
    summary: str
    occurred_at: datetime | None
    declared_at: datetime
    member_states: tuple[str, ...]  # two letters each
    authority: str  # who authors
    desk_name: str  # who transmits
    desk_phone: str
    incident_url: str  # the incident page, for our own officers


def of(row: Incident, settings: Settings) -> Facts:
    """The facts of an incident that is in the database."""
    return Facts(
        ref=row.ref,
        exercise=row.purpose == incident.Purpose.EXERCISE,
        tlp=incident.Tlp(row.tlp),
        kind=incident.Kind(row.kind),
        severity=incident.Severity(row.severity),
        summary=row.summary,
        occurred_at=row.occurred_at,
        declared_at=row.declared_at,
        member_states=tuple(row.member_states.split()),
        authority=row.authority_name,
        desk_name=row.desk_name,
        desk_phone=row.desk_phone,
        incident_url=f"{settings.public_url}/incidents/{row.ref}",
    )
