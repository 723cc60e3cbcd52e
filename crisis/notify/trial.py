"""A trial: one message to one address, outside every incident and the queue, and all that was said of it."""

import json
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert
from crisis.domain import text as texts
from crisis.domain.outgoing import Text
from crisis.notify import apprise, email, languages, rendering, webhook
from crisis.notify.inbox import Inbox
from crisis.notify.sender import Envelope, Sender

REF = "TEST"

_PATIENCE_SECONDS = 15.0
_MOST_SHOWN = 2000  # signs of a body
_SECRET_HEADERS = frozenset({"webhook-signature", "authorization"})
_HIDDEN = "•••"


@dataclass(frozen=True, slots=True)
class Tried:
    """An endpoint: its address as it is kept, the language of its contact, the generation of a webhook's secret."""

    endpoint_id: uuid.UUID
    channel: alert.Channel
    address: str
    language: str
    generation: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """What went out and what came back, fit to be shown."""

    headers: tuple[tuple[str, str], ...]  # of a webhook
    sent: str
    outcome: alert.Outcome
    detail: str
    code: int | None
    answer: str
    seconds: float


@dataclass(frozen=True, slots=True)
class _Message:
    """As rendering wants an alert."""

    id: uuid.UUID
    message_id: uuid.UUID
    channel: str
    address: str
    slots: Mapping[str, str]
    planned_at: datetime
    link_id: uuid.UUID | None = None
    reply_to_id: uuid.UUID | None = None
    provider: str = ""  # as its address says


def run(settings: Settings, to: Tried, *, now: datetime) -> Exchange:
    """Send, and wait for the end, 15 s at most.

    Raises:
        Conflict: nobody can be written to there.
    """
    if to.channel in alert.BY_PEOPLE:
        raise errors.Conflict("Phones and portals are for people: call it, or open its page.")
    slots = {"ref": REF, "endpoint_id": str(to.endpoint_id), "secret_generation": str(to.generation)}
    message = _Message(uuid.uuid4(), to.endpoint_id, to.channel.value, to.address, slots, now)
    templates = rendering.Templates(settings)
    templates.learn({to.endpoint_id: _text(to.channel, to.language, settings.desk_name)})
    envelope = templates.envelope(message, started_at=now)
    began = time.monotonic()
    if to.channel is alert.Channel.WEBHOOK:
        return _by_webhook(settings, envelope, began)
    by_mail = to.channel is alert.Channel.EMAIL
    sender: Sender = email.Sender(settings, connections=1) if by_mail else apprise.Sender(settings)
    inbox = Inbox()
    outcome, detail, code = alert.Outcome.UNKNOWN, f"No end within {_PATIENCE_SECONDS:.0f} s.", None
    try:
        sender.submit([envelope], inbox)
        for _, result in inbox.take(1, most=1, batch_seconds=_PATIENCE_SECONDS, patience_seconds=_PATIENCE_SECONDS):
            outcome, detail, code = result.outcome, result.detail, result.code
    finally:
        sender.close()
    sent = "\n\n".join(part for part in (envelope.subject, _shown(envelope.payload)) if part)
    return Exchange((), sent, outcome, detail, code, "", time.monotonic() - began)


def _by_webhook(settings: Settings, envelope: Envelope, began: float) -> Exchange:
    sender = webhook.Sender(settings, demo_webhook_base=settings.demo_webhook_url or None)
    try:
        got = sender.exchange(envelope)
    finally:
        sender.close()
    headers = tuple(
        (name, _HIDDEN if name.lower() in _SECRET_HEADERS else value) for name, value in got.headers.items()
    )
    return Exchange(
        headers=headers,
        sent=_shown(envelope.payload),
        outcome=got.said.outcome,
        detail=got.said.detail,
        code=got.said.code,
        answer=_shown(got.body),
        seconds=time.monotonic() - began,
    )


def _text(channel: alert.Channel, language: str, desk: str) -> Text:
    words = languages.words(languages.chosen(language))
    subject = words.gettext("Test of the crisis desk: nothing to do")
    text = words.gettext(
        "%(desk)s is testing whether its messages reach you at this address. This is no alert and no exercise; "
        "you need not answer.",
        desk=desk,
    )
    if channel is alert.Channel.WEBHOOK:
        return Text("", json.dumps({"ref": REF, "exercise": True, "purpose": alert.Purpose.TEST.value}), "")
    html = f"<p>{escape(text)}</p>" if channel is alert.Channel.EMAIL else ""
    return Text(subject, text, html)


def _shown(data: bytes) -> str:
    """Text without signs that could play tricks, shortened."""
    return texts.shorten(
        "".join(sign if sign.isprintable() or sign == "\n" else " " for sign in data.decode("utf-8", "replace")),
        _MOST_SHOWN,
    )
