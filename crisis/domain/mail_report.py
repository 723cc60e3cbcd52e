"""A delivery status notification: what a mail host says became of a mail. *Source:* RFC 3464, RFC 3463."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message

from crisis.domain import mail_headers, text
from crisis.domain.receipt import Status

_CODE = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ADDRESS = re.compile(r"[^\s<>:;,()]{1,128}@[^\s<>:;,()]{1,255}")
_MOST_RECIPIENTS = 50
_DETAIL = 300  # characters

#: ``relayed`` and ``expanded``: it left the world in which anybody reports; nobody knows more than before.
_ACTIONS = {
    "failed": Status.FAILED,
    "delayed": Status.TRYING,
    "delivered": Status.DELIVERED,
    "relayed": Status.SENT,
    "expanded": Status.SENT,
}
#: Where one mail has several recipients it has arrived if it has anywhere, and failed only if it has everywhere.
_BEST_FIRST = (Status.DELIVERED, Status.SENT, Status.TRYING, Status.FAILED)


@dataclass(frozen=True, slots=True)
class Report:
    """``code`` is the enhanced status code, such as 5.1.1; ``detail`` what the host said, without addresses."""

    status: Status
    code: str
    detail: str


def read(block: bytes) -> Report | None:
    """The report in a ``message/delivery-status`` part; ``None`` where no recipient has an action."""
    groups = re.split(rb"\r?\n[ \t]*\r?\n", block[: 64 * 1024])
    found = [one for group in groups[: _MOST_RECIPIENTS + 1] if (one := _recipient(group)) is not None]
    return min(found, key=lambda one: _BEST_FIRST.index(one.status), default=None)


def code(texts: Sequence[str]) -> str:
    """The first enhanced status code in these texts; empty where there is none."""
    return next((found.group(1) for one in texts if (found := _CODE.search(one[:20_000]))), "")


def detail(said: str) -> str:
    """What a host said, without the addresses in it."""
    return text.shorten(mail_headers.tidy(_ADDRESS.sub("…", said[:2000])), _DETAIL)


def _recipient(group: bytes) -> Report | None:
    headers: Message = mail_headers.parse(group.lstrip(b"\r\n"))
    words = mail_headers.raw(headers, "Action").lower().split()
    if not words or words[0] not in _ACTIONS:
        return None
    said = mail_headers.decoded(headers, "Diagnostic-Code")
    stated = mail_headers.raw(headers, "Status")
    return Report(_ACTIONS[words[0]], code([stated, said]), detail(said.partition(";")[2].strip() or said))
