"""A mail server in a process of its own that throws bodies away, counts, and is not the bottleneck."""

import argparse
import asyncio
import contextlib
import json
import signal
import time

_REPLIES = {
    b"EHLO": b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 50000000\r\n",
    b"DATA": b"354 go on\r\n",
    b"QUIT": b"221 2.0.0 bye\r\n",
}


class Counts:
    """What was accepted so far; times are Unix seconds of this host."""

    def __init__(self) -> None:
        self.messages = 0
        self.first = 0.0
        self.last = 0.0
        self.connections = 0
        self.most = 0  # connections at once
        self.open = 0

    def accept(self, number: int) -> None:
        self.last = time.time()
        self.first = self.first or self.last
        self.messages += number

    def forget(self) -> None:
        self.messages, self.first, self.last, self.connections, self.most = 0, 0.0, 0.0, 0, self.open


class Talk(asyncio.Protocol):
    """One connection."""

    def __init__(self, counts: Counts) -> None:
        self.counts = counts
        self.buffer = bytearray()
        self.in_body = False
        self.recipients = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.counts.connections += 1
        self.counts.open += 1
        self.counts.most = max(self.counts.most, self.counts.open)
        transport.write(b"220 sink.example ESMTP\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        self.counts.open -= 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        replies = []
        while (reply := self._next()) is not None:
            replies.append(reply)
        if replies:
            self.transport.write(b"".join(replies))
            if replies[-1].startswith(b"221"):
                self.transport.close()

    def _next(self) -> bytes | None:
        """The reply to the next complete command or body, if there is one."""
        if self.in_body:
            end = self.buffer.find(b"\r\n.\r\n")
            if end < 0:
                return None
            del self.buffer[: end + 5]
            self.in_body = False
            self.counts.accept(self.recipients)
            self.recipients = 0
            return b"250 2.0.0 queued\r\n"
        end = self.buffer.find(b"\r\n")
        if end < 0:
            return None
        verb = bytes(self.buffer[:4]).upper()
        del self.buffer[: end + 2]
        self.in_body = verb == b"DATA"
        if verb == b"RCPT":
            self.recipients += 1
        elif verb in (b"MAIL", b"RSET"):
            self.recipients = 0
        return _REPLIES.get(verb, b"250 2.1.0 ok\r\n")


async def _control(counts: Counts, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = (await reader.readline()).decode()
    if line.startswith("forget"):
        counts.forget()
    writer.write(json.dumps(vars(counts)).encode() + b"\n")
    await writer.drain()
    writer.close()


async def _serve(port: int, control: int, max_seconds: float) -> None:
    counts, loop, stop = Counts(), asyncio.get_running_loop(), asyncio.Event()
    server = await loop.create_server(lambda: Talk(counts), "127.0.0.1", port, backlog=1024)
    asker = await asyncio.start_server(lambda r, w: _control(counts, r, w), "127.0.0.1", control)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    print("ready", flush=True)
    with contextlib.suppress(TimeoutError):  # nobody is left who could stop it
        await asyncio.wait_for(stop.wait(), max_seconds)
    server.close()
    asker.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--control", type=int, required=True)
    parser.add_argument("--max-seconds", type=float, default=900)
    given = parser.parse_args()
    try:
        import uvloop
    except ImportError:
        asyncio.run(_serve(given.port, given.control, given.max_seconds))
    else:
        uvloop.run(_serve(given.port, given.control, given.max_seconds))


if __name__ == "__main__":
    main()
