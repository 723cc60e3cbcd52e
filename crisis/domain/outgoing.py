"""What is to be sent to whom: the values that pass from a workflow through the texts to the rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from crisis.domain import alert, fan_out, notice, registry

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class Recipient(NamedTuple):
    """One endpoint of one contact, and what its message is about; or an officer, without a notice.

    Times are UTC; ``time_zone`` is a zone of the tz database.
    """

    channel: alert.Channel
    address: str
    name: str
    language: str
    time_zone: str
    provider: str = ""  # empty: as the address says
    secret: registry.Secret = registry.FIRST_SECRET  # of a webhook
    notice_id: UUID | None = None
    platform_name: str = ""
    ask: notice.Ask = notice.Ask.INFORM
    contact_id: UUID | None = None
    endpoint_id: UUID | None = None
    user_id: UUID | None = None
    items: int = 0  # addresses named, of this batch
    hashes: int = 0  # shared hashes to search
    batch: int = 1
    named_at: datetime | None = None
    target_at: datetime | None = None
    first_alert_id: UUID | None = None  # the first alert to this endpoint in this incident, for References
    extra: Mapping[str, Any] = _NOTHING  # further facts of a purpose, by name


class TextKey(NamedTuple):
    """A text is the same for everyone with the same key."""

    round: str
    ask: str
    language: str
    channel: str


@dataclass(frozen=True, slots=True)
class Text:
    """A message with named slots, as plain text and as HTML that says the same."""

    subject: str
    text: str
    html: str


class Draft(NamedTuple):
    """One alert before it is written: its recipient, its text, the values for the slots."""

    alert_id: UUID
    recipient: Recipient
    cause: str
    purpose: alert.Purpose
    text_key: TextKey
    slots: Mapping[str, str]
    due_at: datetime


def recipients(
    request: fan_out.Request,
    *,
    notice_id: UUID,
    items: int,
    hashes: int,
    batch: int,
    named_at: datetime,
    target_at: datetime | None,
) -> list[Recipient]:
    """The endpoints that one platform's part of a plan sends to."""
    return [
        Recipient(
            channel=send.endpoint.channel,
            address=send.endpoint.address,
            secret=send.endpoint.secret,
            name=send.contact.name,
            language=send.contact.language,
            time_zone=send.contact.time_zone,
            provider=send.endpoint.provider,
            notice_id=notice_id,
            platform_name=request.platform.name,
            ask=request.ask,
            contact_id=send.contact.id,
            endpoint_id=send.endpoint.id,
            items=items,
            hashes=hashes,
            batch=batch,
            named_at=named_at,
            target_at=target_at,
        )
        for send in request.sends
    ]
