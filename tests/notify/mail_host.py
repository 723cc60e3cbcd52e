"""A mail host that follows a script to the letter: what it offers, what it answers, when it hangs up."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

HANG_UP = b""
OFFERED = ("PIPELINING", "8BITMIME", "SMTPUTF8")

#: From (verb, how often it was given on all connections) to the reply; ``None`` for the usual one.
Script = Callable[[str, int], bytes | None]


class MailHost:
    """``with MailHost(script) as host:`` … ``host.port``; it keeps every line and every mail."""

    def __init__(
        self,
        script: Script = lambda _verb, _times: None,
        *,
        offers: tuple[str, ...] = OFFERED,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._script = script
        self._offers = offers
        self._tls = tls
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._server.getsockname()[1]
        self.lines: list[str] = []
        self.mails: list[bytes] = []
        self.connections = 0
        self.encrypted: list[str] = []  # lines that came over TLS
        self._times: dict[str, int] = {}
        self._lock = threading.Lock()

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
                self.connections += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with contextlib.suppress(OSError), contextlib.ExitStack() as open_ones:
            self._dialogue(open_ones.enter_context(connection), open_ones)

    def _dialogue(self, connection: socket.socket, open_ones: contextlib.ExitStack) -> None:
        file = connection.makefile("rb")
        encrypted = False
        if not self._answer(connection, "CONNECT", b"220 ready"):
            return
        while line := file.readline():
            word, space, rest = line.decode().rstrip("\r\n").partition(" ")
            text = word.upper() + space + rest
            self.lines.append(text)
            if encrypted:
                self.encrypted.append(text)
            verb = text.split()[0].upper() if text.split() else ""
            if verb == "STARTTLS" and self._tls is not None:
                connection.sendall(b"220 go on\r\n")
                file.close()
                connection = open_ones.enter_context(self._tls.wrap_socket(connection, server_side=True))
                file, encrypted = connection.makefile("rb"), True
                continue
            usual = {"EHLO": self._ehlo(encrypted), "DATA": b"354 go on", "QUIT": b"221 bye", "AUTH": b"235 welcome"}
            said = self._answer(connection, verb, usual.get(verb, b"250 ok"))
            if not said:
                return
            if verb == "DATA" and said.startswith(b"354"):
                mail = b""
                while (line := file.readline()) not in (b".\r\n", b""):
                    mail += line.removeprefix(b".")
                self.mails.append(mail)
                if not self._answer(connection, "END", b"250 queued as 12AB"):
                    return
            if verb == "QUIT":
                return

    def _ehlo(self, encrypted: bool) -> bytes:
        offers = [*self._offers, *(["STARTTLS"] if self._tls is not None and not encrypted else [])]
        return b"".join(f"250-{offer}\r\n".encode() for offer in ("mail.example", *offers)) + b"250 HELP"

    def _answer(self, connection: socket.socket, verb: str, usual: bytes) -> bytes:
        with self._lock:
            times = self._times[verb] = self._times.get(verb, 0) + 1
        reply = self._script(verb, times)
        if reply == HANG_UP:
            return HANG_UP
        said = reply or usual
        connection.sendall(said + b"\r\n")
        return said


def certificate() -> ssl.SSLContext:
    """TLS of a server with a certificate that nobody has signed; its key protects nothing but these tests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).with_name("mail.example.pem"))
    return context
