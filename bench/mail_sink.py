"""A mail server in a process of its own that throws bodies away, counts, and is not the bottleneck.

Every reply is written ``delay_ms`` after its command has come, whatever else waits on that or another connection:
commands that were sent together are answered together, after one delay. What EHLO offers is set by ``offers``.
"""

import asyncio
import time
from collections import Counter
from typing import Any

from bench import control

_OFFERS = {"pipelining": b"PIPELINING", "chunking": b"CHUNKING"}
_REPLIES = {b"DATA": b"354 go on\r\n", b"QUIT": b"221 2.0.0 bye\r\n"}
_QUEUED = b"250 2.0.0 queued\r\n"
_MESSAGE_ID = b"Message-ID: <"
_HEADERS = 4096  # bytes in which a Message-ID is looked for


class Counts:
    """What was accepted so far; times are Unix seconds of this host."""

    def __init__(self) -> None:
        self.open: set[object] = set()  # connections made since the last setting: others keep theirs from before
        self.forget()

    def forget(self) -> None:
        self.messages = self.bytes = self.connections = 0
        self.most = len(self.open)  # connections at once
        self.first = self.last = 0.0
        self.unasked = 0  # commands that used what was not offered
        self.copies: Counter[bytes] = Counter()  # by Message-ID

    def accept(self, body: bytearray, start: int, end: int) -> None:
        self.last = time.time()
        self.first = self.first or self.last
        self.messages += 1
        self.bytes += end - start
        found = body.find(_MESSAGE_ID, start, start + _HEADERS)
        if found >= 0:
            found += len(_MESSAGE_ID)
            self.copies[bytes(body[found : body.find(b">", found)])] += 1

    def told(self) -> dict[str, Any]:
        own = {name: value for name, value in vars(self).items() if name not in {"copies", "open"}}
        return {**own, "distinct": len(self.copies), "repeats": sum(self.copies.values()) - len(self.copies)}


class Server:
    """What all connections share."""

    def __init__(self, *, delay_ms: float = 0.0, offers: str = "pipelining chunking") -> None:
        self.counts = Counts()
        self.set({"delay_ms": delay_ms, "offers": offers})

    def set(self, given: dict[str, Any]) -> dict[str, Any]:
        """Change what is given from now on; connections keep what they were offered, and are not counted any more."""
        self.counts.open.clear()
        if "delay_ms" in given:
            self.delay = given["delay_ms"] / 1000
        if "offers" in given:
            self.offers = given["offers"].split()
            named = [b"250-" + _OFFERS[name] for name in self.offers]
            self.greeting = b"\r\n".join([b"250-sink.example", *named, b"250-8BITMIME", b"250 SMTPUTF8\r\n"])
        return self.forget({})

    def forget(self, _: dict[str, Any]) -> dict[str, Any]:
        self.counts.forget()
        return self.counts.told()

    def tell(self, _: dict[str, Any]) -> dict[str, Any]:
        return self.counts.told()

    def copies(self, _: dict[str, Any]) -> dict[str, int]:
        """How often each Message-ID has come."""
        return {one.decode("ascii", "replace"): count for one, count in self.counts.copies.items()}


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, server: Server) -> None:
        self.server, self.counts = server, server.counts
        self.loop = asyncio.get_running_loop()
        self.offered = frozenset(server.offers)
        self.buffer = bytearray()
        self.body: int | None = None  # 0: up to the dot; else bytes of a chunk
        self.is_last = True  # chunk of its message
        self.gone = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.counts.connections += 1
        self.counts.open.add(self)
        self.counts.most = max(self.counts.most, len(self.counts.open))
        self._reply(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone = True
        self.counts.open.discard(self)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        replies, commands = [], 0
        while True:
            in_body = self.body is not None
            reply = self._text() if self.body == 0 else self._chunk() if in_body else self._command()
            if reply is None:
                break
            commands += not in_body
            replies.append(reply)
        if commands > 1 and "pipelining" not in self.offered:
            self.counts.unasked += commands - 1
        if out := b"".join(replies):
            self._reply(out)

    def _reply(self, out: bytes) -> None:
        if self.server.delay:
            self.loop.call_later(self.server.delay, self._write, out)
        else:
            self._write(out)

    def _write(self, out: bytes) -> None:
        if not self.gone:
            self.transport.write(out)
            if out.endswith(_REPLIES[b"QUIT"]):
                self.transport.close()

    def _text(self) -> bytes | None:
        """The reply to a message that ends with a dot, once it has."""
        end = self.buffer.find(b"\r\n.\r\n")
        if end < 0:
            return None
        return self._accepted(end + 2, end + 5)

    def _chunk(self) -> bytes | None:
        return self._accepted(self.body, self.body) if len(self.buffer) >= self.body else None

    def _accepted(self, size: int, taken: int) -> bytes:
        if self.is_last:
            self.counts.accept(self.buffer, 0, size)
        del self.buffer[:taken]
        self.body = None
        return _QUEUED

    def _command(self) -> bytes | None:
        """The reply to the next complete command; nothing to a BDAT, whose chunk is replied to."""
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return None
        verb = bytes(self.buffer[:4]).upper()
        line = bytes(self.buffer[:end])
        del self.buffer[: end + 2]
        if verb == b"EHLO":
            return self.server.greeting
        if verb == b"DATA":
            self.body, self.is_last = 0, True
        elif verb == b"BDAT":
            if "chunking" not in self.offered:
                self.counts.unasked += 1
                return b"503 5.5.1 not offered\r\n"
            self.body, self.is_last = int(line.split()[1]), line.upper().endswith(b" LAST")
            return b""
        return _REPLIES.get(verb, b"250 2.1.0 ok\r\n")


def main() -> None:
    given = control.arguments(__doc__).parse_args()
    server = Server()
    orders = {"set": server.set, "forget": server.forget, "tell": server.tell, "copies": server.copies}

    async def listen() -> asyncio.Server:
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: Talk(server), "127.0.0.1", given.port, backlog=1024)

    control.run(given, orders, listen)


if __name__ == "__main__":
    main()
