"""Hosts and domains: names in their one form, so that they can be compared."""

import functools
import ipaddress
import re
from collections.abc import Callable

from crisis import errors
from crisis.domain import text

#: Turns a host with other than ASCII letters into its IDNA form; raises InvalidInput or ValueError.
ToAscii = Callable[[str], str]

_HOST = re.compile(r"(?=.{1,253}\Z)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*", re.ASCII)


@functools.lru_cache(maxsize=10_000)  # a list names few hosts many times, and IDNA is slow
def read(given: str, to_ascii: ToAscii) -> str:
    """The host in lower case and IDNA, without a dot at its end; an IPv6 address keeps its brackets.

    Raises:
        InvalidInput: it is none; the text says why.
    """
    if not given:
        raise errors.InvalidInput("The address has no host.")
    if given.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(given[1:-1])}]"
        except ValueError:
            raise errors.InvalidInput("What stands in square brackets is no IPv6 address.") from None
    host = given.lower()
    if not host.isascii():
        try:
            host = to_ascii(host).lower()
        except ValueError as wrong:
            raise errors.InvalidInput(f"The host {text.shorten(given, 60)} is no domain name: {wrong}.") from None
    host = host.removesuffix(".")
    if not _HOST.fullmatch(host):
        raise errors.InvalidInput(f"The host {text.shorten(given, 60)} is no domain name.")
    return host


def domain(name: str, to_ascii: ToAscii) -> str:
    """The domain in the form of ``read``.

    Raises:
        InvalidInput: it is none; the text says why.
    """
    if name.startswith("["):
        raise errors.InvalidInput("A domain is a name, not an address in square brackets.")
    return read(name, to_ascii)


def changes(given: str, host: str) -> list[str]:
    """In words, what ``read`` made otherwise."""
    found = []
    if given.endswith("."):
        found.append("dot after the host dropped")
    if not given.isascii():
        found.append("host in its IDNA form")
    elif given != given.lower():
        found.append("host in capitals")
    elif given.removesuffix(".") != host:
        found.append("host in its short form")
    return found
