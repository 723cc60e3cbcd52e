"""A TCP proxy whose links can be slowed, cut, or made to swallow what one side says."""

import contextlib
import select
import socket
import threading
import time
from types import TracebackType
from typing import Self

_PIECE_BYTES = 65536
_LOOK_SECONDS = 0.02

#: Where to: a port of this host, or the path of a socket.
Target = int | str


class Proxy:
    """Listens on loopback and carries bytes to ``target``; change the attributes while it runs."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.delay = 0.0  # s, for each piece, each way
        self.deaf = False  # what the client says is swallowed
        self.dumb = False  # what the server says is swallowed
        self._links: list[_Link] = []
        self._server = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.port: int = self._server.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join(5)
        self.cut()

    def black_hole(self, *, now_open_only: bool = False) -> None:
        """Swallow everything both ways and say nothing; with ``now_open_only`` new links work."""
        if now_open_only:
            for link in self._links:
                link.swallows = True
        else:
            self.deaf = self.dumb = True

    def heal(self) -> None:
        """Carry again. Links that lost something are cut: a real one would find out by its sequence numbers."""
        self.deaf = self.dumb = False
        self.delay = 0.0
        for link in [one for one in self._links if one.lost]:
            link.close()

    def cut(self) -> None:
        """Close every link."""
        for link in list(self._links):
            link.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            try:
                server = self._connect()
            except OSError:
                client.close()
                continue
            self._links = [one for one in self._links if not one.closed]
            link = _Link(self, client, server)
            self._links.append(link)
            threading.Thread(target=link.carry, daemon=True).start()

    def _connect(self) -> socket.socket:
        if isinstance(self.target, int):
            return socket.create_connection(("127.0.0.1", self.target), timeout=5)
        server = socket.socket(socket.AF_UNIX)
        server.connect(self.target)
        return server


class _Link:
    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self.swallows = self.lost = self.closed = False
        self._proxy, self._client, self._server = proxy, client, server

    def carry(self) -> None:
        with contextlib.suppress(OSError, ValueError):  # it was closed meanwhile
            while not self.closed:
                ready, _, _ = select.select([self._client, self._server], [], [], _LOOK_SECONDS * 10)
                if not all(self._pass(one) for one in ready):
                    break
        self.close()

    def _pass(self, source: socket.socket) -> bool:
        data = source.recv(_PIECE_BYTES)
        if not data:
            return False
        is_client = source is self._client
        if self._proxy.delay:
            time.sleep(self._proxy.delay)
        if self.swallows or (self._proxy.deaf if is_client else self._proxy.dumb):
            self.lost = True
            return True
        (self._server if is_client else self._client).sendall(data)
        return True

    def close(self) -> None:
        self.closed = True
        for one in (self._client, self._server):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
