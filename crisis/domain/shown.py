"""One contact, call, answer, alert or item as page, API, command and report show it.

Times are UTC. Addresses are masked; only phone numbers are whole, since people dial them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from crisis.domain import alert, item


@dataclass(frozen=True, slots=True)
class EndpointView:
    id: UUID
    channel: alert.Channel
    address: str  # masked, except of a phone
    verified_on: date | None


@dataclass(frozen=True, slots=True)
class ContactView:
    """A contact of a platform, at the hour it has there."""

    id: UUID
    position: int  # in the ladder, from 1
    name: str
    language: str
    time_zone: str
    hours: str
    local_time: datetime  # now, in the contact's zone
    on_duty: bool
    acknowledged_at: datetime | None
    alerted: bool
    endpoints: tuple[EndpointView, ...]


@dataclass(frozen=True, slots=True)
class CallView:
    """One call that an officer recorded."""

    id: UUID
    contact_name: str
    number: str
    outcome: str  # reached, no_answer, wrong_number
    note: str | None
    called_at: datetime
    called_by: str  # actor


@dataclass(frozen=True, slots=True)
class AnswerView:
    """One thing that a contact said, or seemed to say (``confirmed`` false, with the ``doubt``)."""

    id: UUID
    contact_id: UUID
    contact_name: str
    kind: str  # a notice.Answer, show_list or items
    confirmed: bool
    doubt: str | None
    name: str  # typed
    case_number: str | None
    note: str | None
    reason: str | None
    better_contact: str | None
    happened_at: datetime | None  # claimed
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class PortalView:
    """One request entered at a platform's own portal, with the number that the portal gave."""

    id: UUID
    url: str
    number: str
    used_at: datetime
    used_by: str  # actor


@dataclass(frozen=True, slots=True)
class AttemptView:
    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: alert.Outcome | None  # none while it is under way
    detail: str | None
    size: int | None  # bytes
    sha256: str | None


@dataclass(frozen=True, slots=True)
class AlertView:
    """One message to one endpoint. ``attempts`` is filled where it was asked for, else empty."""

    id: UUID
    notice_id: UUID
    platform_id: str  # of the registry
    platform_name: str
    contact_id: UUID
    contact: str
    channel: alert.Channel
    address: str  # masked
    purpose: alert.Purpose
    cause: str
    state: alert.State
    planned_at: datetime
    due_at: datetime
    first_attempt_at: datetime | None
    accepted_at: datetime | None
    ended_at: datetime | None
    attempts_started: int
    detail: str | None  # of the last result
    possible_repeat: bool
    attempts: tuple[AttemptView, ...] = ()
    evidence: str | None = None  # what its acceptance proves: our_relay or their_server
    delivered_at: datetime | None = None
    delivered_by: str | None = None  # delivery_report or provider_receipt


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail that came in about a request; of its text only the beginning."""

    id: UUID
    notice_id: UUID
    alert_id: UUID | None
    kind: str  # a mail_kind.Kind
    state: str  # open, filed, answered, set_aside
    received_at: datetime
    sender: str
    sender_name: str
    subject: str
    beginning: str
    attachments: int
    status: str | None  # of a report, with its code and what the host said
    code: str | None
    detail: str | None
    case_number: str | None
    settled_by: str | None  # actor

    @property
    def is_open(self) -> bool:
        """Whether a person wrote it and no officer has decided what it is."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item as asked of one platform. ``url`` is as given: defang it before it is shown."""

    id: UUID
    notice_item_id: UUID
    position: int
    url: str | None
    host: str | None
    sha256: str | None
    md5: str | None
    pdq: str | None
    reason: str  # host, assigned, shared
    named_at: datetime
    target_at: datetime
    outcome: item.Outcome
    happened_at: datetime | None  # claimed
    recorded_at: datetime | None
