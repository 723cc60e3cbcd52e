"""A mail server that keeps what it is given and can be told to be slow, to refuse, or to hang up."""

import asyncio
import email
import email.policy
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from types import TracebackType
from typing import Self

LINK = re.compile(r"https?://[^\s\"'<>]+/a/[0-9A-Za-z]{22}")
ACCEPTED = "250 2.0.0 queued"
HANG_UP = ""


@dataclass
class Received:
    """One message as it came over the wire. ``replied_at`` stays empty when the sender went away before the reply."""

    sender: str
    recipient: str
    raw: bytes
    received_at: datetime
    reply: str
    replied_at: datetime | None = None

    @cached_property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.raw, _class=EmailMessage, policy=email.policy.default)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def message_id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    @property
    def links(self) -> list[str]:
        """The answer links in the plain text, each once, in order."""
        return list(dict.fromkeys(LINK.findall(self.text)))

    @property
    def accepted(self) -> bool:
        return self.reply.startswith("250")

    def _part(self, kind: str) -> str:
        body = self.message.get_body((kind,))
        return str(body.get_content()).replace("\r\n", "\n") if body else ""


@dataclass
class Behaviour:
    """What the server does from now on; change it while it runs.

    ``answer`` gets the recipient and how often it was tried before, and gives the reply to the message:
    ``ACCEPTED``, any ``4yz``/``5yz`` line, or ``HANG_UP`` to close the connection after the data without a reply.
    """

    message_delay: float = 0.0  # s before the reply to a message
    answer: Callable[[str, int], str] = field(default=lambda _recipient, _tries: ACCEPTED)
    closed: bool = False  # refuse every connection with 421
    smtputf8: bool = True


class MailSink:
    """The server, in a thread of this process; ``with MailSink() as sink: … sink.url``."""

    def __init__(self, port: int = 0) -> None:
        self.behaviour = Behaviour()
        self.port = port
        self._received: list[Received] = []
        self._tries: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="mail-sink", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(10):
            raise RuntimeError("the mail sink did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """As CRISIS_SMTP_URL takes it."""
        return f"smtp://127.0.0.1:{self.port}"

    @property
    def received(self) -> list[Received]:
        """Every message that came, accepted or not, in order."""
        with self._lock:
            return list(self._received)

    @property
    def accepted(self) -> list[Received]:
        return [one for one in self.received if one.accepted]

    def to(self, recipient: str) -> list[Received]:
        """The accepted messages to one address, in order."""
        return [one for one in self.accepted if one.recipient == recipient]

    def copies(self) -> Counter[str]:
        """How often each message, by its Message-ID, was accepted."""
        return Counter(one.message_id for one in self.accepted)

    def wait(self, count: int, *, seconds: float, recipient: str | None = None) -> list[Received]:
        """The accepted messages once there are ``count`` of them.

        Raises:
            AssertionError: when there are fewer after ``seconds``.
        """
        until = time.monotonic() + seconds
        while True:
            found = self.accepted if recipient is None else self.to(recipient)
            if len(found) >= count:
                return found
            assert time.monotonic() < until, f"{len(found)} of {count} messages after {seconds} s"
            time.sleep(0.02)

    def forget(self) -> None:
        with self._lock:
            self._received.clear()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._talk, "127.0.0.1", self.port, limit=2**20, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        talks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self.behaviour.closed:
                writer.write(b"421 4.3.2 closed\r\n")
                return
            writer.write(b"220 sink.example ESMTP\r\n")
            await self._dialogue(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return  # the sender went away, or the test has ended
        finally:
            writer.close()

    async def _dialogue(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", []
        while line := (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n"):
            verb = line[:4].upper()
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                raw = await _data(reader)
                if not await self._take(sender, recipients, raw, writer):
                    return
                recipients = []
            else:
                if verb == "MAIL":
                    sender, recipients = _address(line), []
                elif verb == "RCPT":
                    recipients.append(_address(line))
                writer.write(self._reply(verb))
            await writer.drain()
            if verb == "QUIT":
                return

    def _reply(self, verb: str) -> bytes:
        if verb == "EHLO":
            utf8 = b"250-SMTPUTF8\r\n" if self.behaviour.smtputf8 else b""
            return b"250-sink.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n" + utf8 + b"250 SIZE 50000000\r\n"
        if verb == "QUIT":
            return b"221 2.0.0 bye\r\n"
        return b"250 2.1.0 ok\r\n" if verb in {"HELO", "MAIL", "RCPT", "RSET", "NOOP"} else b"502 5.5.1 unknown\r\n"

    async def _take(self, sender: str, recipients: list[str], raw: bytes, writer: asyncio.StreamWriter) -> bool:
        kept = []
        with self._lock:
            for recipient in recipients:
                reply = self.behaviour.answer(recipient, self._tries[recipient])
                self._tries[recipient] += 1
                kept.append(Received(sender, recipient, raw, datetime.now(UTC), reply))
            self._received.extend(kept)
        if self.behaviour.message_delay:
            await asyncio.sleep(self.behaviour.message_delay)
        reply = kept[0].reply if kept else "503 5.5.1 no recipient"
        if reply == HANG_UP:
            return False
        writer.write(f"{reply}\r\n".encode())
        await writer.drain()
        for one in kept:
            one.replied_at = datetime.now(UTC)
        return True


async def _data(reader: asyncio.StreamReader) -> bytes:
    lines = []
    while (line := await reader.readline()) != b".\r\n":
        if not line:
            raise ConnectionError("the sender hung up within a message")
        lines.append(line[1:] if line.startswith(b"..") else line)
    return b"".join(lines)


def _address(line: str) -> str:
    return line[line.find("<") + 1 : line.find(">")]
