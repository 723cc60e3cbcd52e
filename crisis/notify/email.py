"""The mail sender: up to a number of connections to the mail host, each kept by a thread of its own."""

import threading
import time
from collections.abc import Sequence

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert
from crisis.notify import addresses, pool, smtp
from crisis.notify.pool import Said
from crisis.notify.sender import Envelope, Inbox

#: After the host could not be reached, mails are not made to wait for it one by one.
_REST_SECONDS = 1.0
_MOST_REFUSED = 1_000
_NOT_SET = "CRISIS_SMTP_URL is not set, so no mail can leave. Set it to the mail host of this desk."
_CONFINED = "The demo sends to its own catcher only; CRISIS_SMTP_URL names another host."


class Sender:
    """Hands mails to the mail host over up to ``connections`` connections at once, kept between calls.

    Threads and connections are made when they are first needed, so a sender may be made before a fork.

    Args:
        confined: only to a mail host on this machine; by default what ``settings.demo`` says.
    """

    def __init__(self, settings: Settings, *, connections: int | None = None, confined: bool | None = None) -> None:
        self._refusal: str | None = _NOT_SET
        if settings.smtp_url:
            door = _Door(smtp.read_url(settings.smtp_url), addresses.mail_address(settings.mail_from))
            confined = settings.demo if confined is None else confined
            self._refusal = _CONFINED if confined and not door.host.is_loopback else None
            limit = connections or settings.smtp_connections
            self._pool = pool.Pool(lambda: _Line(door), limit=limit, name="mail")

    def room(self, _provider: str) -> int:
        """How many more mails would be on a connection at once; without a mail host, all that are to fail."""
        return _MOST_REFUSED if self._refusal is not None else self._pool.room()

    def submit(self, envelopes: Sequence[Envelope], into: Inbox) -> None:
        """One result for each mail, as they come."""
        if self._refusal is not None:
            pool.refuse(envelopes, self._refusal, into)
        else:
            self._pool.submit(envelopes, into)

    def close(self) -> None:
        if self._refusal is None:
            self._pool.close()


class _Door:
    """The way to the mail host; for a moment closed to all after one found nobody there."""

    def __init__(self, host: smtp.MailHost, sender: addresses.MailAddress) -> None:
        self.host = host
        self.sender = sender
        self._lock = threading.Lock()
        self._closed: tuple[float, Said] | None = None  # until when, and why

    def connect(self) -> smtp.Connection:
        """A new connection.

        Raises:
            Refused: there is none to be had now.
        """
        with self._lock:
            closed = self._closed
        if closed is not None and time.monotonic() < closed[0]:
            raise smtp.Refused(closed[1])
        try:
            connection = smtp.Connection(self.host, greeting=self.sender.domain_ascii)
        except smtp.Refused as refused:
            with self._lock:
                self._closed = (time.monotonic() + _REST_SECONDS, refused.said)
            raise
        return connection


class _Line:
    """One thread's connection, renewed when it is worn or was lost."""

    def __init__(self, door: _Door) -> None:
        self._door = door
        self._connection: smtp.Connection | None = None

    def rest(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def attempt(self, envelope: Envelope) -> Said:
        try:
            to = addresses.mail_address(envelope.address)
        except errors.InvalidInput:
            return Said(alert.Outcome.PERMANENT, "The address can't be put on an envelope.")
        try:
            return self._deliver(to, envelope.payload)
        except smtp.Refused as refused:
            return refused.said

    def _deliver(self, to: addresses.MailAddress, mail: bytes) -> Said:
        while True:
            connection = self._ready()
            sender = self._door.sender
            if (to.needs_smtputf8 or sender.needs_smtputf8) and not connection.takes_utf8:
                return Said(
                    alert.Outcome.PERMANENT,
                    "The mail host takes no address with letters beyond ASCII before the @ (SMTPUTF8).",
                )
            was_fresh = connection.is_fresh
            said = connection.deliver(str(sender), to, mail)
            if said.gone:
                self.rest()
            # a kept connection may have been closed meanwhile; nothing was taken, so a new one gets its chance
            if was_fresh or not said.gone or said.outcome is not alert.Outcome.TEMPORARY:
                return said

    def _ready(self) -> smtp.Connection:
        if self._connection is not None and self._connection.is_worn:
            self.rest()
        if self._connection is None:
            self._connection = self._door.connect()
        return self._connection
