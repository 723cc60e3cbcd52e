"""The mailbox of the demo: each caught message is one file, written whole or not at all."""

import email
import email.policy
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.parser import BytesHeaderParser
from functools import cached_property
from pathlib import Path

from crisis import config

#: More than many exercises send; the oldest go first.
KEPT = 5_000

_ID = re.compile(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{8}", re.ASCII)
_TIME = "%Y%m%dT%H%M%S.%fZ"


@dataclass(frozen=True)
class Caught:
    """One message as it arrived for one recipient. ``id`` sorts by arrival; ``caught_at`` is UTC."""

    id: str
    raw: bytes

    @property
    def caught_at(self) -> datetime:
        return caught_at(self.id)

    @cached_property
    def headers(self) -> Message:
        """Its headers alone, which is much quicker than the whole of it."""
        return BytesHeaderParser(policy=email.policy.default).parsebytes(self.raw)

    @cached_property
    def message(self) -> EmailMessage:
        parsed = email.message_from_bytes(self.raw, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)  # by the policy
        return parsed

    @property
    def recipient(self) -> str:
        """The address on the envelope, or the URL of a webhook."""
        return self.header("Delivered-To")

    @property
    def is_webhook(self) -> bool:
        return "://" in self.recipient

    @property
    def ref(self) -> str:
        return self.header("X-Crisis-Ref")

    @property
    def subject(self) -> str:
        return self.header("Subject")

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        """The HTML form; empty where there is none."""
        return self._part("html")

    @property
    def source(self) -> str:
        return self.raw.decode("utf-8", "replace")

    def header(self, name: str) -> str:
        """One header as text on one line; empty where it is missing."""
        return " ".join(str(self.headers.get(name, "")).split())

    def _part(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content())


class Mailbox:
    """The folder with everything that was caught. Several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, raw: bytes, *, recipient: str, sender: str, now: datetime) -> str:
        """Keep a message as a mail server would put it into a mailbox; gives its id."""
        self.folder.mkdir(parents=True, exist_ok=True)
        name = f"{now.astimezone(UTC).strftime(_TIME)}-{secrets.token_hex(4)}"
        trace = f"Return-Path: <{_one_line(sender)}>\r\nDelivered-To: {_one_line(recipient)}\r\n"
        part = self.folder / f".{name}.part"
        part.write_bytes(trace.encode("utf-8") + raw)
        part.rename(self.folder / f"{name}.eml")
        return name

    def get(self, name: str) -> Caught | None:
        """One message; ``None`` if there is none of this id."""
        if not _ID.fullmatch(name):
            return None
        try:
            return Caught(name, (self.folder / f"{name}.eml").read_bytes())
        except FileNotFoundError:
            return None

    def ids(self) -> list[str]:
        """Every id, oldest first."""
        if not self.folder.is_dir():
            return []
        return sorted(path.stem for path in self.folder.glob("*.eml") if _ID.fullmatch(path.stem))

    def newest(self) -> Iterator[Caught]:
        """Every message, newest first, read as it is asked for."""
        for name in reversed(self.ids()):
            caught = self.get(name)
            if caught is not None:
                yield caught

    def prune(self, keep: int = KEPT) -> None:
        """Take out the oldest messages beyond ``keep``."""
        for name in self.ids()[:-keep]:
            (self.folder / f"{name}.eml").unlink(missing_ok=True)


def of(settings: config.Settings) -> Mailbox:
    """The mailbox of the desk with these settings."""
    return Mailbox(settings.data_dir / "mails")


def caught_at(name: str) -> datetime:
    """When the message of this id came in (UTC)."""
    return datetime.strptime(name.partition("-")[0], _TIME).replace(tzinfo=UTC)


def _one_line(text: str) -> str:
    return "".join(sign for sign in text if sign.isprintable())
