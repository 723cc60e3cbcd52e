"""Baseline (c), the ceiling: mails that were made before, pipelined over some connections, nothing stored.

``python -m bench.raw --port 2525 --count 10000`` prints its seconds and CPU seconds as one line of JSON.
"""

import argparse
import asyncio
import json
import time
from collections import deque

import uvloop

from bench import letter

_END = b".\r\n"


class Line(asyncio.Protocol):
    """One connection: the next mail's commands leave together with the body before them."""

    def __init__(self, mails: deque[tuple[bytes, bytes]], *, depth: int) -> None:
        self.mails, self.depth = mails, depth
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.buffer = b""
        self.body = b""
        self.flying = 0
        self.greeted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed by the sink"))

    def data_received(self, data: bytes) -> None:
        lines = (self.buffer + data).split(b"\r\n")
        self.buffer = lines.pop()
        out: list[bytes] = []
        for line in lines:
            if self.greeted < 2:
                self._greet(line, out)
            elif line.startswith(b"354"):
                out += [self.body, _END]
                self._data(out)
            elif line.startswith(b"250 2.0.0"):
                self.flying -= 1
                if self.depth > 1:
                    self._chunks(out)
            else:
                assert line.startswith(b"250"), line
        if out:
            self.transport.write(b"".join(out))
        if self.greeted == 2 and not self.flying and not self.mails and not self.done.done():
            self.done.set_result(None)
            self.transport.close()

    def _greet(self, line: bytes, out: list[bytes]) -> None:
        if line.startswith(b"220"):
            self.greeted = 1
            out.append(b"EHLO raw.example\r\n")
        elif line[3:4] == b" ":
            self.greeted = 2
            (self._chunks if self.depth > 1 else self._data)(out)

    def _data(self, out: list[bytes]) -> None:
        if self.mails:
            commands, self.body = self.mails.popleft()
            out += [commands, b"DATA\r\n"]
            self.flying += 1

    def _chunks(self, out: list[bytes]) -> None:
        while self.flying < self.depth and self.mails:
            commands, body = self.mails.popleft()
            out += [commands, b"BDAT %d LAST\r\n" % len(body), body]
            self.flying += 1


def _mails(count: int) -> deque[tuple[bytes, bytes]]:
    template = letter.Template()
    made = deque()
    for number in range(count):
        to = f"crisis@bench-{number:05}.example"
        commands = f"MAIL FROM:<{letter.SENDER}>\r\nRCPT TO:<{to}>\r\n".encode()
        body = template.fill(to, f"Desk {number}", f"Platform {number}", letter.link(number), number=f"raw-{number}")
        made.append((commands, body))
    return made


async def _send(port: int, mails: deque[tuple[bytes, bytes]], *, connections: int, depth: int) -> None:
    loop = asyncio.get_running_loop()
    lines = [
        (await loop.create_connection(lambda: Line(mails, depth=depth), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(line.done for line in lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=20)
    parser.add_argument("--depth", type=int, default=1, help="mails in flight on a connection; above 1 by BDAT")
    given = parser.parse_args()
    mails = _mails(given.count)
    start, cpu = time.perf_counter(), time.process_time()
    uvloop.run(_send(given.port, mails, connections=given.connections, depth=given.depth))
    print(json.dumps({"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}))


if __name__ == "__main__":
    main()
