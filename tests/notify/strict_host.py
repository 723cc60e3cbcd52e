"""A mail host that keeps to the rules of a transaction, and does to each mail what a plan says."""

import contextlib
import re
import socket
from collections import Counter
from collections.abc import Callable
from uuid import UUID

from tests.notify.listening import Listening

#: From (alert, how often it came before) to what is done to it; ``""`` takes it.
Plan = Callable[[UUID, int], str]

#: Faults by the moment at which they strike.
REFUSALS = {
    "MAIL": {"mail4": b"451 4.3.0 later", "mail5": b"550 5.7.1 not from you"},
    "RCPT": {"rcpt4": b"450 4.2.1 busy", "rcpt5": b"550 5.1.1 unknown"},
    "DATA": {"data4": b"452 4.3.1 full", "data5": b"554 5.7.0 no"},
    "END": {"end4": b"451 4.3.0 try later", "end5": b"554 5.6.0 refused"},
}
BREAKS = {
    "MAIL": {"mail421": b"421 4.3.2 closing", "mailgone": b""},
    "RCPT": {"rcpt421": b"421 4.3.2 closing", "rcptgone": b""},
    "DATA": {"datagone": b""},
    "END": {"end421": b"421 4.3.2 closing", "endgone": b"", "takengone": b"", "rubbish": b"hello", "huge": b""},
}
HUGE = b"250-" + b"x" * 70 + b"\r\n"


class StrictHost(Listening):
    """``with StrictHost(plan, offers) as host:`` … ``host.port``."""

    def __init__(self, plan: Plan, offers: tuple[str, ...], *, generous: bool = False) -> None:
        super().__init__()
        self._plan = plan
        self._offers = offers
        self._generous = generous  # says 354 though nobody may get the mail
        self.came: Counter[UUID] = Counter()
        self.taken: Counter[UUID] = Counter()
        self.bodies: dict[UUID, bytes] = {}
        self.wrong: list[str] = []  # what no sender may do
        self.early: list[tuple[str, bytes]] = []  # what had come already when a command was answered
        self.hold: Callable[[str, int], None] = lambda _verb, _waiting: None

    def talk(self, connection: socket.socket) -> None:
        with contextlib.suppress(_Gone):
            _Talk(self, connection).run()


class _Gone(Exception):
    pass


class _Talk:
    def __init__(self, host: StrictHost, connection: socket.socket) -> None:
        self._host = host
        self._connection = connection
        self._buffer = b""
        self._alert: UUID | None = None
        self._recipient = ""
        self._fault = ""

    def run(self) -> None:
        self._say(b"220 strict.example")
        while True:
            line = self._until(b"\r\n").decode()
            verb = line[:4].upper()
            self._host.early.append((verb, self._buffer))
            self._host.hold(verb, len(self._buffer))
            self._handle(verb, line)

    def _handle(self, verb: str, line: str) -> None:
        match verb:
            case "EHLO":
                self._say(
                    b"".join(f"250-{offer}\r\n".encode() for offer in ("strict", *self._host._offers)) + b"250 8BITMIME"
                )
            case "RSET":
                self._alert, self._recipient = None, ""
                self._say(b"250 2.0.0 ok")
            case "MAIL":
                self._mail(line)
            case "RCPT":
                self._rcpt(line)
            case "DATA":
                self._data()
            case "BDAT":
                self._fault = self._fault.replace("data", "end")  # nobody asks before
                body = self._exactly(int(line.split()[1]))
                self._end(body) if self._recipient else self._say(b"503 5.5.1 no recipient")
                self._alert, self._recipient = None, ""
            case "QUIT":
                self._say(b"221 2.0.0 bye")
                raise _Gone
            case _:
                self._host.wrong.append(line)
                self._say(b"502 5.5.1 what")

    def _mail(self, line: str) -> None:
        found = re.fullmatch(r"MAIL FROM:<alerts\+([0-9a-f]{32})@desk\.example>", line)
        if self._alert is not None or found is None:
            self._host.wrong.append(line)
            self._say(b"503 5.5.1 nested")
            return
        alert_id = UUID(found[1])
        with self._host._lock:
            self._fault = self._host._plan(alert_id, self._host.came[alert_id])
            self._host.came[alert_id] += 1
        if not self._strikes("MAIL"):
            self._alert = alert_id
            self._say(b"250 2.1.0 ok")

    def _rcpt(self, line: str) -> None:
        if self._alert is None:
            self._say(b"503 5.5.1 no sender")
        elif not self._strikes("RCPT"):
            self._recipient = line
            self._say(b"250 2.1.5 ok")

    def _data(self) -> None:
        if not self._recipient and not self._host._generous:
            self._say(b"503 5.5.1 no recipient")
            return
        if self._strikes("DATA"):
            return
        self._say(b"354 go on")
        self._buffer = b"\r\n" + self._buffer
        body = self._until(b"\r\n.\r\n")[2:] + b"\r\n"
        if self._recipient:
            self._end(body.replace(b"\r\n..", b"\r\n."))
        else:
            self._say(b"554 5.5.1 no valid recipients")
        self._alert, self._recipient = None, ""

    def _end(self, body: bytes) -> None:
        assert self._alert is not None
        alert_id = self._alert
        if alert_id.hex.encode() not in body or alert_id.hex not in self._recipient:
            self._host.wrong.append(f"{self._recipient} with the mail of another")
        if self._fault in ("", "takengone"):
            with self._host._lock:
                self._host.taken[alert_id] += 1
                self._host.bodies[alert_id] = body
        if self._fault == "huge":
            with contextlib.suppress(OSError):
                self._connection.sendall(HUGE * 1500)
            raise _Gone
        if not self._strikes("END"):
            self._say(b"250 2.0.0 Ok: queued as Q" + alert_id.hex[:8].encode())

    def _strikes(self, moment: str) -> bool:
        if self._fault in BREAKS[moment]:
            said = BREAKS[moment][self._fault]
            if said:
                self._say(said)
            raise _Gone
        if self._fault in REFUSALS[moment]:
            self._say(REFUSALS[moment][self._fault])
            return True
        return False

    def _say(self, reply: bytes) -> None:
        self._connection.sendall(reply + b"\r\n")

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._buffer:
            self._read()
        found, _, self._buffer = self._buffer.partition(mark)
        return found

    def _exactly(self, count: int) -> bytes:
        while len(self._buffer) < count:
            self._read()
        found, self._buffer = self._buffer[:count], self._buffer[count:]
        return found

    def _read(self) -> None:
        data = self._connection.recv(262144)
        if not data:
            raise _Gone
        self._buffer += data
