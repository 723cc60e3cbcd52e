"""The provider of an address: whose limits hold for it, and who delays nobody else when dead."""

from urllib.parse import urlsplit

from crisis.domain import sealed
from crisis.domain.alert import BY_PEOPLE, Channel

#: All mail leaves through one mail host.
MAIL = "email"

_LONGEST = 200


def of(channel: Channel, address: str) -> str:
    """The provider of an address, such as ``email``, ``webhook:hooks.example`` or ``apprise:twilio``.

    An Apprise address is known by its service alone: what stands where a host would is often a secret.
    """
    if channel is Channel.EMAIL:
        return MAIL
    if channel in BY_PEOPLE:
        return channel.value
    if sealed.is_sealed(address):
        return _named(channel, sealed.service(address))
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").lower()
    except ValueError:
        return channel.value
    return _named(channel, host if channel is Channel.WEBHOOK else parts.scheme.lower())


def _named(channel: Channel, name: str) -> str:
    return f"{channel.value}:{name}"[:_LONGEST] if name else channel.value
