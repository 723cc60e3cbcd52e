"""The mail sender: hands mails to the mail host over warm connections, all of them on the loop's thread."""

import functools
import math
import os
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import replace

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, pace, provider
from crisis.notify import addresses, handshake, loop, smtp
from crisis.notify.connection import Connection
from crisis.notify.post_office import PostOffice, result
from crisis.notify.sender import Envelope, Results
from crisis.notify.smtp import Verdict
from crisis.notify.transit import Mail, Office

_CLOSE_SECONDS = 6.0
_LONE_REST_SECONDS = 1.0  # of the metronome: its connection is one beyond those of the workers
_MOST_REFUSED = 1_000
_MOST_LOCAL, _MOST_DOMAIN = 64, 255  # signs. *Source:* RFC 5321, 4.5.3.1

_NOT_SET = "CRISIS_SMTP_URL is not set, so no mail can leave. Set it to the mail host of this desk."
_CONFINED = "The demo sends to its own catcher only; CRISIS_SMTP_URL names another host."
_NO_MAILBOX = Verdict(alert.Outcome.PERMANENT, "The address can't be put on an envelope.")
_NOT_RENDERED = Verdict(
    alert.Outcome.PERMANENT, "The message could not be written: its address or a value does not fit."
)


class Sender:
    """Hands mails to the mail host over up to ``connections`` connections at once, kept between calls.

    Connections are made when they are first needed, so a sender may be made before a fork.

    Args:
        connections: of this process; by default its share of what the settings allow.
        confined: only to a mail host on this machine; by default what ``settings.demo`` says.
        part: which of the processes that share what the mail host takes.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        connections: int | None = None,
        confined: bool | None = None,
        part: pace.Part = pace.WHOLE,
    ) -> None:
        confined = settings.demo if confined is None else confined
        self._host = smtp.read_url(settings.smtp_url)
        self._refusal: Verdict | None = None
        if not settings.smtp_url:
            self._refusal = Verdict(alert.Outcome.PERMANENT, _NOT_SET)
        elif confined and not self._host.is_loopback:
            self._refusal = Verdict(alert.Outcome.PERMANENT, _CONFINED)
        self._sender = addresses.mail_address(settings.mail_from)
        self._evidence = settings.smtp_evidence
        limit = pace.share(settings.pace.for_provider(provider.MAIL), part)
        self._limit = replace(limit, connections=connections or limit.connections)
        self._rest_seconds = _LONE_REST_SECONDS if part.place is None and part != pace.WHOLE else math.inf
        self._inherited: list[PostOffice] = []
        self._begin()

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._lock = threading.Lock()
        self._accepted = 0
        self._office = PostOffice(self._open, limit=self._limit, evidence=self._evidence)

    def room(self, _provider: str) -> int:
        """How many more mails it takes now; without a mail host any number, for they fail at once."""
        if self._refusal is not None:
            return _MOST_REFUSED
        office = self._ours()
        return max(0, office.capacity - (self._accepted - office.ended_so_far))

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        """One result for each mail, as they end."""
        called = time.monotonic()
        office = self._ours()
        mails = []
        for envelope in envelopes:
            refusal = self._refusal or (None if envelope.payload else _NOT_RENDERED)
            if refusal is None:
                try:
                    mails.append(self._mail(envelope, into, called))
                    continue
                except errors.InvalidInput:
                    refusal = _NO_MAILBOX
            into.put((envelope.alert_id, result(refusal, called=called, now=time.monotonic())))
        if mails:
            with self._lock:
                self._accepted += len(mails)
            loop.run_soon(office.arrive, mails)

    def close(self) -> None:
        """Send what is held, then take leave of the mail host; for some seconds at most."""
        if self._pid != os.getpid() or not self._accepted:
            return
        closed = threading.Event()
        loop.run_soon(self._office.close, closed.set)
        closed.wait(_CLOSE_SECONDS)

    def _mail(self, envelope: Envelope, into: Results, called: float) -> Mail:
        """The mail with its envelope checked.

        Raises:
            InvalidInput: it would break the dialogue with the mail host.
        """
        to = addresses.mail_address(envelope.address)
        sender = envelope.return_path or str(self._sender)
        if not _is_path(sender):
            raise errors.InvalidInput("The return path of a mail is no address.")
        utf8 = to.needs_smtputf8 or not sender.isascii()
        return Mail(envelope, str(to), sender, utf8, envelope.payload.isascii(), into, called)

    def _ours(self) -> PostOffice:
        if self._pid != os.getpid():
            self._inherited.append(self._office)  # the parent's sockets: not even to be let go of here
            self._begin()
        return self._office

    async def _open(self, office: Office) -> Connection:
        return await handshake.opened(
            self._host,
            office,
            greeting=self._sender.domain_ascii,
            tls=lambda: self._tls,
            most_mails=self._limit.batch,
            rest_seconds=self._rest_seconds,
        )

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        """Made once: it reads all certificates of this machine."""
        context = ssl.create_default_context()
        if self._host.is_loopback:  # nobody stands between, and certificates name other hosts
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _is_path(address: str) -> bool:
    """Whether it can stand between the brackets of an envelope."""
    local, _, domain = address.rpartition("@")
    if not 0 < len(local) <= _MOST_LOCAL or not 0 < len(domain) <= _MOST_DOMAIN:
        return False
    return address.isprintable() and " " not in address and "<" not in address and ">" not in address
