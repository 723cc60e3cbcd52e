"""SMTP: one connection to the mail host, kept over many mails, and what the host says to each."""

import contextlib
import re
import smtplib
import socket
import ssl
import time
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

from crisis.domain import alert
from crisis.notify import addresses
from crisis.notify.pool import Said

TIMEOUT_SECONDS = 5.0
#: Hosts and relays close longer ones by themselves, often in the middle of a mail.
_MOST_MAILS, _LONGEST_SECONDS = 100, 60.0
_LONGEST_DETAIL = 200
_MAILBOX = re.compile(r"<?\S+@\S+")


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


class Refused(Exception):
    """The connection could not be made ready for mail; ``said`` holds for every mail that waits for it."""

    def __init__(self, said: Said) -> None:
        super().__init__(said.detail)
        self.said = said


def read_url(url: str) -> MailHost:
    """The mail host of a checked ``CRISIS_SMTP_URL``."""
    parts = urlsplit(url)
    implicit = parts.scheme == "smtps"
    host = parts.hostname or ""
    return MailHost(
        host=host,
        port=parts.port or (465 if implicit else 25 if not parts.username else 587),
        implicit_tls=implicit,
        plain=parse_qs(parts.query).get("tls", ["auto"])[0] == "none",
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


class Connection:
    """A connection that is ready for mail.

    Raises:
        Refused: it could not be made ready; the credentials did not leave without TLS.
    """

    def __init__(self, host: MailHost, *, greeting: str) -> None:
        self._mails = 0
        self._opened = time.monotonic()
        self._smtp = _client(host, greeting)
        try:
            _greet(self._smtp, host)
            _secure(self._smtp, host)
        except (Refused, OSError, smtplib.SMTPException) as error:
            self._smtp.close()
            raise _refused(error) from None
        self.takes_utf8 = self._smtp.has_extn("smtputf8")
        self._pipelines = self._smtp.has_extn("pipelining")

    @property
    def is_fresh(self) -> bool:
        """Whether nothing went over it yet, so that its loss is news."""
        return self._mails == 0

    @property
    def is_worn(self) -> bool:
        """Whether the next mail deserves a new one."""
        return self._mails >= _MOST_MAILS or time.monotonic() - self._opened >= _LONGEST_SECONDS

    def deliver(self, sender: str, to: addresses.MailAddress, mail: bytes) -> Said:
        """Hand one mail over. ``unknown`` only if the connection broke after its last byte had left."""
        self._mails += 1
        options = " SMTPUTF8 BODY=8BITMIME" if not mail.isascii() or to.needs_smtputf8 else ""
        commands = [f"MAIL FROM:<{sender}>{options}", f"RCPT TO:<{to}>", "DATA"]
        try:
            refusal = self._open_mail([f"{command}\r\n".encode() for command in commands])
            if refusal is not None:
                return refusal
            self._smtp.send(mail.replace(b"\r\n.", b"\r\n..") + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            return _lost(error)
        try:
            return replace(_said(*self._smtp.getreply()), sent=True)
        except (OSError, smtplib.SMTPException):
            return Said(alert.Outcome.UNKNOWN, "The connection broke after the mail had left.", sent=True, gone=True)

    def close(self) -> None:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self._smtp.quit()
        self._smtp.close()

    def _open_mail(self, commands: list[bytes]) -> Said | None:
        """What stands against the mail; ``None`` if the host waits for it."""
        if self._pipelines:
            self._smtp.send(b"".join(commands))
            replies = [self._smtp.getreply() for _ in commands]
        else:
            replies = []
            for command in commands:
                self._smtp.send(command)
                replies.append(self._smtp.getreply())
                if not 200 <= replies[-1][0] < 400:
                    break
        refused = next((reply for reply in replies[:2] if not 200 <= reply[0] < 300), None)
        if refused is None and replies[-1][0] == 354:
            return None
        if replies[-1][0] == 354:  # the host waits for a mail that nobody may get
            self._smtp.send(b".\r\n")
            self._smtp.getreply()
        said = _said(*(refused or replies[-1]))
        if not said.gone:
            self._smtp.rset()
        return said


def _client(host: MailHost, greeting: str) -> smtplib.SMTP:
    client: smtplib.SMTP
    if host.implicit_tls:
        client = smtplib.SMTP_SSL(local_hostname=greeting, timeout=TIMEOUT_SECONDS, context=_tls(host))
    else:
        client = smtplib.SMTP(local_hostname=greeting, timeout=TIMEOUT_SECONDS)
    client._host = host.host  # type: ignore[attr-defined]  # what its TLS verifies; else only a constructor that connects sets it
    return client


def _greet(smtp: smtplib.SMTP, host: MailHost) -> None:
    code, text = smtp.connect(host.host, host.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, text)
    if smtp.sock is not None:  # the end of a mail does not wait for the receipt of its beginning
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    smtp.ehlo_or_helo_if_needed()


def _refused(error: Exception) -> Refused:
    if isinstance(error, Refused):
        return error
    if isinstance(error, smtplib.SMTPResponseException):
        return Refused(_said(error.smtp_code, error.smtp_error))
    return Refused(_lost(error))


def _secure(smtp: smtplib.SMTP, host: MailHost) -> None:
    if not host.implicit_tls:
        if not host.plain and smtp.has_extn("starttls"):
            smtp.starttls(context=_tls(host))
            smtp.ehlo_or_helo_if_needed()
        elif host.user or not (host.plain or host.is_loopback):
            raise Refused(_no_tls(host))
    if host.user:
        try:
            smtp.login(host.user, host.password)
        except smtplib.SMTPNotSupportedError:
            text = "The mail host takes no log-in. Leave user and password out of CRISIS_SMTP_URL."
            raise Refused(Said(alert.Outcome.PERMANENT, text, gone=True)) from None


def _no_tls(host: MailHost) -> Said:
    if host.user:
        text = "The mail host offers no TLS, and credentials never go without it. Use smtps:// in CRISIS_SMTP_URL."
    else:
        text = "The mail host offers no TLS. If that is meant, add ?tls=none to CRISIS_SMTP_URL."
    return Said(alert.Outcome.PERMANENT, text, gone=True)


def _tls(host: MailHost) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if host.is_loopback:  # nobody stands between, and certificates name other hosts
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _said(code: int, text: bytes | str) -> Said:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    printable = "".join(sign if sign.isprintable() else " " for sign in said)
    detail = f"{code} {_MAILBOX.sub('…', ' '.join(printable.split()))}".strip()[:_LONGEST_DETAIL]
    if 200 <= code < 300:
        return Said(alert.Outcome.ACCEPTED, detail)
    outcome = alert.Outcome.PERMANENT if 500 <= code < 600 else alert.Outcome.TEMPORARY
    return Said(outcome, detail, gone=code in (421, -1))


def _lost(error: Exception) -> Said:
    """A fault of the connection before the last byte of a mail had left: nothing was taken."""
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        what = f"The mail host did not answer within {TIMEOUT_SECONDS:.0f} s."
    elif isinstance(error, ssl.SSLError):
        what = f"TLS with the mail host failed: {error.reason or 'no reason given'}."
    elif isinstance(error, OSError) and error.strerror:
        what = f"The mail host can't be reached: {error.strerror}."
    else:
        what = "The mail host closed the connection."
    return Said(alert.Outcome.TEMPORARY, what, gone=True)
