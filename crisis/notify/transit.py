"""A mail in transit, and the two sides that pass it to each other: a post office and its connections."""

from dataclasses import dataclass
from typing import Protocol

from crisis.notify.sender import Envelope, Results
from crisis.notify.smtp import Verdict

#: Mails on their way on one connection where BDAT is offered, and where only pipelining is: one whose end
#: the host has not acknowledged, and one that it is asked to take.
CHUNKED, PIPELINED = 8, 2


@dataclass(slots=True, eq=False)
class Mail:
    """One mail on its way; times by the monotonic clock."""

    envelope: Envelope
    to: str
    sender: str
    needs_utf8: bool  # of the host, for its addresses
    is_ascii: bool
    into: Results
    called: float
    started: float = 0.0
    moves: int = 0
    refused: Verdict | None = None  # what the host said against it; the dialogue goes on to its end
    left_at: int = -1  # its last byte, counted on its connection; -1 while it has not left


@dataclass(frozen=True, slots=True)
class Offer:
    """What EHLO offered; nothing else is used."""

    pipelining: bool = False
    chunking: bool = False
    smtputf8: bool = False
    eightbitmime: bool = False

    @property
    def depth(self) -> int:
        """Mails on their way on one connection."""
        if not self.pipelining:
            return 1
        return CHUNKED if self.chunking else PIPELINED


class Line(Protocol):
    """A connection that takes mails."""

    @property
    def offer(self) -> Offer: ...
    @property
    def is_gone(self) -> bool: ...

    def fill(self, most: int = CHUNKED) -> None:
        """Take up to ``most`` mails, as far as there is room for them on the wire."""
        ...

    def quit(self) -> None:
        """Take no more mails, and take leave once the last one has ended."""
        ...

    def abort(self) -> None:
        """Leave at once; mails that have left become unknown."""
        ...


class Office(Protocol):
    """Who has the mails."""

    def take(self) -> Mail | None:
        """The next mail that may go now."""
        ...

    def ended(self, mail: Mail, verdict: Verdict, *, sent: bool, now: float) -> None: ...

    def lost(self, connection: Line, back: list[Mail]) -> None:
        """The connection is no more; ``back`` never left."""
        ...
