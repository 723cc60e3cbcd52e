"""Addresses: what can be written to, what may be connected to, and what may be shown of them."""

import functools
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from urllib.parse import urlsplit

import idna
import publicsuffixlist

from crisis import errors
from crisis.domain import alert, sealed

Network = IPv4Network | IPv6Network

#: The addresses of a host as text, from the resolver or from a test.
Resolve = Callable[[str], Collection[str]]

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_ATOM = re.compile(r"[^\s\"(),:;<>@\[\]\\.]+")
#: What nearly every mail address is: nothing in it to convert, and no machine by number. A tenth of the time.
_ORDINARY = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII
)
_DOTS = "•••"
_NAT64 = IPv6Network("64:ff9b::/96")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One mailbox; the domain is in ASCII, the local part as it was given (NFC)."""

    local: str
    domain_ascii: str
    needs_smtputf8: bool

    def __str__(self) -> str:
        return f"{self.local}@{self.domain_ascii}"


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """Where a webhook goes: ``ip`` was resolved and checked once, and is what gets connected to."""

    url: str
    scheme: str
    host: str  # ASCII, for the certificate and the Host header
    port: int
    path: str  # with the query
    ip: str


@functools.lru_cache(maxsize=65536)
def to_ascii(host: str) -> str:
    """The host in lower case and ASCII (IDNA 2008 with the mapping of UTS 46), without a final dot.

    Raises:
        InvalidInput: it is not a host name; the text says why.
    """
    host = host.strip().removesuffix(".")
    if host.isascii():
        host = host.lower()
        if host and len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split(".")):
            return host
        if _ip(host.strip("[]")) is not None:
            return host.strip("[]")
        raise errors.InvalidInput(f"“{_shown(host)}” is not a host name. Write it like video.example.")
    try:
        return idna.encode(host, uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        raise errors.InvalidInput(f"“{_shown(host)}” is not an international host name (IDNA).") from None


@functools.lru_cache(maxsize=65536)
def mail_address(text: str) -> MailAddress:
    """The mailbox that ``text`` names.

    Raises:
        InvalidInput: it is not one mail address that can be put on an envelope; the text says why.
    """
    local, at, domain = text.rpartition("@")
    if len(local) <= 64 and len(domain) <= 253 and _ORDINARY.fullmatch(text):
        return MailAddress(local, domain, needs_smtputf8=False)
    text = unicodedata.normalize("NFC", text.strip())
    local, at, domain = text.rpartition("@")
    if not at or not local or not domain:
        raise errors.InvalidInput(f"“{_shown(text)}” is not a mail address. Write one, like desk@video.example.")
    if not text.isprintable() or not all(_ATOM.fullmatch(atom) for atom in local.split(".")):
        raise errors.InvalidInput(f"“{_shown(text)}” has signs that a mail address can't have before the @.")
    if len(local.encode()) > 64:
        raise errors.InvalidInput("More than 64 bytes before the @ of a mail address; mail servers refuse that.")
    domain_ascii = to_ascii(domain)
    if _ip(domain_ascii) is not None:
        raise errors.InvalidInput(f"“{_shown(text)}” names a machine by number. Write the domain after the @.")
    return MailAddress(local, domain_ascii, not local.isascii())


def mask(channel: alert.Channel, address: str) -> str:
    """What people may see of an address: enough to tell two apart, too little to use it."""
    match channel:
        case alert.Channel.EMAIL:
            local, _, domain = address.rpartition("@")
            return f"{local[:1]}{_DOTS}{local[-1:] if len(local) > 2 else ''}@{domain}"
        case alert.Channel.WEBHOOK:
            parts = urlsplit(address)
            return f"{parts.scheme}://{parts.hostname or ''}/{_DOTS}"
        case alert.Channel.PHONE:
            return f"{address[:3]} {_DOTS} {address[-2:]}" if len(address) > 6 else _DOTS
        case alert.Channel.PORTAL:  # a public page
            return address
        case alert.Channel.APPRISE:  # host and path of these are often the secret itself
            service = sealed.service(address) if sealed.is_sealed(address) else address.partition("://")[0]
            return f"{service}://{_DOTS}" if sealed.is_sealed(address) or "://" in address else _DOTS


def check_destination(
    url: str,
    *,
    allowed_networks: Collection[Network],
    allowed_hosts: Collection[str],
    resolve: Resolve,
) -> PinnedTarget:
    """Where a POST to ``url`` may go; the host is resolved here, once, and never again.

    A host of ``allowed_hosts`` or an address in ``allowed_networks`` may be anything and may be
    plain HTTP; all others must be public and HTTPS.

    Raises:
        InvalidInput: it must not be connected to; the text says why and names the setting.
        OSError: from ``resolve``; the name has no address now, try later.
    """
    host, scheme, port, path = _parts(url)
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in resolve(host)]
    if not addresses:
        raise OSError(f"{host} has no address")
    permitted = host in allowed_hosts or all(_within(one, allowed_networks) for one in addresses)
    if not permitted:
        if not all(is_public(one) or _within(one, allowed_networks) for one in addresses):
            raise errors.InvalidInput(
                f"{host} is not on the public internet. CRISIS_OUTBOUND_ALLOW names the hosts and networks "
                "that webhooks may reach beside public ones."
            )
        if scheme != "https":
            raise errors.InvalidInput(f"{host} would be reached without TLS. Give an address with https://.")
    return PinnedTarget(url=url, scheme=scheme, host=host, port=port, path=path, ip=str(addresses[0]))


@functools.lru_cache(maxsize=16384)
def host_of(url: str) -> str:
    """The host of a webhook's address, in ASCII.

    Raises:
        InvalidInput: it is no such address.
    """
    return _parts(url)[0]


def loopback_destination(url: str, *, refusal: str) -> PinnedTarget:
    """The same for a sender that may only connect to this machine; nothing is resolved.

    Raises:
        InvalidInput: with ``refusal``; it is another machine.
    """
    host, scheme, port, path = _parts(url)
    if not is_loopback(host):
        raise errors.InvalidInput(refusal)
    return PinnedTarget(url, scheme, host, port, path, "127.0.0.1" if _ip(host) is None else host)


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether it is an address of the public internet, also where IPv6 wraps an IPv4 one."""
    if isinstance(address, IPv6Address):
        if address.teredo is not None:
            return False
        wrapped = address.ipv4_mapped or address.sixtofour
        if wrapped is None and address in _NAT64:
            wrapped = IPv4Address(int(address) & 0xFFFF_FFFF)
        if wrapped is not None:
            return is_public(wrapped)
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def is_loopback(host: str) -> bool:
    """Whether the host is this machine itself, by its number or as ``localhost``."""
    address = _ip(host.strip("[]"))
    return address.is_loopback if address is not None else host.lower() == "localhost"


def is_public_suffix(domain: str) -> bool:
    """Whether nobody can own the domain, such as ``co.uk``; suffixes of companies (``github.io``) have an owner."""
    return bool(_suffixes().is_public(to_ascii(domain)))


@functools.cache
def _suffixes() -> publicsuffixlist.PublicSuffixList:
    return publicsuffixlist.PublicSuffixList(only_icann=True)


def _parts(url: str) -> tuple[str, str, int, str]:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise errors.InvalidInput("The webhook has an address that can't be read.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not url.strip().isprintable() or " " in url:
        raise errors.InvalidInput("A webhook needs an address like https://hooks.video.example/crisis.")
    if parts.username is not None or parts.password is not None:
        raise errors.InvalidInput("A webhook address must not hold a user name or password.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return to_ascii(parts.hostname), parts.scheme, port or {"http": 80, "https": 443}[parts.scheme], path


def _within(address: IPv4Address | IPv6Address, networks: Collection[Network]) -> bool:
    return any(address.version == network.version and address in network for network in networks)


def _ip(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _shown(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text[:80])
