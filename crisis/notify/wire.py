"""The wire to the mail host: bytes out, whole replies in, and a question and answer until mails begin."""

import asyncio
import ssl
from collections import deque
from typing import cast

from crisis.notify import smtp


class Wire(asyncio.Protocol):
    """One TCP connection. Replies are kept for ``heard`` until it is ``listening``; then ``replied`` gets them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.WriteTransport | None = None
        self._replies = smtp.Replies()
        self._heard: deque[smtp.Reply] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self._fault: BaseException | None = None
        self.listening = False

    async def ask(self, command: bytes) -> smtp.Reply:
        """The reply to one command.

        Raises:
            TimeoutError, ConnectionError, Unreadable: there is none.
        """
        self.write(command + b"\r\n")
        return await self.heard()

    async def heard(self) -> smtp.Reply:
        """The next reply; raises as ``ask``."""
        if not self._heard and self._fault is None:
            self._waiter = self._loop.create_future()
            await asyncio.wait_for(self._waiter, smtp.TIMEOUT_SECONDS)
        if not self._heard:
            raise self._fault or ConnectionResetError
        return self._heard.popleft()

    async def start_tls(self, context: ssl.SSLContext, *, host: str) -> None:
        """Go on in TLS; raises as ``ask`` and ``ssl.SSLError``."""
        if self._transport is None or self._fault is not None:
            raise self._fault or ConnectionResetError
        if self._heard or not self._replies.is_clean:  # it came before TLS, and would be taken for what came after
            raise smtp.Unreadable("The mail host said more than it was asked before TLS began.")
        secured = await self._loop.start_tls(
            cast(asyncio.Transport, self._transport),
            self,
            context,
            server_hostname=host,
            ssl_handshake_timeout=smtp.TIMEOUT_SECONDS,
        )
        self._transport = cast(asyncio.WriteTransport, secured)

    def listen(self) -> BaseException | None:
        """Give replies to ``replied`` from now on; what stands against it, if anything does."""
        self.listening = True
        if self._heard or not self._replies.is_clean:
            return smtp.Unreadable("The mail host said more than it was asked.")
        return self._fault

    def write(self, data: bytes) -> None:
        if self._transport is not None:
            self._transport.write(data)

    def unwritten(self) -> int:
        """Bytes that the kernel has not taken. In TLS nobody can say of which mail they are, so all count as gone."""
        if self._transport is None or self._transport.get_extra_info("sslcontext") is not None:
            return 0
        return self._transport.get_write_buffer_size()

    def cut(self) -> None:
        """End the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def replied(self, replies: list[smtp.Reply]) -> None:
        """Whole replies, in their order."""

    def broken(self, error: BaseException) -> None:
        """Nothing can be said or heard any more."""

    # what the loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.WriteTransport, transport)

    def data_received(self, data: bytes) -> None:
        try:
            replies = self._replies.feed(data)
        except smtp.Unreadable as error:
            self._fail(error)
            return
        if self.listening and replies:
            self.replied(replies)
        elif replies:
            self._heard.extend(replies)
            self._wake()

    def eof_received(self) -> None:
        self._fail(ConnectionResetError())

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(exc or ConnectionResetError())

    def _fail(self, error: BaseException) -> None:
        self._fault = self._fault or error
        if self.listening:
            self.broken(self._fault)
        else:
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
