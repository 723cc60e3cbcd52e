"""Receipts of gateways without an adapter of their own: JSON, signed as Standard Webhooks 1.0.0 says.

    {"id": "<id of the alert, or the gateway's own>", "status": "delivered", "at": "2026-11-21T02:06:31Z"}

``status`` is one of queued, sending, sent, delivered, failed; ``at`` and ``reason`` may be left out.
"""

import base64
import binascii
import hmac
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crisis.config import Settings
from crisis.domain import rfc3339, text
from crisis.domain.receipt import Receipt, Status

if TYPE_CHECKING:
    from crisis.notify.receipts import Request

#: *Source:* Standard Webhooks 1.0.0: five minutes either way.
_SKEW = timedelta(minutes=5)
_LONGEST = 200
_STATUSES = {one.value: one for one in (Status.QUEUED, Status.SENDING, Status.SENT, Status.DELIVERED, Status.FAILED)}


def keys(settings: Settings) -> tuple[str, ...]:
    """The secrets."""
    return tuple(settings.callback_secret.split())


def is_signed(request: "Request", keys: tuple[str, ...], *, now: datetime) -> bool:
    """Whether one of the secrets signed it, not longer ago than a clock may be wrong."""
    stamp, name = request.headers.get("webhook-timestamp", ""), request.headers.get("webhook-id", "")
    if not (stamp.isascii() and stamp.isdecimal() and len(stamp) <= 12):
        return False
    message = f"{name}.{stamp}.".encode() + request.body
    made = [b"v1," + base64.b64encode(hmac.digest(_bytes(key), message, "sha256")) for key in keys]
    given = request.headers.get("webhook-signature", "").encode().split()[:10]
    fits = sum(hmac.compare_digest(one, other) for one in given for other in made)  # each is compared
    return fits > 0 and abs(now.timestamp() - int(stamp)) <= _SKEW.total_seconds()


def read(request: "Request") -> Receipt | None:
    """The status of one message.

    Raises:
        ValueError: it is not of the form above.
    """
    try:
        said = json.loads(request.body)
    except RecursionError:
        raise ValueError("no JSON that can be read") from None
    if not isinstance(said, dict):
        raise ValueError("expected an object")
    about, status, at, reason = (said.get(name, "") for name in ("id", "status", "at", "reason"))
    if not isinstance(about, str) or not 0 < len(about) <= _LONGEST or text.forbidden(about):
        raise ValueError("id: expected the id of a message")
    if not isinstance(status, str) or status not in _STATUSES:
        raise ValueError(f"status: expected one of {', '.join(_STATUSES)}")
    when = rfc3339.read(at) if isinstance(at, str) and at else None
    shown = text.shorten(text.visible(reason), _LONGEST) if isinstance(reason, str) else ""
    return Receipt("signed", about, _STATUSES[status], "", shown, when)


def _bytes(key: str) -> bytes:
    try:
        return base64.b64decode(key.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return key.encode()
