"""Ports: whether one is free, and which one else is."""

import errno
import socket

from crisis import errors

_TAKEN = (errno.EADDRINUSE,)


def require_free(host: str, port: int) -> None:
    """Make sure that the web server will be able to listen.

    Raises:
        StartFailed: the port is taken or the address is not this host's; the text says which.
    """
    try:
        _try(host, port)
    except OSError as error:
        reason = "is taken" if error.errno in _TAKEN else f"can't be used ({error.strerror or error})"
        raise errors.StartFailed(f"Port {port} on {host} {reason}. Choose another with --port.") from None


def free(preferred: int) -> int:
    """``preferred`` if nobody listens there on loopback, otherwise a port that the kernel picks."""
    try:
        return _try("127.0.0.1", preferred)
    except OSError:
        return _try("127.0.0.1", 0)


def _try(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
        probe.bind(address)
        return int(probe.getsockname()[1])
