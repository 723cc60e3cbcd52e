"""The post office of a process: the mails that wait, the connections that take them, and their pace.

All of it happens on the loop's thread; only ``capacity`` and ``ended_so_far`` are read by others.
"""

import asyncio
import hashlib
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from crisis.domain import alert
from crisis.domain.pace import Bucket, Limit
from crisis.notify import smtp
from crisis.notify.sender import Result
from crisis.notify.smtp import Verdict
from crisis.notify.transit import CHUNKED, Line, Mail, Office

#: After the host could not be reached, mails are not made to wait for it one by one.
_REST_SECONDS = 1.0

#: Held beyond what the connections hold: what they will send in this time, so that they never wait for a claim.
_AHEAD_SECONDS, _MOST_AHEAD = 0.5, 1_000
_AHEAD_OF_RATE_SECONDS = 2.0
_BURST_SECONDS = 0.1  # how much of a rate may go at once
_SAMPLE_SECONDS = 0.1

_PIECE = 2047  # bytes. *Source:* CPython's hashlib.h, HASHLIB_GIL_MINSIZE

_CLOSE_SECONDS = 4.0
_CLOSED = Verdict(alert.Outcome.TEMPORARY, "The sender ended before it came to this message.")

Open = Callable[[Office], Awaitable[Line]]


class PostOffice:
    """Hands mails to as many connections as the limit allows, opened when they are needed.

    Args:
        opening: makes a connection ready, or raises ``smtp.Refused``.
        evidence: what the mail host's acceptance proves.
    """

    def __init__(self, opening: Open, *, limit: Limit, evidence: str) -> None:
        self._open = opening
        self._limit = limit
        self._evidence = evidence
        self._waiting: deque[Mail] = deque()
        self._lines: dict[Line, None] = {}  # in the order of their opening
        self._tasks: set[asyncio.Task[None]] = set()  # of connections that are being opened
        self._closed_until, self._why = 0.0, _CLOSED
        rate = limit.rate_per_second
        self._bucket = None if rate is None else Bucket(rate, burst=max(1, int(rate * _BURST_SECONDS)))
        self._timer: asyncio.TimerHandle | None = None
        self._depth = CHUNKED  # until the host has said what it offers
        self._gauge = _Gauge()
        self._when_closed: Callable[[], object] | None = None

    @property
    def ended_so_far(self) -> int:
        """How many mails have had their result."""
        return self._gauge.ended

    @property
    def capacity(self) -> int:
        """How many mails it is good to hold: what is on the wire, and what follows soon."""
        most = self._limit.connections * self._depth + min(_MOST_AHEAD, int(self._gauge.pace * _AHEAD_SECONDS))
        if self._limit.rate_per_second is not None:
            most = min(most, math.ceil(self._limit.rate_per_second * _AHEAD_OF_RATE_SECONDS))
        return max(1, most)

    def arrive(self, mails: Sequence[Mail]) -> None:
        """Send these too."""
        self._gauge.begin(time.monotonic())
        self._waiting.extend(mails)
        self._spread()

    def close(self, done: Callable[[], object]) -> None:
        """Send what is held, take leave of the host, then ``done``; what takes too long is given up."""
        self._when_closed = done
        asyncio.get_running_loop().call_later(_CLOSE_SECONDS, self._give_up)
        self._close_on()

    # what a connection asks and tells

    def take(self) -> Mail | None:
        """The next mail, if the rate lets it go now."""
        if not self._waiting:
            return None
        if self._bucket is not None:
            now = time.monotonic()
            wait = self._bucket.wait_seconds(now)
            if wait > 0:
                if self._timer is None:
                    self._timer = asyncio.get_running_loop().call_later(wait, self._go_on)
                return None
            self._bucket = self._bucket.take(now)
        return self._waiting.popleft()

    def ended(self, mail: Mail, verdict: Verdict, *, sent: bool, now: float) -> None:
        """The one result of a mail."""
        self._gauge.count(now)
        ended = result(
            verdict,
            called=mail.called,
            started=mail.started,
            now=now,
            gone=mail.envelope.payload if sent else b"",
            evidence=self._evidence if verdict.outcome is alert.Outcome.ACCEPTED else "",
        )
        mail.into.put((mail.envelope.alert_id, ended))
        if self._when_closed is not None:
            self._close_on()

    def lost(self, connection: Line, back: Sequence[Mail]) -> None:
        """A connection ended; ``back`` goes on another one."""
        self._lines.pop(connection, None)
        self._waiting.extendleft(reversed(back))
        self._spread()
        if self._when_closed is not None:
            self._close_on()

    # inside

    def _go_on(self) -> None:
        self._timer = None
        self._spread()

    def _spread(self) -> None:
        """Give what waits to the connections that are there, and open as many as it still needs."""
        if self._waiting and self._lines:
            each = math.ceil(len(self._waiting) / len(self._lines))
            for line in list(self._lines):
                line.fill(each)
        if not self._waiting or self._timer is not None:
            return
        if time.monotonic() >= self._closed_until:
            wanted = min(len(self._waiting), self._limit.connections - len(self._lines))
            for _ in range(wanted - len(self._tasks)):
                task = asyncio.get_running_loop().create_task(self._open_one())
                self._tasks.add(task)
                task.add_done_callback(self._opened)
        elif not self._lines and not self._tasks:
            self._refuse_waiting(self._why)

    async def _open_one(self) -> None:
        try:
            connection = await self._open(self)
        except smtp.Refused as refused:
            self._why = refused.verdict
        except Exception as error:  # a door: mails wait for this
            self._why = Verdict(alert.Outcome.TEMPORARY, f"The sender failed: {type(error).__name__}.")
        else:
            if not connection.is_gone:
                self._depth = connection.offer.depth
                self._lines[connection] = None
            return
        self._closed_until = time.monotonic() + _REST_SECONDS

    def _opened(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._spread()
        if self._when_closed is not None:
            self._close_on()

    def _refuse_waiting(self, verdict: Verdict) -> None:
        now = time.monotonic()
        while self._waiting:
            self.ended(self._waiting.popleft(), verdict, sent=False, now=now)

    def _close_on(self) -> None:
        if self._waiting or self._tasks:
            return
        for line in list(self._lines):
            line.quit()
        if not self._lines and self._when_closed is not None:
            self._when_closed()

    def _give_up(self) -> None:
        self._closed_until, self._why = math.inf, _CLOSED
        for task in self._tasks:
            task.cancel()
        for line in list(self._lines):
            line.abort()
        self._refuse_waiting(_CLOSED)


class _Gauge:
    """How many mails end, and how many a second."""

    __slots__ = ("_since", "_then", "ended", "pace")

    def __init__(self) -> None:
        self.ended = 0
        self.pace = 0.0
        self._since, self._then = 0.0, 0  # a moment, and how many had ended then

    def begin(self, now: float) -> None:
        """Mails arrive; a time without any says nothing about the pace."""
        if now - self._since > 2 * _SAMPLE_SECONDS:
            self._since, self._then = now, self.ended

    def count(self, now: float) -> None:
        self.ended += 1
        passed = now - self._since
        if passed >= _SAMPLE_SECONDS:
            self.pace = (self.ended - self._then) / passed
            self._since, self._then = now, self.ended


def result(
    verdict: Verdict, *, called: float, now: float, started: float = 0.0, gone: bytes = b"", evidence: str = ""
) -> Result:
    """The result of an attempt; moments by the monotonic clock, ``gone`` is what left."""
    return Result(
        outcome=verdict.outcome,
        detail=verdict.detail,
        size=len(gone),
        sha256=_sha256(gone) if gone else "",
        started_after=timedelta(seconds=max(0.0, started - called)),
        finished_after=timedelta(seconds=now - called),
        code=verdict.code,
        remote_id=verdict.remote_id,
        evidence=evidence,
    )


def _sha256(data: bytes) -> str:
    """In pieces, because hashlib lets other threads go first for every larger one, and they take their time."""
    digest = hashlib.sha256(data[:_PIECE])
    for start in range(_PIECE, len(data), _PIECE):
        digest.update(data[start : start + _PIECE])
    return digest.hexdigest()
