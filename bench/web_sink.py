"""A receiver of webhooks in a process of its own: many hosts, each an address 127.x.y.z, some of which hang.

Every answer leaves ``delay_ms`` after its request has come; a host that hangs takes the request and answers after
``hang_s``. Connections are kept. One request in a hundred is kept whole, so that signatures can be looked at.
"""

import asyncio
import time
from collections import Counter
from typing import Any

from bench import control

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
_KEPT_ONE_IN = 100


def host(number: int) -> str:
    """The address of a host, counted from 0."""
    return f"127.20.{number // 250}.{1 + number % 250}"


class Counts:
    """What healthy hosts answered so far; times are Unix seconds of this host."""

    def __init__(self) -> None:
        self.open = 0
        self.forget()

    def forget(self) -> None:
        self.requests = self.answers = self.hung = self.connections = 0
        self.most = self.open  # connections at once
        self.first = self.last = 0.0  # request, answer
        self.copies: Counter[bytes] = Counter()  # by webhook-id
        self.kept: list[tuple[str, str]] = []

    def told(self) -> dict[str, Any]:
        own = {name: value for name, value in vars(self).items() if name not in {"copies", "kept"}}
        return {**own, "distinct": len(self.copies), "repeats": sum(self.copies.values()) - len(self.copies)}


class Server:
    """What all connections share."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.delay, self.hang_s = 0.0, 30.0
        self.hanging: frozenset[str] = frozenset()

    def set(self, given: dict[str, Any]) -> dict[str, Any]:
        """Change what is given: ``delay_ms``, ``hang_s``, and ``hanging``, how many of the hosts hang."""
        self.delay = given.get("delay_ms", self.delay * 1000) / 1000
        self.hang_s = given.get("hang_s", self.hang_s)
        self.hanging = frozenset(host(number) for number in range(given.get("hanging", len(self.hanging))))
        return self.forget({})

    def forget(self, _: dict[str, Any]) -> dict[str, Any]:
        self.counts.forget()
        return self.counts.told()

    def tell(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.counts.told()

    def kept(self, _: dict[str, Any]) -> list[tuple[str, str]]:
        """Head and body of the requests that were kept."""
        return self.counts.kept


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Server) -> None:
        self.server, self.counts = server, server.counts
        self.loop = asyncio.get_running_loop()
        self.buffer = bytearray()
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.address = transport.get_extra_info("sockname")[0]
        self.counts.connections += 1
        self.counts.open += 1
        self.counts.most = max(self.counts.most, self.counts.open)

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        self.counts.open -= 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = bytes(self.buffer[:end])
            size = int(_header(head, b"content-length") or 0)
            if len(self.buffer) < end + 4 + size:
                return
            self._take(head, bytes(self.buffer[end + 4 : end + 4 + size]))
            del self.buffer[: end + 4 + size]

    def _take(self, head: bytes, body: bytes) -> None:
        counts = self.counts
        if self.address in self.server.hanging:
            counts.hung += 1
            self.loop.call_later(self.server.hang_s, self._write, False)
            return
        counts.first = counts.first or time.time()
        if counts.requests % _KEPT_ONE_IN == 0:
            counts.kept.append((head.decode("latin-1"), body.decode()))
        counts.requests += 1
        counts.copies[_header(head, b"webhook-id")] += 1
        if self.server.delay:
            self.loop.call_later(self.server.delay, self._write, True)
        else:
            self._write(True)

    def _write(self, healthy: bool) -> None:
        if self.gone:
            return
        self.transport.write(_OK)
        if healthy:
            self.counts.answers += 1
            self.counts.last = time.time()


def _header(head: bytes, name: bytes) -> bytes:
    start = head.lower().find(b"\r\n" + name + b":")
    if start < 0:
        return b""
    start += len(name) + 3
    end = head.find(b"\r\n", start)
    return head[start : end if end >= 0 else len(head)].strip()


def main() -> None:
    parser = control.arguments(__doc__)
    parser.add_argument("--hosts", type=int, default=1)
    given = parser.parse_args()
    server = Server()
    orders = {"set": server.set, "forget": server.forget, "tell": server.tell, "kept": server.kept}

    async def listen() -> asyncio.Server:
        loop, hosts = asyncio.get_running_loop(), [host(number) for number in range(given.hosts)]
        return await loop.create_server(lambda: Talk(server), hosts, given.port, backlog=1024)

    control.run(given, orders, listen)


if __name__ == "__main__":
    main()
