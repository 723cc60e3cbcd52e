"""A mail host that follows a script to the letter: what it offers, what it answers, when it hangs up."""

import contextlib
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

from tests.notify.listening import Listening

HANG_UP = b""
OFFERED = ("PIPELINING", "8BITMIME", "SMTPUTF8")

#: From (verb, how often it was given on all connections) to the reply; ``None`` for the usual one.
Script = Callable[[str, int], bytes | None]


class MailHost(Listening):
    """``with MailHost(script) as host:`` … ``host.port``; it keeps every line and every mail."""

    def __init__(
        self,
        script: Script = lambda _verb, _times: None,
        *,
        offers: tuple[str, ...] = OFFERED,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        super().__init__()
        self._script = script
        self._offers = offers
        self._tls = tls
        self.lines: list[str] = []
        self.mails: list[bytes] = []
        self.encrypted: list[str] = []  # lines that came over TLS
        self._times: dict[str, int] = {}

    def talk(self, connection: socket.socket) -> None:
        with contextlib.ExitStack() as open_ones:
            self._dialogue(connection, open_ones)

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
