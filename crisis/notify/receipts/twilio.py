"""Twilio's receipts: a form, signed over the URL and its fields.

*Source:* Twilio, "Security: validating requests": base64 of HMAC-SHA1, keyed by the auth token, over the
full URL followed by every name and value of the form in the order of the names.
"""

import base64
import hmac
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from crisis.config import Settings
from crisis.domain.receipt import Receipt, Status

if TYPE_CHECKING:
    from crisis.notify.receipts import Request

_MOST_FIELDS = 100
_LONGEST = 100  # characters of an id or a code

#: *Source:* Twilio, "Message status values".
_STATUSES = {
    "accepted": Status.QUEUED,
    "scheduled": Status.QUEUED,
    "queued": Status.QUEUED,
    "sending": Status.SENDING,
    "sent": Status.SENT,
    "delivered": Status.DELIVERED,
    "read": Status.DELIVERED,
    "undelivered": Status.FAILED,
    "failed": Status.FAILED,
    "canceled": Status.FAILED,
}


def keys(settings: Settings) -> tuple[str, ...]:
    """The auth tokens."""
    return tuple(settings.twilio_auth_token.split())


def is_signed(request: "Request", keys: tuple[str, ...], *, now: datetime) -> bool:
    """Whether the header fits one of the tokens."""
    del now  # nothing in it says when: a repetition changes nothing
    given = request.headers.get("x-twilio-signature", "").encode()
    message = request.url + "".join(f"{name}{value}" for name, value in sorted(set(_fields(request.body))))
    made = [base64.b64encode(hmac.digest(key.encode(), message.encode(), "sha1")) for key in keys]
    return sum(hmac.compare_digest(given, one) for one in made) > 0  # each is compared, whichever fits


def read(request: "Request") -> Receipt | None:
    """The status of one message; ``None`` for a status that says nothing of delivery."""
    fields = dict(_fields(request.body))
    about = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not about or len(about) > _LONGEST or not about.isalnum():
        raise ValueError("no MessageSid")
    status = _STATUSES.get(fields.get("MessageStatus") or fields.get("SmsStatus") or "")
    if status is None:
        return None
    code = fields.get("ErrorCode", "")
    shown = code if code.isdecimal() and len(code) <= 10 else ""
    return Receipt("twilio", about, status, shown, f"error {shown}" if shown else "")


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:  # no form, or one of too many fields
        return []
