"""Contacts who answer: every page fetched by GET, then every form sent by POST, over kept connections.

A process of its own, so that what it costs is told apart from the server:
``python -m bench.answer_load --port 8000 --count 1000`` reads that many paths of links, one a line,
prints ``ready`` once all pages are fetched and old enough to be believed, waits for a line,
sends the answers, and prints one line of JSON. With ``--gets`` it fetches the pages only.
"""

import argparse
import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, cast

_FIELD = re.compile(rb'name="form" value="([^"]+)"')
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RECEIPT = b'role="status"'  # the page that says that it is recorded
_OLD_ENOUGH_S = 2.2  # an answer sooner than 2 s after its page does not count


@dataclass
class Load:
    """What was sent and what came back; seconds, milliseconds where the name says so."""

    sent: int = 0
    failed: int = 0
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    samples: list[tuple[float, float, bool]] = field(default_factory=list)  # asked (Unix s), took (s), taken

    @property
    def a_second(self) -> float:
        return self.sent / self.seconds if self.seconds else 0.0

    def quantile_ms(self, share: float) -> float:
        """The latency below which ``share`` of the answers are."""
        found = sorted(took for _, took, _ in self.samples)
        return found[min(int(len(found) * share), len(found) - 1)] * 1000 if found else 0.0

    def figures(self) -> dict[str, Any]:
        values = asdict(self)
        quantiles = {f"p{share}_ms": self.quantile_ms(share / 100) for share in (50, 95, 99, 100)}
        return {**values, "a_second": self.a_second, **quantiles}


class _Connection(asyncio.Protocol):
    """One kept connection: a request at a time, opened again where the server has closed it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._needed = 0
        self._reply: asyncio.Future[bytes] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(exc or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._needed:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            length = _LENGTH.search(self._buffer, 0, end)
            self._needed = end + 4 + (int(length[1]) if length else 0)
        if len(self._buffer) >= self._needed and self._reply is not None:
            self._reply.set_result(bytes(self._buffer))

    async def ask(self, request: bytes) -> bytes:
        assert self.transport is not None
        self._buffer.clear()
        self._needed = 0
        self._reply = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._reply


async def _run(port: int, requests: Sequence[bytes], *, connections: int, take: Callable[[int, bytes], bool]) -> Load:
    load, loop = Load(), asyncio.get_running_loop()
    waiting = iter(enumerate(requests))

    async def work() -> None:
        connection = _Connection()
        for number, request in waiting:
            at, start = time.time(), time.perf_counter()
            try:
                if connection.transport is None or connection.transport.is_closing():
                    _, connection = await loop.create_connection(_Connection, "127.0.0.1", port)
                reply = await connection.ask(request)
            except OSError:
                load.failed += 1
                continue
            taken = take(number, reply)
            load.samples.append((at, time.perf_counter() - start, taken))
            load.sent += 1
            load.failed += not taken
        if connection.transport is not None:
            connection.transport.close()

    start, cpu = time.perf_counter(), _cpu()
    await asyncio.gather(*(work() for _ in range(connections)))
    load.seconds, load.cpu_seconds = time.perf_counter() - start, _cpu() - cpu
    return load


async def fetch(port: int, paths: Sequence[str], *, connections: int) -> tuple[list[bytes], Load]:
    """The signed field of every page, empty where it was not shown; and what that took."""
    forms = [b""] * len(paths)

    def take(number: int, reply: bytes) -> bool:
        found = _FIELD.search(reply)
        forms[number] = found[1] if found else b""
        return found is not None

    requests = [f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode() for path in paths]
    return forms, await _run(port, requests, connections=connections, take=take)


async def send(port: int, paths: Sequence[str], forms: Sequence[bytes], *, connections: int) -> Load:
    """Send every form as somebody who acknowledges; an answer counts when its page is the receipt."""
    requests = []
    for path, form in zip(paths, forms, strict=True):
        body = b"answer=acknowledge&name=Ada+Fictional%2C+moderation&case_number=TS-5512&form=" + form
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return await _run(
        port,
        requests,
        connections=connections,
        take=lambda _, reply: reply.startswith(b"HTTP/1.1 200") and _RECEIPT in reply,
    )


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def _main(given: argparse.Namespace, paths: Sequence[str]) -> dict[str, dict[str, Any]]:
    forms, pages = await fetch(given.port, paths, connections=given.connections)
    if given.gets:
        return {"pages": pages.figures()}
    await asyncio.sleep(_OLD_ENOUGH_S)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    answers = await send(given.port, paths, forms, connections=given.connections)
    return {"pages": pages.figures(), "answers": answers.figures()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--count", type=int, required=True, help="lines to read before the pages are fetched")
    parser.add_argument("--gets", action="store_true", help="fetch the pages, send nothing")
    given = parser.parse_args()
    paths = [sys.stdin.readline().strip() for _ in range(given.count)]
    try:
        import uvloop
    except ImportError:
        figures = asyncio.run(_main(given, paths))
    else:
        figures = uvloop.run(_main(given, paths))
    with open(sys.stdout.fileno(), "w", encoding="utf-8", closefd=False) as out:  # buffered, so written to its end
        print(json.dumps(figures), file=out)


if __name__ == "__main__":
    main()
