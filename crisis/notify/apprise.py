"""The Apprise sender: chat, push and rare services, one endpoint a call; the only module that knows Apprise.

*Source:* reliability notes, section 4, for every option below. Apprise is imported when the first
message is sent: its threads and locks do not survive a fork.
"""

import asyncio
import functools
import ipaddress
from collections.abc import Sequence
from typing import Any

from crisis import errors, sealing
from crisis.config import Settings
from crisis.domain import alert, apprise_services, pace
from crisis.notify import addresses, beside, lanes, resolving, twilio
from crisis.notify.lanes import Said
from crisis.notify.sender import Envelope, Results

_SOCKET_SECONDS = 4.0
_PATIENCE_SECONDS = 10.0
_GIVEN_UP = "No end of the attempt in time; the message may have arrived."


class Sender:
    """Gives each alert to the service that its Apprise URL names. Accepted by the service is not delivered.

    Each service has places of its own, so that those that hang leave the others theirs. An address is
    opened here, where it is used. Twilio's are sent by our own ``twilio`` module.

    Args:
        confined: connect to this machine only; by default what ``settings.demo`` says.
        part: which of the processes that share what a service takes.
    """

    def __init__(self, settings: Settings, *, confined: bool | None = None, part: pace.Part = pace.WHOLE) -> None:
        confined = settings.demo if confined is None else confined
        self._vault = sealing.Vault(settings.sealing_keys)
        self._allowed = settings.services
        self._service = _Service(settings, confined)
        self._twilio = twilio.Twilio(settings, confined=confined)
        limit = functools.cache(lambda name: pace.share(settings.pace.for_provider(name), part))
        self._lanes = lanes.Lanes(self._attempt, limit=limit)

    def room(self, provider: str) -> int:
        """How many more messages to this service would not have to wait for long."""
        return self._lanes.room(provider)

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        """One result for each message, as they end."""
        self._lanes.submit(envelopes, into)

    def close(self) -> None:
        self._lanes.close(after=self._twilio.close)

    async def _attempt(self, envelope: Envelope) -> Said:
        try:
            url = self._vault.open(envelope.address)
            service = apprise_services.check(url, self._allowed)
        except (errors.InvalidInput, sealing.Unopened) as error:
            return Said(alert.Outcome.PERMANENT, str(error))
        if service == twilio.SERVICE:
            return await self._twilio.send(url, envelope)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                return await beside.run(functools.partial(self._service.send, url, envelope), name="apprise")
        except TimeoutError:
            return Said(alert.Outcome.UNKNOWN, _GIVEN_UP, sent=True)


class _Service:
    def __init__(self, settings: Settings, confined: bool) -> None:
        self._networks = settings.allowed_networks
        self._hosts = settings.allowed_hosts
        self._allowed = settings.services
        self._confined = confined

    def send(self, url: str, envelope: Envelope) -> Said:
        """One message by the plugin of its service, in this thread."""
        notifier = _notifier(url, self._allowed)
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
        return [ipaddress.ip_address(one) for one in resolving.look_up(host)]
    except OSError:
        return []  # Apprise will say that it can't be reached


def _notifier(url: str, allowed: frozenset[str]) -> Any:
    """An Apprise object with this one address; ``None`` if it is not understood."""
    apprise, asset = _library(allowed)
    notifier = apprise.Apprise(asset=asset, location=apprise.common.ContentLocation.HOSTED)
    if not notifier.add(url) or len(notifier) != 1:
        return None
    plugin = notifier[0]
    type(plugin).request_rate_per_sec = 0  # a gap in seconds, 5.5 by default; the lane sets the pace
    plugin.socket_connect_timeout = plugin.socket_read_timeout = _SOCKET_SECONDS
    return notifier


@functools.lru_cache(maxsize=1)
def _library(allowed: frozenset[str]) -> tuple[Any, Any]:
    import apprise  # after the fork, and only where a service is used
    from apprise.manager_plugins import NotificationManager

    manager: Any = NotificationManager  # it has no types
    manager().enable_only(*sorted(allowed))
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
        image_url_mask="",  # nothing is fetched from elsewhere to show a message
        image_url_logo="",
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
