"""One POST to a host whose addresses were checked, over kept connections that go nowhere else.

A name is resolved once, every address found is checked, and only those are connected to; TLS is for
the name. After a minute the name is looked at again, and connections to what it no longer names end.
"""

import asyncio
import functools
import os
import ssl
import time
import urllib.parse
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crisis.notify import addresses, resolving
from crisis.notify.http_answer import Answer, Malformed, Reader

#: How long what a name resolved to is believed.
CHECKED_SECONDS = 60.0

_KEPT_SECONDS = 4.0  # an idle connection; many servers end theirs after 5
_ONE_OF_SEVERAL_SECONDS = 1.5  # for one address of a host that has another
_IDLE_SECONDS = 120.0  # a host that nobody wrote to
_MOST_HOSTS = 256  # remembered, before those that are idle are forgotten

#: Checks an address and where its host was found to be; gives where to go, or raises ``InvalidInput``.
Check = Callable[[str, Sequence[str]], addresses.PinnedTarget]
LookUp = Callable[[str], Awaitable[list[str]]]


class NotReached(Exception):
    """Nothing was sent; the text says why, without the address."""


class NoAnswer(Exception):
    """The request had left, and no full answer came."""


class _Connection(asyncio.Protocol):
    """Carries one request at a time."""

    def __init__(self) -> None:
        self.ip = ""
        self.port = ("", 0)  # with its scheme
        self.uses = 0
        self.idle_since = 0.0
        self.transport: asyncio.Transport
        self.reader = Reader()
        self._waiting: asyncio.Future[None] | None = None
        self.open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.open = True

    def ask(self, request: bytes) -> asyncio.Future[None]:
        """Send a request; the future ends when enough of its answer is in ``reader``, or nothing more comes."""
        self.uses += 1
        self.reader = Reader()
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._waiting

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:  # nobody asked
            self.end()
            return
        try:
            self.reader.feed(data)
        except Malformed:
            self.end()
        if self.reader.enough or not self.open:
            self._answered()

    def connection_lost(self, _error: Exception | None) -> None:
        self.open = False
        self.reader.ended()
        self._answered()

    def end(self) -> None:
        """End it without another word."""
        if self.open:
            self.open = False
            self.transport.abort()

    def _answered(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_result(None)


@dataclass(slots=True)
class _Host:
    """A host as it was checked last, and the connections to it that rest."""

    found: list[str]
    until: float  # when to look again, by the monotonic clock
    used: float
    idle: list[_Connection] = field(default_factory=list)
    targets: dict[str, tuple[addresses.PinnedTarget, bytes]] = field(default_factory=dict)


class Poster:
    """Posts on the running event loop; used by one loop only.

    Args:
        check: called with a URL and the addresses of its host; what it gives is where the POST goes.
        tls: gives the context for https.
        look_up: the addresses of a host; raises ``OSError`` where it has none.
    """

    def __init__(self, check: Check, tls: Callable[[], ssl.SSLContext], look_up: LookUp = resolving.resolve) -> None:
        self._check = check
        self._tls = tls
        self._look_up = look_up
        self._forget()

    def _forget(self) -> None:
        self._pid = os.getpid()
        self._hosts: dict[str, _Host] = {}
        self._looking: dict[str, asyncio.Task[_Host]] = {}
        self._tidying: asyncio.TimerHandle | None = None

    async def post(
        self, url: str, headers: Mapping[str, str], body: bytes, *, seconds: float, batch: int = 0
    ) -> Answer:
        """The answer to one POST; no redirect is followed. Once there is a status, it is the answer.

        Args:
            seconds: for the whole attempt.
            batch: after so many requests a connection is opened anew; 0: never.

        Raises:
            InvalidInput: the address must not be connected to.
            NotReached: nothing was sent; later may be better.
            NoAnswer: it may have arrived.
        """
        connection: _Connection | None = None
        host: _Host | None = None
        try:
            async with asyncio.timeout(seconds):
                host = await self._host(addresses.host_of(url))
                target, head = self._target(host, url)
                connection = _rested(host, target) or await self._connect(host, target)
                await connection.ask(_request(head, headers, body))
        except TimeoutError:
            if connection is None:
                raise NotReached(f"No connection within {seconds:g} s.") from None
        except ssl.SSLError as error:
            raise NotReached(f"TLS failed: {error.reason or 'no reason given'}.") from None
        except OSError as error:
            reason = f": {os.strerror(error.errno)}" if error.errno else ""
            raise NotReached(f"The host can't be reached{reason}.") from None
        except asyncio.CancelledError:
            if connection is not None:
                connection.end()
            raise
        return self._answer(host, connection, batch)

    async def close(self) -> None:
        """End every connection that rests."""
        if self._pid == os.getpid():
            if self._tidying is not None:
                self._tidying.cancel()
            for host in self._hosts.values():
                _end_all(host)
        self._forget()

    def _answer(self, host: _Host | None, connection: _Connection | None, batch: int) -> Answer:
        assert host is not None
        assert connection is not None
        reader = connection.reader
        worn = batch and connection.uses >= batch
        if reader.done and reader.keep and connection.open and not worn and connection.ip in host.found:
            connection.idle_since = time.monotonic()
            host.idle.append(connection)
            self._tidy_later()
        else:
            connection.end()
        if not reader.status:
            raise NoAnswer("No full answer after the message had left.")
        return reader.answer()

    async def _host(self, name: str) -> _Host:
        if self._pid != os.getpid():  # connections are the parent's
            self._forget()
        now = time.monotonic()
        host = self._hosts.get(name)
        if host is not None and host.until > now:
            host.used = now
            return host
        task = self._looking.get(name)
        if task is None:  # those who ask meanwhile wait for the same answer
            task = self._looking[name] = asyncio.create_task(self._look(name))
            task.add_done_callback(functools.partial(self._looked, name))
        try:
            return await asyncio.shield(task)
        except OSError:
            raise NotReached("The name of the host has no address now.") from None

    def _looked(self, name: str, task: "asyncio.Task[_Host]") -> None:
        self._looking.pop(name, None)
        if not task.cancelled():
            task.exception()  # told to those who waited; nobody may be left to hear of it

    async def _look(self, name: str) -> _Host:
        found = await self._look_up(name)
        now = time.monotonic()
        host = self._hosts.setdefault(name, _Host(found, 0.0, now))
        host.found, host.until, host.used = found, now + CHECKED_SECONDS, now
        host.targets.clear()
        for connection in [one for one in host.idle if one.ip not in found]:
            host.idle.remove(connection)
            connection.end()
        return host

    def _target(self, host: _Host, url: str) -> tuple[addresses.PinnedTarget, bytes]:
        known = host.targets.get(url)
        if known is None:
            target = self._check(url, host.found)
            known = host.targets[url] = target, _head(target)
        return known

    async def _connect(self, host: _Host, target: addresses.PinnedTarget) -> _Connection:
        """A connection to one of the addresses that were checked.

        Raises:
            OSError: there is none to be had.
        """
        tls = self._tls() if target.scheme == "https" else None
        failed: OSError = OSError()
        for place, ip in enumerate(host.found):
            last = place == len(host.found) - 1
            try:
                async with asyncio.timeout(None if last else _ONE_OF_SEVERAL_SECONDS):
                    _, connection = await asyncio.get_running_loop().create_connection(
                        _Connection, ip, target.port, ssl=tls, server_hostname=target.host if tls else None
                    )
            except TimeoutError as error:
                failed = error
                continue
            except ssl.SSLError:
                raise
            except OSError as error:
                failed = error
                continue
            connection.ip, connection.port = ip, (target.scheme, target.port)
            return connection
        raise failed

    def _tidy_later(self) -> None:
        if self._tidying is None:
            self._tidying = asyncio.get_running_loop().call_later(_KEPT_SECONDS / 2, self._tidy)

    def _tidy(self) -> None:
        """End connections that rested for long, forget hosts that nobody writes to."""
        self._tidying = None
        now = time.monotonic()
        for name, host in list(self._hosts.items()):
            while host.idle and host.idle[0].idle_since <= now - _KEPT_SECONDS:
                host.idle.pop(0).end()
            if len(self._hosts) > _MOST_HOSTS and host.used < now - _IDLE_SECONDS:
                _end_all(self._hosts.pop(name))
        if any(host.idle for host in self._hosts.values()):
            self._tidy_later()


def _rested(host: _Host, target: addresses.PinnedTarget) -> _Connection | None:
    """The connection to this port that rested least."""
    for place in range(len(host.idle) - 1, -1, -1):
        connection = host.idle[place]
        if connection.port == (target.scheme, target.port):
            del host.idle[place]
            if connection.open and not connection.transport.is_closing():
                return connection
    return None


def _end_all(host: _Host) -> None:
    while host.idle:
        host.idle.pop().end()


def _head(target: addresses.PinnedTarget) -> bytes:
    """The request as far as it is the same for every message to this address."""
    path = urllib.parse.quote(target.path, safe="".join(map(chr, range(33, 127))))
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = "" if target.port == {"http": 80, "https": 443}[target.scheme] else f":{target.port}"
    return f"POST {path} HTTP/1.1\r\nHost: {host}{port}\r\nUser-Agent: crisis-desk\r\nAccept: */*\r\n".encode("ascii")


def _request(head: bytes, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = "".join(f"{name}: {_one_line(value)}\r\n" for name, value in headers.items())
    return b"%b%bContent-Length: %d\r\n\r\n%b" % (head, lines.encode("utf-8"), len(body), body)


def _one_line(value: str) -> str:
    if "\r" in value or "\n" in value:
        raise ValueError("a header has one line")
    return value
