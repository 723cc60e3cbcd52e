"""A host that listens on a port of this machine, each connection in a thread of its own."""

import contextlib
import socket
import threading
from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Listening(ABC):
    """``with … as host:`` listens on ``host.port``; ``connections`` counts what came."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0), backlog=64)
        self._lock = threading.Lock()
        self.port: int = self._server.getsockname()[1]
        self.connections = self.open = self.most = 0  # so far, now, at once

    @abstractmethod
    def talk(self, connection: socket.socket) -> None:
        """What is said on one connection; it is closed behind it, also when the other side has gone."""

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, name="mail-host", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._server.accept()
                with self._lock:
                    self.connections += 1
                    self.open += 1
                    self.most = max(self.most, self.open)
                threading.Thread(target=self._attend, args=(connection,), daemon=True).start()

    def _attend(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with connection:
            with contextlib.suppress(OSError):
                self.talk(connection)
            with self._lock:  # before the other side can know, which may come again at once
                self.open -= 1
