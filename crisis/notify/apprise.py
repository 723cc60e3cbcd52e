"""The Apprise sender: chat, push and rare services, one endpoint a call; the only module that knows Apprise.

*Source:* reliability notes, section 4, for every option below. Apprise is imported when the first
message is sent: its threads and locks do not survive a fork.
"""

import functools
import ipaddress
import re
import socket
from collections.abc import Sequence
from typing import Any

from crisis.config import Settings
from crisis.domain import alert
from crisis.notify import addresses, pool
from crisis.notify.pool import Said
from crisis.notify.sender import Envelope, Inbox

_SOCKET_SECONDS = 4.0
_PATIENCE_SECONDS = 10.0
_AT_ONCE = 32
_SCHEME = re.compile(r"[a-z0-9]{1,20}")

#: They write to the machine itself, run commands, or pass on to another Apprise with rules of its own.
DENIED = frozenset(
    {
        "apprise", "apprises", "blink1", "dbus", "file", "gio", "glib", "gnome",
        "http", "https", "include", "kde", "kodi", "kodis", "macosx", "mailto",
        "mailtos", "memory", "qt", "rsyslog", "syslog", "windows", "xbmc", "xbmcs",
    }
)  # fmt: skip
_MAIL = frozenset({"mailto", "mailtos"})


class Sender:
    """Gives each alert to the service that its Apprise URL names. Accepted by the service is not delivered.

    Args:
        confined: connect to this machine only; by default what ``settings.demo`` says.
    """

    def __init__(self, settings: Settings, *, confined: bool | None = None) -> None:
        service = _Service(settings, settings.demo if confined is None else confined)
        self._pool = pool.Pool(lambda: service, limit=_AT_ONCE, name="apprise", patience_seconds=_PATIENCE_SECONDS)

    def room(self, _provider: str) -> int:
        """How many more would be on their way at once."""
        return self._pool.room()

    def submit(self, envelopes: Sequence[Envelope], into: Inbox) -> None:
        """One result for each message, as they come."""
        self._pool.submit(envelopes, into)

    def close(self) -> None:
        self._pool.close()


def refusal(url: str) -> str | None:
    """Why an address can't be used, to be said when it is registered; ``None`` if nothing stands against it."""
    scheme = url.partition("://")[0].lower()
    if "://" not in url or not _SCHEME.fullmatch(scheme) or not url.isprintable():
        return "This is no Apprise address. It begins with the name of a service, like ntfys://host/topic."
    if scheme in _MAIL:
        return "Mail has a channel of its own: register the address as email."
    if scheme in DENIED:
        return f"Apprise addresses with {scheme}:// are not allowed here."
    return None


class _Service:
    def __init__(self, settings: Settings, confined: bool) -> None:
        self._networks = settings.allowed_networks
        self._hosts = settings.allowed_hosts
        self._confined = confined

    def rest(self) -> None:
        """Nothing is kept between two messages."""

    def attempt(self, envelope: Envelope) -> Said:
        reason = refusal(envelope.address)
        if reason is not None:
            return Said(alert.Outcome.PERMANENT, reason)
        notifier = _notifier(envelope.address)
        if notifier is None:
            return Said(alert.Outcome.PERMANENT, "Apprise does not understand this address.")
        reason = self._host_refused(notifier[0])
        if reason is not None:
            return Said(alert.Outcome.PERMANENT, reason)
        result = notifier.notify(body=envelope.payload.decode(), title=envelope.subject, body_format="text")
        return _said(result)

    def _host_refused(self, plugin: Any) -> str | None:
        """Where the address names a host itself, it must be one that may be reached."""
        names_host = any("{host}" in str(template) for template in plugin.templates or ())
        host = str(plugin.host or "") if names_host else ""
        if self._confined:
            return None if host and addresses.is_loopback(host) else "The demo sends to its own host only."
        if not host or host.lower() in self._hosts:
            return None
        for address in _addresses_of(host):
            allowed = any(address.version == one.version and address in one for one in self._networks)
            if not allowed and not addresses.is_public(address):
                return "The host is not on the public internet. CRISIS_OUTBOUND_ALLOW names those that may be reached."
        return None


def _addresses_of(host: str) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return []  # Apprise will say that it can't be reached
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _notifier(url: str) -> Any:
    """An Apprise object with this one address; ``None`` if it is not understood."""
    apprise, asset = _library()
    notifier = apprise.Apprise(asset=asset, location=apprise.common.ContentLocation.HOSTED)
    if not notifier.add(url) or len(notifier) != 1:
        return None
    plugin = notifier[0]
    type(plugin).request_rate_per_sec = 0  # a gap in seconds, 5.5 by default; the queue sets the pace
    plugin.socket_connect_timeout = plugin.socket_read_timeout = _SOCKET_SECONDS
    return notifier


@functools.cache
def _library() -> tuple[Any, Any]:
    import apprise  # after the fork, and only where a service is used

    asset = apprise.AppriseAsset(
        service_timeout=0,  # runs in this thread instead of a shared pool of six
        async_mode=False,
        http_redirects=False,
        secure_logging=True,
        storage_mode="memory",
        default_service_retry=0,
        allow_templates=False,
        app_id="crisis desk",
        app_desc="crisis desk",
    )
    return apprise, asset


def _said(result: Any) -> Said:
    """What Apprise says has no code and may hold the address, so only its verdict is kept."""
    name = getattr(result.status, "name", str(result.status)).upper()
    if bool(result):
        return Said(alert.Outcome.ACCEPTED, "The service took the message.", sent=True)
    if name == "NOMATCH":
        return Said(alert.Outcome.PERMANENT, "Apprise found no service for this address.")
    if name == "TIMEOUT":
        return Said(alert.Outcome.UNKNOWN, "The service did not answer in time.", sent=True)
    return Said(alert.Outcome.TEMPORARY, "The service did not take the message.", sent=True)
