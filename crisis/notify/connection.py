"""One connection to the mail host: several mails on it at once, and what the host says to each.

    no PIPELINING          one command at a time
    PIPELINING             MAIL, RCPT and DATA together with the end of the mail before: a round trip a mail
    and CHUNKING           MAIL, RCPT and BDAT … LAST of several mails on their way at the same time

The loop's thread alone works with it. *Source:* RFC 2920 (pipelining; section 3.1 lets the next mail's
commands follow the last byte of a mail), RFC 3030 (CHUNKING), RFC 5321, 4.5.3.2 (time-outs).
"""

import asyncio
import math
import time
from collections import deque
from enum import IntEnum

from crisis.domain import alert
from crisis.notify import smtp, wire
from crisis.notify.smtp import Verdict
from crisis.notify.transit import CHUNKED, Mail, Offer, Office

#: Hosts and relays close longer ones by themselves, often in the middle of a mail.
LONGEST_SECONDS = 60.0

#: A mail that lost its connection before it had left goes on another one, but not for ever.
_MOST_MOVES = 2

_CLOSE_SECONDS = 1.0  # for the host to close after its leave
_UNKNOWN = Verdict(alert.Outcome.UNKNOWN, "The connection broke after the mail had left.")
_NO_UTF8 = Verdict(
    alert.Outcome.PERMANENT, "The mail host takes no address with letters beyond ASCII before the @ (SMTPUTF8)."
)


class _Step(IntEnum):
    RSET = 0
    MAIL = 1
    RCPT = 2
    DATA = 3
    END = 4  # of the mail behind DATA, or BDAT with the mail
    QUIT = 5
    CLOSE = 6  # no reply: the host's end of the connection


_RSET, _MAIL, _RCPT, _DATA, _END, _QUIT, _CLOSE = _Step  # to look one up in the class takes longer than a comparison


class Connection(wire.Wire):
    """Opened by ``handshake.opened``; from ``begin`` on it takes mails by itself."""

    def __init__(self, office: Office) -> None:
        super().__init__()
        self._office = office
        self._offer = Offer()
        self._most_mails = 0
        self._rest_seconds = math.inf
        self._is_open = False  # for mails
        self._is_gone = False
        self._pipelines = self._chunks = False
        self._steps: deque[_Step] = deque()  # replies that are awaited, in their order
        self._flight: deque[Mail] = deque()  # mails whose commands are on the wire; replies are about the first
        self._out: list[bytes] = []
        self._written = 0
        self._taken = self._ended = 0
        self._must_reset = False
        self._timer: asyncio.TimerHandle | None = None
        self._due = self._bound = self._opened = 0.0

    def begin(self, offer: Offer, *, most_mails: int, rest_seconds: float) -> None:
        """Take mails from now on, ``most_mails`` at most (0: any number); end some time after the last of them."""
        self._offer, self._most_mails, self._rest_seconds = offer, most_mails, rest_seconds
        self._pipelines, self._chunks = offer.pipelining, offer.pipelining and offer.chunking
        self._opened = time.monotonic()
        self._due = self._opened + smtp.TIMEOUT_SECONDS
        self._is_open = True
        against = self.listen()
        if against is not None:
            self._lose(smtp.fault(against))
        else:
            self._watch()

    # mails

    @property
    def offer(self) -> Offer:
        return self._offer

    @property
    def is_gone(self) -> bool:
        return self._is_gone

    @property
    def is_idle(self) -> bool:
        return not self._flight and not self._steps

    def fill(self, most: int = CHUNKED) -> None:
        """Take up to ``most`` mails, as far as there is room for them on the wire."""
        if self._is_open and time.monotonic() - self._opened >= LONGEST_SECONDS:
            self.quit()
        while most > 0 and self._may_start():
            mail = self._office.take()
            if mail is None:
                break
            most -= 1
            self._start(mail)
        if not self._is_open and self._pipelines and self._flight and self._flight[-1].left_at >= 0:
            self._take_leave()  # no round trip of its own
        self._flush()

    def quit(self) -> None:
        """Take no more mails, and take leave once the last one has ended."""
        self._is_open = False
        if self.is_idle and not self._is_gone:
            self._take_leave()
            self._set_due(time.monotonic())
            self._flush()

    def abort(self) -> None:
        """Leave at once; mails that have left become unknown."""
        self._lose(smtp.fault(None))

    def _take_leave(self) -> None:
        if not self._steps or self._steps[-1] < _QUIT:
            self._put(b"QUIT\r\n", _QUIT)

    def _may_start(self) -> bool:
        if not self._is_open or self._is_gone or len(self._flight) >= self._offer.depth:
            return False
        if self._chunks or not self._flight:
            return True
        return self._pipelines and self._flight[-1].left_at >= 0  # DATA ends a group: nothing may follow it

    def _start(self, mail: Mail) -> None:
        now = time.monotonic()
        mail.started, mail.refused, mail.left_at = now, None, -1
        if mail.needs_utf8 and not self._offer.smtputf8:
            self._office.ended(mail, _NO_UTF8, sent=False, now=now)
            return
        was_idle = self.is_idle
        if not self._flight:
            self._bound = now + 2 * smtp.TIMEOUT_SECONDS
        self._taken += 1
        reset = self._must_reset or (self._chunks and bool(self._flight))  # nobody knows yet how the one before ends
        self._must_reset = False
        self._flight.append(mail)
        if reset:
            self._put(b"RSET\r\n", _RSET)
        if self._chunks:
            body = mail.envelope.payload
            self._put(b"%b%bBDAT %d LAST\r\n" % (self._from(mail), _to(mail), len(body)), _MAIL, _RCPT, _END)
            self._put(body)
            mail.left_at = self._written
        elif self._pipelines:
            self._put(b"%b%bDATA\r\n" % (self._from(mail), _to(mail)), _MAIL, _RCPT, _DATA)
        elif not reset:
            self._put(self._from(mail), _MAIL)
        if self._taken == self._most_mails:
            self._is_open = False
        if was_idle:
            self._set_due(now)

    def _from(self, mail: Mail) -> bytes:
        if mail.is_ascii and not mail.needs_utf8:
            return f"MAIL FROM:<{mail.sender}>\r\n".encode()
        utf8 = " SMTPUTF8" if self._offer.smtputf8 else ""
        eight_bits = " BODY=8BITMIME" if self._offer.eightbitmime else ""
        return f"MAIL FROM:<{mail.sender}>{utf8}{eight_bits}\r\n".encode()

    def _answer(self, step: _Step, code: int, text: bytes) -> None:
        """What the host says to ``step`` of the first mail on the wire."""
        if step is _MAIL or step is _RCPT:
            self._hear(step, self._flight[0], code, text)
        elif step is _END:
            mail = self._flight[0]
            self._end(mail, mail.refused or smtp.said(code, text))
        elif step is _DATA:
            self._give(self._flight[0], code, text)
        elif step is _RSET:
            if not 200 <= code < 300:  # the next mail would mix with the one before
                self.broken(smtp.Unreadable("The mail host does not begin anew when it is asked to (RSET)."))
            elif not self._pipelines:
                self._put(self._from(self._flight[0]), _MAIL)
        elif step is _QUIT:  # it closes now: one that is opened instead must not come before
            self._steps.append(_CLOSE)
            self._due = time.monotonic() + _CLOSE_SECONDS
            self._watch()
        else:
            self._lose(smtp.fault(None))

    def _hear(self, step: _Step, mail: Mail, code: int, text: bytes) -> None:
        """What the host says to a mail's sender or recipient."""
        if not 200 <= code < 300 and mail.refused is None:
            mail.refused = _refusal(code, text)
        if self._pipelines:
            return
        if mail.refused is not None:
            self._end(mail, mail.refused)
        elif step is _MAIL:
            self._put(_to(mail), _RCPT)
        else:
            self._put(b"DATA\r\n", _DATA)

    def _give(self, mail: Mail, code: int, text: bytes) -> None:
        """The host was asked to take the mail's text."""
        if code != 354:
            self._end(mail, mail.refused or _refusal(code, text))
        elif mail.refused is not None:  # it waits for a mail that nobody may get
            self._put(b".\r\n", _END)
        else:
            self._put(smtp.stuffed(mail.envelope.payload), _END)
            mail.left_at = self._written

    def _end(self, mail: Mail, verdict: Verdict) -> None:
        self._flight.popleft()
        self._ended += 1
        self._must_reset = verdict.outcome is not alert.Outcome.ACCEPTED
        now = time.monotonic()
        self._bound = now + 2 * smtp.TIMEOUT_SECONDS
        self._office.ended(mail, verdict, sent=mail.refused is None and mail.left_at >= 0, now=now)

    # the wire

    def replied(self, replies: list[smtp.Reply]) -> None:
        """What the host says to what it was sent, in that order."""
        self._due = time.monotonic() + smtp.TIMEOUT_SECONDS
        for code, text in replies:
            if code == 421:
                self._closing(smtp.said(code, text))
            elif self._steps:
                self._answer(self._steps.popleft(), code, text)
            else:
                self.broken(smtp.Unreadable("The mail host said more than it was asked."))
            if self._is_gone:
                return
        if not self._is_open and self.is_idle:
            self.quit()
        else:
            self.fill()

    def broken(self, error: BaseException) -> None:
        self._lose(smtp.fault(error))

    def _closing(self, verdict: Verdict) -> None:
        """The host hangs up. What it said so to has its answer, unless another connection may take it."""
        if self._flight and self._steps and self._steps[0] is _END:
            mail = self._flight[0]
            self._end(mail, mail.refused or verdict)
        self._lose(verdict)

    def _lose(self, verdict: Verdict) -> None:
        """End the connection: what has left may have arrived, what has not goes on another one."""
        if self._is_gone:
            return
        self._is_gone, self._is_open = True, False
        now, back = time.monotonic(), []
        left = self._written - self.unwritten() - sum(map(len, self._out))
        for mail in self._flight:
            if mail.refused is not None:
                self._office.ended(mail, mail.refused, sent=False, now=now)
            elif 0 <= mail.left_at <= left:
                self._office.ended(mail, _UNKNOWN, sent=True, now=now)
            elif self._ended == 0 or mail.moves >= _MOST_MOVES:
                self._office.ended(mail, verdict, sent=False, now=now)
            else:
                mail.moves += 1
                back.append(mail)
        self._flight.clear()
        if self._timer is not None:
            self._timer.cancel()
        self.cut()
        if self.listening:
            self._office.lost(self, back)

    def _put(self, data: bytes, *steps: _Step) -> None:
        self._out.append(data)
        self._written += len(data)
        self._steps.extend(steps)

    def _flush(self) -> None:
        if self._out and not self._is_gone:
            self.write(b"".join(self._out))
            self._out = []

    # time

    def _set_due(self, now: float) -> None:
        """Something is awaited from now on, after nothing was."""
        self._due = now + smtp.TIMEOUT_SECONDS
        self._bound = now + 2 * smtp.TIMEOUT_SECONDS
        self._watch()

    def _watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        at = self._idle_until if self.is_idle else min(self._due, self._bound)
        self._timer = self._loop.call_later(max(at - time.monotonic(), 0.01), self._look)

    @property
    def _idle_until(self) -> float:
        heard_at = self._due - smtp.TIMEOUT_SECONDS
        return min(self._opened + LONGEST_SECONDS, heard_at + self._rest_seconds)

    def _look(self) -> None:
        now = time.monotonic()
        if self._is_gone:
            return
        if self.is_idle:
            if now >= self._idle_until:
                self.quit()
                return
        elif now >= min(self._due, self._bound):
            self._lose(smtp.fault(TimeoutError()))
            return
        self._watch()


def _to(mail: Mail) -> bytes:
    return f"RCPT TO:<{mail.to}>\r\n".encode()


def _refusal(code: int, text: bytes) -> Verdict:
    """A reply that a mail can't go on with; never an acceptance, whatever its code."""
    verdict = smtp.said(code, text)
    if verdict.outcome is alert.Outcome.ACCEPTED:
        return Verdict(alert.Outcome.TEMPORARY, verdict.detail, code)
    return verdict
