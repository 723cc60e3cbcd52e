"""Receipts of providers: taken if their signature is right, kept once, answered at once."""

import logging
from typing import Any

from flask import Blueprint, current_app, request
from werkzeug.exceptions import TooManyRequests

from crisis import errors
from crisis.notify import receipts
from crisis.web import desk, guards
from crisis.web.answer import throttle
from crisis.workflows import receive_receipt

blueprint = Blueprint("callbacks", __name__)

LARGEST = 64 * 1024  # bytes; a receipt has a few hundred

_log = logging.getLogger(__name__)
_FORGED = "crisis.callbacks.forged"


@blueprint.post("/callbacks/<provider>")
@guards.signed
def take(provider: str) -> Any:
    """200 for what is known already as well: a provider asks again until it hears that."""
    adapter = receipts.ADAPTERS.get(provider)
    keys = adapter.keys(desk.settings()) if adapter is not None else ()
    if adapter is None or not keys:
        raise errors.NotFound(
            "No receipts are taken here. CRISIS_TWILIO_AUTH_TOKEN or CRISIS_CALLBACK_SECRET opens it."
        )
    request.max_content_length = LARGEST
    sent = receipts.Request(_url(), {name.lower(): value for name, value in request.headers}, request.get_data())
    if not adapter.is_signed(sent, keys, now=desk.now()):
        forged = current_app.extensions.setdefault(_FORGED, throttle.Tries())
        if forged.too_many(request.remote_addr or "", now=desk.now()):
            raise TooManyRequests
        _log.warning("callback.refused", extra={"provider": provider})
        raise errors.NotAllowed(
            "The signature does not fit, so nothing was read. Check the key and the public address."
        )
    try:
        said = adapter.read(sent)
    except ValueError as wrong:
        raise errors.InvalidInput(f"The receipt can't be read: {wrong}.") from None
    if said is not None:
        receive_receipt.take(said, now=desk.now())
    return "", 200


def _url() -> str:
    """The address as the provider called it, and signed; behind a proxy only the settings know it."""
    query = request.query_string.decode("latin-1")
    return f"{desk.settings().public_url}{request.path}{'?' + query if query else ''}"
