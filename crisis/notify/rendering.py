"""Rendering: from a claimed alert and its message to the bytes that go on the wire; the same inputs, the same bytes."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, key_text, provider
from crisis.domain.outgoing import Text
from crisis.notify import addresses, links, marks, mime, return_path
from crisis.notify.sender import Envelope

#: Mails of one fan-out differ in zone and count of addresses: some dozens of kinds, of some kilobytes each.
_MOST_KEPT = 512


_Shared = tuple[bytes, bytes, bytes, mime.Body]
#: What mails share, when they were planned, and what it was made of: that way nothing else gets their places.
_Kept = tuple[_Shared, datetime, mime.Prepared, Mapping[str, str]]

_CHANNELS = {channel.value: channel for channel in alert.Channel}


class Alert(Protocol):
    """The part of a claimed alert that rendering needs."""

    @property
    def id(self) -> UUID: ...
    @property
    def message_id(self) -> UUID: ...
    @property
    def link_id(self) -> UUID | None: ...
    @property
    def reply_to_id(self) -> UUID | None: ...
    @property
    def channel(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def slots(self) -> Mapping[str, str]: ...
    @property
    def planned_at(self) -> datetime: ...
    @property
    def provider(self) -> str: ...


class Templates:
    """The messages that a drain has met so far, and what every mail of this desk has in common."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[int, tuple[str, str, str]] = {}  # a key's number is looked up in a fifth of its own time
        self._desk = Desk(settings)

    def missing(self, message_ids: Iterable[UUID]) -> set[UUID]:
        """Those that have to be learned before their alerts can be rendered."""
        return {one for one in message_ids if one.int not in self._known}

    def learn(self, messages: Mapping[UUID, Text]) -> None:
        """Keep these messages; they never change."""
        self._known.update((one.int, (row.subject, row.text, row.html)) for one, row in messages.items())

    def envelope(self, claimed: Alert, *, started_at: datetime) -> Envelope:
        """The alert ready for its sender. One that can't be rendered has no payload, and its sender refuses it."""
        channel = _CHANNELS[claimed.channel]
        subject, text, html = self._known[claimed.message_id.int]
        payload, title, back = b"", "", ""
        secrets: tuple[str, ...] = ()
        try:
            link = self._link(claimed)
            if channel is alert.Channel.EMAIL:
                back = self._desk.return_path(claimed.id)
                payload = self._desk.mail(mime.prepare(subject, text, html), claimed, link)
            elif channel is alert.Channel.WEBHOOK:
                values = _with_link(claimed.slots, link)
                secrets = self._webhook_secrets(values, started_at)
                payload = webhook_body(text, claimed, values)
            else:
                values = _with_link(claimed.slots, link)
                title = mime.fill(marks.split(subject), values)
                payload = mime.fill(marks.split(text), values).encode()
        except (errors.InvalidInput, LookupError, ValueError):
            payload = b""  # one row that is wrong must not hold up the queue
        name = claimed.provider or provider.of(channel, claimed.address)
        return Envelope(claimed.id, channel, claimed.address, payload, started_at, name, title, secrets, back)

    def _link(self, claimed: Alert) -> str | None:
        if claimed.link_id is None:
            return None
        # a new link is a new row, so each row stays with its first generation
        token = links.token(self._settings.secret_key, claimed.link_id, 1)
        return links.address(self._settings.public_url, token)

    def _webhook_secrets(self, values: Mapping[str, str], at: datetime) -> tuple[str, ...]:
        """The newest, and the one before it while that still holds."""
        endpoint_id, generation = UUID(values["endpoint_id"]), int(values["secret_generation"])
        until = values.get("secret_previous_until")
        still = until is not None and at < datetime.fromisoformat(until) and generation > 1
        hold = (generation, generation - 1) if still else (generation,)
        return tuple(links.webhook_secret(self._settings.secret_key, endpoint_id, one) for one in hold)


class Desk:
    """Who writes: the headers that every mail of this desk has."""

    def __init__(self, settings: Settings) -> None:
        sender = addresses.mail_address(settings.mail_from)
        reply = addresses.mail_address(settings.reply_address)
        self._host = sender.domain_ascii
        self._sender = str(sender) if settings.mail_verp else ""
        self._from = mime.header_bytes("From", mime.mailbox(settings.desk_name, str(sender)))
        self._reply_to = mime.header_bytes("Reply-To", str(reply))
        self._kept: dict[tuple[int, int], _Kept] = {}

    def return_path(self, alert_id: UUID) -> str:
        """Where reports about this alert's mail go; empty: to the desk's own address."""
        return return_path.of(self._sender, alert_id) if self._sender else ""

    def mail(self, prepared: mime.Prepared, claimed: Alert, link: str | None) -> bytes:
        """The mail. A retry has the same bytes: its date is that of the plan.

        Raises:
            InvalidInput: the address is none, or a value would break a header.
        """
        to = addresses.mail_address(claimed.address)
        before, middle, after, body = self._shared(prepared, claimed)
        references = b""
        if claimed.reply_to_id is not None and claimed.reply_to_id != claimed.id:
            references = f"References: <{claimed.reply_to_id}@{self._host}>\r\n".encode()
        return b"".join(
            [
                before,
                mime.header_bytes("To", str(to)),
                middle,
                f"Message-ID: <{key_text.kept(claimed.id)}@{self._host}>\r\n".encode(),
                references,
                after,
                *body.with_link(mime.MISSING if link is None else link),
            ]
        )

    def _shared(self, prepared: mime.Prepared, claimed: Alert) -> _Shared:
        """What this mail has in common with others: its headers around To and Message-ID, and its texts."""
        slots, planned_at = claimed.slots, claimed.planned_at
        key = id(prepared), id(slots)  # the same ones for many mails, and kept with what was made of them
        kept = self._kept.get(key)
        if kept is not None and kept[1] == planned_at:
            return kept[0]
        body = mime.body(prepared, slots)
        ref = mime.header("X-Crisis-Ref", slots.get("ref", ""))
        shared = (
            mime.date(planned_at) + self._from,
            self._reply_to + body.subject,
            ref + b"Auto-Submitted: auto-generated\r\n",
            body,
        )
        if len(self._kept) >= _MOST_KEPT:
            self._kept = {}
        self._kept[key] = shared, planned_at, prepared, slots
        return shared


def _with_link(slots: Mapping[str, str], link: str | None) -> Mapping[str, str]:
    return slots if link is None else {**slots, "link": link}


#: What of an alert's slots a program gets, and whether it is a number.
_FOR_PROGRAMS = {"items_count": True, "hashes_count": True, "batch": True, "named_at": False, "target_at": False}


def webhook_body(message: str, claimed: Alert, values: Mapping[str, str]) -> bytes:
    """The JSON of a webhook; no address of content is in it.

    *Source:* Standard Webhooks 1.0.0: ``type``, ``timestamp``, ``data``.
    """
    data: dict[str, object] = {"id": str(claimed.id), **json.loads(message)}
    for name, is_number in _FOR_PROGRAMS.items():
        value = values.get(name)
        data[name] = int(value) if is_number and value is not None else value
    data["link"] = values.get("link")
    at = claimed.planned_at.astimezone(UTC)
    body = {"type": "crisis.alert", "timestamp": f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", "data": data}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
