"""The webhook sender: one signed POST to an address that was checked, over a connection pinned to it.

*Source:* Standard Webhooks 1.0.0 for headers and signature.
"""

import functools
import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Sequence

import standardwebhooks

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert
from crisis.notify import addresses, pool
from crisis.notify.pool import Said
from crisis.notify.sender import Envelope, Inbox

_TIMEOUT_SECONDS = 5.0  # for the whole attempt
_MOST_READ = 64 * 1024  # bytes of an answer
_AT_ONCE = 32  # a whole group, so that a dead host delays no other
_CONFINED = "The demo posts to its own simulated platforms only."


class Sender:
    """Posts each alert once; never follows a redirect.

    Args:
        confined: connect to this machine only; by default what ``settings.demo`` says.
        demo_webhook_base: where a confined sender posts everything, with the address that was meant
            in the header ``X-Crisis-Original-Url``; without it only addresses of this machine are posted to.
    """

    def __init__(
        self, settings: Settings, *, confined: bool | None = None, demo_webhook_base: str | None = None
    ) -> None:
        post = _Post(settings, settings.demo if confined is None else confined, demo_webhook_base)
        self._pool = pool.Pool(lambda: post, limit=_AT_ONCE, name="webhook", patience_seconds=2 * _TIMEOUT_SECONDS)

    def room(self, _provider: str) -> int:
        """How many more would be on their way at once."""
        return self._pool.room()

    def submit(self, envelopes: Sequence[Envelope], into: Inbox) -> None:
        """One result for each POST, as they come."""
        self._pool.submit(envelopes, into)

    def close(self) -> None:
        self._pool.close()


class _Post:
    def __init__(self, settings: Settings, confined: bool, demo_base: str | None) -> None:
        self._networks = settings.allowed_networks
        self._hosts = settings.allowed_hosts
        self._confined = confined
        self._demo_base = demo_base

    def rest(self) -> None:
        """Nothing is kept between two posts."""

    def attempt(self, envelope: Envelope) -> Said:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        try:
            target = self._target(envelope.address, deadline)
        except errors.InvalidInput as error:
            return Said(alert.Outcome.PERMANENT, str(error))
        except OSError:
            return Said(alert.Outcome.TEMPORARY, "The name of the host has no address now.")
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "crisis-desk",
            "Connection": "close",
            "webhook-id": str(envelope.alert_id),
            "webhook-timestamp": str(int(envelope.started_at.timestamp())),
            "webhook-signature": " ".join(
                standardwebhooks.Webhook(secret).sign(
                    str(envelope.alert_id), envelope.started_at, envelope.payload.decode()
                )
                for secret in envelope.secrets
            ),
        }
        if target.url != envelope.address:
            headers["X-Crisis-Original-Url"] = envelope.address
        return _post(target, headers, envelope.payload, deadline)

    def _target(self, url: str, deadline: float) -> addresses.PinnedTarget:
        resolve = functools.partial(_resolve, deadline=deadline)
        if not self._confined:
            return addresses.check_destination(
                url, allowed_networks=self._networks, allowed_hosts=self._hosts, resolve=resolve
            )
        return addresses.loopback_destination(self._demo_base or url, refusal=_CONFINED)


def _post(target: addresses.PinnedTarget, headers: dict[str, str], body: bytes, deadline: float) -> Said:
    connection = _Pinned(target, deadline)
    # a time-out of a socket starts again with each byte; this one does not
    alarm = threading.Timer(max(0.0, deadline - time.monotonic()), connection.cut)
    alarm.daemon = True
    alarm.start()
    sent = False
    try:
        connection.request("POST", target.path, body, headers)
        sent = True
        response = connection.getresponse()
        response.read(_MOST_READ)
        return _said(response.status, response.reason)
    except (OSError, http.client.HTTPException) as error:
        if sent:
            return Said(alert.Outcome.UNKNOWN, "No full answer after the message had left.", sent=True)
        return Said(alert.Outcome.TEMPORARY, _fault(error, timed_out=connection.was_cut))
    finally:
        alarm.cancel()
        connection.close()


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked, with TLS for the name; the name is not looked up again."""

    def __init__(self, target: addresses.PinnedTarget, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self.default_port = {"http": 80, "https": 443}[target.scheme]  # left out of the Host header
        self._target = target
        self._deadline = deadline
        self.was_cut = False

    def connect(self) -> None:
        left = max(0.05, self._deadline - time.monotonic())
        self.sock = socket.create_connection((self._target.ip, self._target.port), timeout=left)
        if self._target.scheme == "https":
            self.sock = _tls().wrap_socket(self.sock, server_hostname=self._target.host)

    def cut(self) -> None:
        """End whatever waits; from another thread."""
        self.was_cut = True
        sock: socket.socket | None = self.sock
        if sock is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


@functools.cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _resolve(host: str, *, deadline: float) -> list[str]:
    """The addresses of a host; the resolver itself knows no time limit, so it runs beside.

    Raises:
        OSError: none in time.
    """
    found: queue.SimpleQueue[list[str] | OSError] = queue.SimpleQueue()

    def look_up() -> None:
        try:
            found.put([str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
        except (OSError, UnicodeError) as error:
            found.put(OSError(str(error)))

    threading.Thread(target=look_up, name="resolve", daemon=True).start()
    try:
        answer = found.get(timeout=max(0.0, deadline - time.monotonic()))
    except queue.Empty:
        raise OSError("no answer of the resolver in time") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def _said(status: int, reason: str) -> Said:
    printable = "".join(sign for sign in f"{status} {reason}"[:100] if sign.isprintable()).strip()
    if 200 <= status < 300:
        return Said(alert.Outcome.ACCEPTED, printable, sent=True)
    if 300 <= status < 400:
        return Said(
            alert.Outcome.PERMANENT, f"{printable}. Redirects are not followed; correct the address.", sent=True
        )
    if status == 410:
        return Said(alert.Outcome.PERMANENT, f"{printable}. The receiver has ended this webhook.", sent=True)
    again = status in (408, 425, 429) or status >= 500
    return Said(alert.Outcome.TEMPORARY if again else alert.Outcome.PERMANENT, printable, sent=True)


def _fault(error: Exception, *, timed_out: bool) -> str:
    if timed_out or isinstance(error, TimeoutError):
        return f"No connection within {_TIMEOUT_SECONDS:.0f} s."
    if isinstance(error, ssl.SSLError):
        return f"TLS failed: {error.reason or 'no reason given'}."
    if isinstance(error, OSError) and error.strerror:
        return f"The host can't be reached: {error.strerror}."
    return "The host closed the connection."
