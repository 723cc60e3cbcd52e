"""Probes as messages: where they go, and words that nobody can take for an alert."""

import hmac
import json
from html import escape

from crisis.config import Settings
from crisis.domain import alert, canary
from crisis.domain.outgoing import Text

OWN = "own"  # what CRISIS_CANARY_WEBHOOK says for this desk itself
REF = "CANARY"

#: What a webhook's signature is made for; a probe belongs to no endpoint of the registry.
_NO_ENDPOINT = "00000000-0000-0000-0000-000000000000"

_SUBJECT = "Probe of the crisis desk, nothing to do"
_TEXT = (
    "This is an automatic probe of our own delivery. It is no alert, no exercise and belongs to no incident.\n"
    "Nobody needs to read or to answer it."
)


def sinks(settings: Settings) -> list[canary.Sink]:
    """Where probes go. The demo sends none: it has no line to the outside that could be proven."""
    found: list[canary.Sink] = []
    if settings.demo:
        return found
    if settings.canary_mail:
        found.append(canary.Sink(alert.Channel.EMAIL, settings.canary_mail, returns=_comes_back(settings)))
    if settings.canary_webhook:
        own = own_url(settings)
        address = own if settings.canary_webhook == OWN else settings.canary_webhook
        found.append(canary.Sink(alert.Channel.WEBHOOK, address, returns=address == own))
    return found


def costly_sinks(settings: Settings) -> list[canary.Sink]:
    """Where only somebody's own command sends a probe, because each may cost money."""
    if settings.demo or not settings.canary_apprise:
        return []
    return [canary.Sink(alert.Channel.APPRISE, settings.canary_apprise)]


def own_url(settings: Settings) -> str:
    """The address under which this desk takes its own webhook probes."""
    return f"{settings.public_url}/canary/{token(settings.secret_key)}"


def token(secret: str) -> str:
    """What only this desk can know of that address."""
    return hmac.digest(secret.encode(), b"canary|v1", "sha256")[:16].hex()


def text(channel: alert.Channel) -> Text:
    """The message of a probe."""
    if channel is alert.Channel.WEBHOOK:
        return Text("", json.dumps({"ref": REF, "exercise": True, "purpose": alert.Purpose.TEST.value}), "")
    if channel is alert.Channel.APPRISE:
        return Text(_SUBJECT, _TEXT, "")
    return Text(_SUBJECT, _TEXT, f"<p>{escape(_TEXT)}</p>")


def slots(channel: alert.Channel) -> dict[str, str]:
    """The values that sending needs."""
    if channel is alert.Channel.WEBHOOK:
        return {"ref": REF, "endpoint_id": _NO_ENDPOINT, "secret_generation": "1"}
    return {"ref": REF}


def _comes_back(settings: Settings) -> bool:
    """Whether probes by mail go to the mailbox that the desk itself reads."""
    own = {settings.mail_from.casefold(), settings.reply_address.casefold()}
    return bool(settings.imap_url) and settings.canary_mail.casefold() in own
