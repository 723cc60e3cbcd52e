"""The addresses of a host, asked of the system's resolver."""

import functools
import socket

from crisis.notify import beside


async def resolve(host: str) -> list[str]:
    """In the resolver's order. It knows no time limit itself; whoever asks sets one.

    Raises:
        OSError: there is none.
    """
    return await beside.run(functools.partial(look_up, host), name="resolve")


def look_up(host: str) -> list[str]:
    """The same, in this thread."""
    try:
        entries = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except UnicodeError as error:
        raise OSError(str(error)) from None
    if not entries:
        raise OSError("no address")
    return list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in entries))
