"""The heartbeat: one GET to an outside watcher, which alarms when it hears nothing more."""

import http.client
import socket
import ssl

from crisis import errors
from crisis.config import Settings
from crisis.notify import addresses

_SECONDS = 5.0


def send(settings: Settings) -> str | None:
    """Ask the watcher's address; ``None`` when it answered with 2xx, else what was wrong, without the address.

    The same rules as for webhooks: public and https, or allowed by name; resolved once; no redirect.
    """
    if settings.demo:
        return "the demo asks nobody outside"
    try:
        target = addresses.check_destination(
            settings.heartbeat_url,
            allowed_networks=settings.allowed_networks,
            allowed_hosts=settings.allowed_hosts,
            resolve=_resolve,
        )
    except errors.InvalidInput as error:
        return str(error)
    except (OSError, UnicodeError):
        return "the name of its host has no address now"
    connection = _Pinned(target)
    try:
        connection.request("GET", target.path, headers={"User-Agent": "crisis-desk", "Connection": "close"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"no answer ({type(error).__name__})"
    finally:
        connection.close()
    return None if 200 <= status < 300 else f"it answered {status}"


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was checked; the name is not looked up again."""

    def __init__(self, target: addresses.PinnedTarget) -> None:
        super().__init__(target.host, target.port, timeout=_SECONDS)
        self._target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self._target.ip, self._target.port), timeout=_SECONDS)
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            self.sock = context.wrap_socket(self.sock, server_hostname=self._target.host)


def _resolve(host: str) -> list[str]:
    return [str(entry[4][0]) for entry in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
