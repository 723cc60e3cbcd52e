"""The desk's mailbox over IMAP: what waits in it, read without touching it, put away when it was handled.

TLS always; plain IMAP only on this machine. What is in the folder was not handled: nothing is known by a
flag, which any program that looks at a mail would set.
"""

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError
from imapclient.imapclient import SocketTimeout

from crisis import errors

logging.getLogger("imapclient").setLevel(logging.WARNING)  # below that it writes addresses and words of mails

#: Beside the folder that is read.
HANDLED = "Handled"

_SLICE_SECONDS = 1.0  # in which a stop is noticed
_TIMES = SocketTimeout(connect=10, read=30)  # s; shorter than the watchdog of whoever waits for us


class MailboxUnavailable(errors.Unavailable):
    """The mailbox can't be read now; nothing in it was touched. Look at CRISIS_IMAP_URL, then try again."""

    code = "mailbox_unavailable"


@contextlib.contextmanager
def opened(url: str, *, context: ssl.SSLContext | None = None) -> Iterator["Mailbox"]:
    """The mailbox of a URL, logged in.

    Raises:
        MailboxUnavailable: it can't be reached, refuses the log-in, or breaks off; the text has no password.
    """
    parts = urlsplit(url)
    try:
        client = _connected(parts, context or ssl.create_default_context())
        with contextlib.closing(_Closing(client)):
            client.login(unquote(parts.username or ""), unquote(parts.password or ""))
            folder = unquote(parts.path.strip("/")) or "INBOX"
            client.select_folder(folder)
            yield Mailbox(client, _beside(client))
    except (OSError, IMAPClientError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise MailboxUnavailable(
            f"The mailbox at {parts.hostname} can't be read ({reason[:200]}). Look at CRISIS_IMAP_URL."
        ) from error


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One open folder. Mails are known by their UIDs."""

    _client: IMAPClient
    _handled: str

    def waiting(self) -> list[int]:
        """What is in the folder, the oldest first."""
        return sorted(self._client.search(["UNDELETED"]))

    def read(self, uid: int, *, most: int) -> bytes | None:
        """The beginning of a mail, up to ``most`` bytes, still unread for others; ``None`` if it is gone."""
        found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{most}>"]).get(uid, {})
        return next((bytes(value) for name, value in found.items() if name.startswith(b"BODY[]")), None)

    def put_away(self, uid: int) -> None:
        """Move a mail out of the folder: it was handled, and that is committed."""
        if self._client.has_capability("MOVE"):
            self._client.move([uid], self._handled)
            return
        self._client.copy([uid], self._handled)
        self._client.delete_messages([uid])
        self._client.expunge([uid] if self._client.has_capability("UIDPLUS") else None)

    def wait(self, seconds: float, stop: threading.Event) -> None:
        """Until something comes in, where the server tells (IDLE), at most this long, and not after ``stop``."""
        if not self._client.has_capability("IDLE"):
            stop.wait(seconds)
            return
        ends = time.monotonic() + seconds
        self._client.idle()
        try:
            while not stop.is_set() and time.monotonic() < ends:
                if any(one[-1] == b"EXISTS" for one in self._client.idle_check(timeout=_SLICE_SECONDS)):
                    return
        finally:
            self._client.idle_done()


class _Closing:
    """Says good-bye if anybody listens; a broken connection is just closed."""

    def __init__(self, client: IMAPClient) -> None:
        self._client = client

    def close(self) -> None:
        with contextlib.suppress(OSError, IMAPClientError):
            self._client.logout()


class _Client(IMAPClient):  # type: ignore[misc]
    """Hears also what a server says in one piece with its answer to IDLE, as Dovecot does of a mail just come in.

    That lies in the library's buffer, where its look at the socket finds nothing until the wait is over.
    """

    _unheard = False

    def idle(self) -> None:
        super().idle()
        self._unheard = True

    def _poll_socket(self, sock: socket.socket, timeout: float | None = None) -> object:
        unheard, self._unheard = self._unheard, False
        return unheard or super()._poll_socket(sock, timeout)


def _connected(parts: SplitResult, context: ssl.SSLContext) -> IMAPClient:
    host = parts.hostname or ""
    if parts.scheme == "imaps":
        return _Client(host, parts.port or 993, ssl=True, ssl_context=context, timeout=_TIMES)
    client = _Client(host, parts.port or 143, ssl=False, timeout=_TIMES)
    if client.has_capability("STARTTLS"):
        client.starttls(context)
    elif not _is_loopback(host):
        client.shutdown()
        raise ValueError("it offers no TLS, so no password is sent")
    return client


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _beside(client: IMAPClient) -> str:
    """The folder for what was handled, made if it is not there; named as this server names folders."""
    prefix = ""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal or (("", "/"),)
        prefix = str(personal[0][0])
    name = f"{prefix}{HANDLED}"
    if not client.folder_exists(name):
        client.create_folder(name)
    return name
