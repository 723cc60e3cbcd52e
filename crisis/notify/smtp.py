"""SMTP in words: what the mail host is, how its replies are cut, and what they mean for a mail.

*Source:* RFC 5321 (SMTP), 2034 (enhanced status codes).
"""

import os
import re
import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from crisis.domain import alert
from crisis.notify import addresses

#: For each reply; a whole mail has twice as long, and so has the opening of a connection.
TIMEOUT_SECONDS = 5.0

#: Of one reply, with all its lines; no host has so much to say.
MOST_REPLY = 16 * 1024

_LONGEST_DETAIL = 200
_MAILBOX = re.compile(r"<?\S+@\S+")
#: Postfix: "queued as X"; Exim: "OK id=X"; Exchange: "[InternalId=X"; Sendmail: "X Message accepted"; SES: "Ok X".
_QUEUED = re.compile(
    r"(?:queued as |\bid=|InternalId=)<?([\w.+/=:-]{1,100})|\b([\w.-]{6,100}) Message accepted|^Ok ([\w.-]{16,100})$",
    re.IGNORECASE | re.ASCII,
)
_QUEUED_AS = "queued as "
_QUEUE_ID = re.compile(r"<?([\w.+/=:-]{1,100})", re.ASCII)
_DOT = re.compile(rb"\n\.")
_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3} +")

#: Code and text of one whole reply.
Reply = tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class MailHost:
    """Where mail is handed over, from ``CRISIS_SMTP_URL``."""

    host: str
    port: int
    implicit_tls: bool
    plain: bool  # ``?tls=none``: without TLS even where it is offered
    user: str
    password: str

    @property
    def is_loopback(self) -> bool:
        return addresses.is_loopback(self.host)


class Verdict(NamedTuple):
    """What becomes of a mail, and why."""

    outcome: alert.Outcome
    detail: str
    code: int | None = None
    remote_id: str = ""


class Refused(Exception):
    """The connection could not be made ready for mail; ``verdict`` holds for every mail that waits for it."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(verdict.detail)
        self.verdict = verdict


class Unreadable(Exception):
    """What the mail host says is no SMTP, or more than anybody needs; leave it."""


def read_url(url: str) -> MailHost:
    """The mail host of a checked ``CRISIS_SMTP_URL``."""
    parts = urlsplit(url)
    implicit = parts.scheme == "smtps"
    return MailHost(
        host=parts.hostname or "",
        port=parts.port or (465 if implicit else 25 if not parts.username else 587),
        implicit_tls=implicit,
        plain=parse_qs(parts.query).get("tls", ["auto"])[0] == "none",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class Replies:
    """Cuts what arrives into whole replies."""

    __slots__ = ("_before", "_rest", "_size")

    def __init__(self) -> None:
        self._rest = b""  # of a line
        self._before: list[bytes] = []  # lines of a reply whose last one is still to come
        self._size = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing was said that does not belong to a whole reply."""
        return not self._rest and not self._before

    def feed(self, data: bytes) -> list[Reply]:
        """The replies that are whole now.

        Raises:
            Unreadable: they are none, or too long.
        """
        *lines, rest = (self._rest + data).split(b"\n") if self._rest else data.split(b"\n")
        found: list[Reply] = []
        for line in lines:
            self._size += len(line)
            if self._size > MOST_REPLY:
                raise Unreadable(_TOO_LONG)
            code, is_last, text = _cut(line)
            if not is_last:
                self._before.append(text)
                continue
            if self._before:
                text = b"\n".join([*self._before, text])
                self._before = []
            found.append((code, text))
            self._size = 0
        if self._size + len(rest) > MOST_REPLY:
            raise Unreadable(_TOO_LONG)
        self._rest = rest
        return found


@lru_cache(maxsize=256)
def _cut(line: bytes) -> tuple[int, bool, bytes]:
    """Code, whether the reply ends here, and text; most lines say the same for each mail.

    Raises:
        Unreadable: it is no line of a reply.
    """
    code, mark = line[:3], line[3:4]
    if not code.isdigit() or mark not in (b" ", b"-", b"", b"\r"):
        raise Unreadable("The mail host's answer can't be read.")
    return int(code), mark != b"-", line[4:].strip()


_TOO_LONG = f"The mail host's answer is longer than {MOST_REPLY // 1024} kB."


def said(code: int, text: bytes) -> Verdict:
    """What a reply to a mail means for it."""
    words = text.decode("utf-8", "replace")
    if not words.isprintable():
        words = "".join(sign if sign.isprintable() else " " for sign in words).strip()
    if "  " in words:
        words = " ".join(words.split())
    if "@" in words:
        words = _MAILBOX.sub("…", words)
    detail = f"{code} {words}".strip()[:_LONGEST_DETAIL]
    if 200 <= code < 300:
        return Verdict(alert.Outcome.ACCEPTED, detail, code, _queue_id(words))
    outcome = alert.Outcome.PERMANENT if 500 <= code < 600 else alert.Outcome.TEMPORARY
    return Verdict(outcome, detail, code)


def _queue_id(words: str) -> str:
    """What the host calls the mail, if it says so; most are Postfix, and to look for its words alone is quick."""
    place = words.find(_QUEUED_AS)
    if place >= 0:
        found = _QUEUE_ID.match(words, place + len(_QUEUED_AS))
    else:
        found = _QUEUED.search(words.partition(" ")[2] if _STATUS.match(words) else words)
    return found[found.lastindex or 0] if found else ""


def fault(error: BaseException | None) -> Verdict:
    """A fault of the connection before the last byte of a mail had left: nothing was taken."""
    if isinstance(error, TimeoutError):
        what = f"The mail host did not answer within {TIMEOUT_SECONDS:.0f} s."
    elif isinstance(error, Unreadable):
        what = str(error)
    elif isinstance(error, ssl.SSLError):
        what = f"TLS with the mail host failed: {error.reason or 'no reason given'}."
    elif isinstance(error, ConnectionResetError | ConnectionAbortedError | BrokenPipeError):
        what = "The mail host closed the connection."
    elif isinstance(error, OSError) and (reason := _reason(error)):
        what = f"The mail host can't be reached: {reason}."
    else:
        what = "The mail host closed the connection."
    return Verdict(alert.Outcome.TEMPORARY, what)


def stuffed(mail: bytes) -> bytes:
    """The mail as it stands behind DATA, with its end."""
    body = mail.replace(b"\r\n.", b"\r\n..") if _DOT.search(mail) else mail  # looking is faster than replacing
    if body.startswith(b"."):
        body = b"." + body
    return body + (b".\r\n" if body.endswith(b"\r\n") else b"\r\n.\r\n")


def _reason(error: OSError) -> str:
    if error.errno is not None and error.errno > 0:
        return os.strerror(error.errno)
    return error.strerror or ""
