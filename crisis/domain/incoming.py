"""A mail that came in, as values: who wrote, to whom, about which of our mails, in which words.

Whatever the bytes are, reading them raises nothing and takes time and memory in proportion to their
number. Attachments are weighed and forgotten: of them only kind, size and digest are kept.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import Message
from uuid import UUID

from crisis.domain import html_text, mail_content, mail_headers, mail_parts, mail_report
from crisis.domain.mail_parts import Part
from crisis.domain.mail_report import Report

#: Bytes of a mail that are read; what is longer is cut.
LARGEST = 32 * 1024 * 1024
#: Characters of text that are kept.
LONGEST_TEXT = 100_000
_TEXT_BYTES = 600_000  # of the encoded text that are decoded
_ORIGINAL = 200_000  # characters of the original, attachments left out
_MOST_ATTACHMENTS = 50

_RECIPIENT_HEADERS = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To", "Cc")
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_REPORTS = ("message/delivery-status", "message/global-delivery-status")

#: Headers by which programs say that no person wrote.
_SIGNS = ("Auto-Submitted", "Precedence", "X-Autoreply", "X-Autorespond", "X-Auto-Reply", "X-Failed-Recipients",
          "X-Crisis-Ref", "List-Id", "X-Vacation")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is kept of an attachment; not its name, which can be content itself."""

    kind: str
    size: int  # bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Mail:
    """``key`` is the same for the same mail over whatever way it came; ``sha256`` is that of its bytes."""

    key: str
    sha256: str
    size: int
    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    null_sender: bool
    subject: str
    about: tuple[tuple[UUID, str], ...]  # ids of our mails that it names, with their hosts; the nearest first
    ref: str  # of an incident, as its headers say
    signs: dict[str, str]
    is_report: bool
    report: Report | None
    text: str
    shortened: bool
    attachments: tuple[Attachment, ...]
    original: str  # headers and texts as they came, attachments left out


def read(raw: bytes) -> Mail:
    """The mail in these bytes."""
    data = raw[:LARGEST]
    headers, body, parts = mail_parts.split(data)
    kind, parameters = mail_headers.kind(headers)
    is_report = kind == "multipart/report" and parameters.get("report-type", "delivery-status") == "delivery-status"
    texts, others = [one for one in parts if one.is_text], [one for one in parts if not one.is_text]
    text, shortened = _words(data, texts)
    returned = _returned(data, others) if is_report else None
    return Mail(
        key=_key(headers, data, body),
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        message_id=mail_headers.tidy(mail_headers.raw(headers, "Message-ID"))[:300],
        sender=mail_headers.address(headers, "From"),
        sender_name=mail_headers.display_name(headers, "From")[:200],
        recipients=tuple(dict.fromkeys(mail_headers.addresses(headers, *_RECIPIENT_HEADERS))),
        null_sender=mail_headers.null_sender(headers),
        subject=mail_headers.decoded(headers, "Subject")[:500],
        about=_about(headers, returned),
        ref=_ref(headers, returned),
        signs={name: mail_headers.raw(headers, name)[:200] for name in _SIGNS if name in headers},
        is_report=is_report,
        report=_report(data, others) if is_report else None,
        text=text,
        shortened=shortened or len(raw) > LARGEST,
        attachments=_weighed(data, others, is_report=is_report),
        original=_original(data, body, texts),
    )


def _key(headers: Message, data: bytes, body: int) -> str:
    """Over what the writer made, and nothing that hosts add on the way."""
    said = "\n".join(mail_headers.raw(headers, name) for name in ("Message-ID", "From", "Date", "Subject"))
    digest = hashlib.sha256(said.encode("utf-8", "replace") + b"\n\n")
    digest.update(memoryview(data)[body:])
    return digest.hexdigest()


def _words(data: bytes, texts: Sequence[Part]) -> tuple[str, bool]:
    """What its writer wrote: the plain parts, or those with markup where the plain ones say nothing."""
    for wanted in ("text/plain", "text/html"):
        parts = [one for one in texts if one.kind == wanted][:20]
        shown = [_decoded(data, one) for one in parts]
        plain = [html_text.words(one) if wanted == "text/html" else one for one in shown]
        text = mail_headers.tidy(mail_content.without("\n".join(plain)), lines=True)
        if text:
            cut = any(one.end - one.start > _TEXT_BYTES for one in parts)
            return text[:LONGEST_TEXT], cut or len(text) > LONGEST_TEXT
    return "", False


def _decoded(data: bytes, part: Part) -> str:
    return mail_headers.in_charset(mail_parts.body(data, part, most=_TEXT_BYTES), part.parameters.get("charset", ""))


def _returned(data: bytes, others: Sequence[Part]) -> Message | None:
    """The headers of our own mail, where a report gives it back."""
    for one in others:
        if one.kind in _RETURNED:
            return mail_headers.parse(mail_parts.body(data, one, most=64 * 1024))
    return None


def _about(headers: Message, returned: Message | None) -> tuple[tuple[UUID, str], ...]:
    named = [mail_headers.raw(returned, "Message-ID")] if returned is not None else []
    named.append(mail_headers.raw(headers, "In-Reply-To"))
    found = [one for value in named for one in mail_headers.ids(value)]
    found += reversed(mail_headers.ids("".join(mail_headers.every(headers, "References"))[-8000:]))
    return tuple(dict.fromkeys(found))


def _ref(headers: Message, returned: Message | None) -> str:
    own = mail_headers.raw(headers, "X-Crisis-Ref")
    return mail_headers.tidy(own or (mail_headers.raw(returned, "X-Crisis-Ref") if returned is not None else ""))[:40]


def _report(data: bytes, others: Sequence[Part]) -> Report | None:
    for one in others:
        if one.kind in _REPORTS:
            return mail_report.read(mail_parts.body(data, one, most=64 * 1024))
    return None


def _weighed(data: bytes, others: Sequence[Part], *, is_report: bool) -> tuple[Attachment, ...]:
    kept = [one for one in others if not (is_report and one.kind in (*_RETURNED, *_REPORTS))]
    found = []
    for one in kept[:_MOST_ATTACHMENTS]:
        content = mail_parts.body(data, one, most=LARGEST)
        found.append(Attachment(one.kind, len(content), hashlib.sha256(content).hexdigest()))
    return tuple(found)


def _original(data: bytes, body: int, texts: Sequence[Part]) -> str:
    pieces = [data[: min(body, 64 * 1024)].decode("utf-8", "replace")]
    pieces += [mail_content.without(_decoded(data, one)) for one in texts[:20]]
    return mail_headers.tidy("\n".join(pieces), lines=True)[:_ORIGINAL]
