"""Lanes: one for each provider, so many messages at once and at its rate, so that none waits for another's trouble."""

import asyncio
import hashlib
import math
import os
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crisis.domain import alert, provider
from crisis.domain.pace import Bucket, Limit
from crisis.notify import loop
from crisis.notify.sender import Envelope, Result, Results

#: Messages on the wire at once over all lanes, below the 1,024 open files that a process has by default.
AT_ONCE = 768

#: How many waves of messages a lane holds: one while its provider is slow, so that nothing waits for
#: long behind it; several while it is quick, so that no connection waits for the next claim.
_DEPTH, _DEPTH_QUICK = 1, 4
_QUICK_SECONDS = 0.5

_RATE_AHEAD_SECONDS = 0.5  # how much of a rate is held in advance
_BURST_SECONDS = 0.1  # how much of a rate may go at once
_CLOSE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Said:
    """How one attempt ended; ``sent`` if its bytes left."""

    outcome: alert.Outcome
    detail: str
    sent: bool = False
    code: int | None = None
    remote_id: str = ""
    evidence: str = ""
    retire: bool = False


Attempt = Callable[[Envelope], Awaitable[Said]]

_NOT_RENDERED = Said(alert.Outcome.PERMANENT, "The message could not be written: its address or a value does not fit.")
_CLOSED = Said(alert.Outcome.TEMPORARY, "The sender ended before it came to this message.")
_CUT = Said(alert.Outcome.UNKNOWN, "The sender ended meanwhile; the message may have arrived.", sent=True)


@dataclass(frozen=True, slots=True)
class _Job:
    envelope: Envelope
    into: Results
    called: float  # when submit was called, by the monotonic clock


@dataclass(slots=True)
class _Lane:
    limit: Limit
    bucket: Bucket | None
    waiting: deque[_Job] = field(default_factory=deque)
    held: int = 0  # waiting and on the wire
    active: int = 0  # on the wire
    quick: bool = False  # what the last attempt was
    blocked: bool = False  # waits for others to end, because too many are on the wire
    timer: asyncio.TimerHandle | None = None  # until the next one may go

    def most(self) -> int:
        """How many it holds at most."""
        most = self.limit.connections * (_DEPTH_QUICK if self.quick else _DEPTH)
        if self.limit.rate_per_second is not None:
            most = min(most, max(1, math.ceil(self.limit.rate_per_second * _RATE_AHEAD_SECONDS)))
        return most


class Lanes:
    """Gives each envelope to ``attempt``, on the event loop of the senders, as its provider's limit allows.

    Args:
        limit: of a provider, for this process alone.
    """

    def __init__(self, attempt: Attempt, *, limit: Callable[[str], Limit]) -> None:
        self._attempt = attempt
        self._limit = limit
        self._forget()

    def _forget(self) -> None:
        """What a parent held stays the parent's."""
        self._pid = os.getpid()
        self._lock = threading.Lock()  # of ``held`` and of the table of lanes; the rest is the loop's alone
        self._lanes: dict[str, _Lane] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._blocked: deque[_Lane] = deque()

    def room(self, name: str) -> int:
        """How many more envelopes the lane of this provider takes."""
        if self._pid != os.getpid():
            self._forget()
        with self._lock:
            lane = self._lane(name)
            return max(0, lane.most() - lane.held)

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        """Return at once; one result for each, as they end."""
        if self._pid != os.getpid():
            self._forget()
        called = time.monotonic()
        jobs = []
        with self._lock:
            for envelope in envelopes:
                lane = self._lane(envelope.provider or provider.of(envelope.channel, envelope.address))
                lane.held += 1
                jobs.append((lane, _Job(envelope, into, called)))
        loop.run_soon(self._take, jobs)

    def close(self, after: Callable[[], Awaitable[None]] | None = None) -> None:
        """Give up what is held, as not sent or as unknown; then ``after``, on the loop."""
        if self._pid != os.getpid():
            return
        ended = threading.Event()

        async def end() -> None:
            try:
                await self._end()
                if after is not None:
                    await after()
            finally:
                ended.set()

        def begin() -> None:
            self._closing = asyncio.get_running_loop().create_task(end())

        loop.run_soon(begin)
        ended.wait(_CLOSE_SECONDS)

    def _lane(self, name: str) -> _Lane:
        lane = self._lanes.get(name)
        if lane is None:
            limit = self._limit(name)
            rate = limit.rate_per_second
            bucket = None if rate is None else Bucket(rate, burst=max(1, int(rate * _BURST_SECONDS)))
            lane = self._lanes[name] = _Lane(limit, bucket)
        return lane

    def _take(self, jobs: Sequence[tuple[_Lane, _Job]]) -> None:
        for lane, job in jobs:
            lane.waiting.append(job)
        for lane in {id(lane): lane for lane, _job in jobs}.values():
            self._pump(lane)

    def _pump(self, lane: _Lane) -> None:
        """Start what the lane may start now."""
        running = asyncio.get_running_loop()
        while lane.waiting and lane.active < lane.limit.connections:
            if len(self._tasks) >= AT_ONCE:
                if not lane.blocked:
                    lane.blocked = True
                    self._blocked.append(lane)
                return
            if lane.bucket is not None:
                now = running.time()
                wait = lane.bucket.wait_seconds(now)
                if wait > 0:
                    if lane.timer is None:
                        lane.timer = running.call_later(wait, self._wake, lane)
                    return
                lane.bucket = lane.bucket.take(now)
            lane.active += 1
            task = running.create_task(self._run(lane, lane.waiting.popleft()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _wake(self, lane: _Lane) -> None:
        lane.timer = None
        self._pump(lane)

    async def _run(self, lane: _Lane, job: _Job) -> None:
        started = time.monotonic()
        try:
            said = await self._attempt(job.envelope) if job.envelope.payload else _NOT_RENDERED
        except asyncio.CancelledError:
            said = _CUT
        except Exception as error:  # a door: each alert gets a result, and the lane goes on
            said = Said(alert.Outcome.UNKNOWN, f"The sender failed: {type(error).__name__}.", sent=True)
        lane.active -= 1
        lane.quick = time.monotonic() - started < _QUICK_SECONDS
        self._answer(lane, job, said, started)
        asyncio.get_running_loop().call_soon(self._go_on, lane)

    def _go_on(self, lane: _Lane) -> None:
        """Some have ended: those that waited for their place come first."""
        for _ in range(len(self._blocked)):
            if len(self._tasks) >= AT_ONCE:
                break
            other = self._blocked.popleft()
            other.blocked = False
            self._pump(other)
        self._pump(lane)

    def _answer(self, lane: _Lane, job: _Job, said: Said, started: float) -> None:
        with self._lock:
            lane.held -= 1
        job.into.put((job.envelope.alert_id, result_of(said, job.envelope.payload, job.called, started)))

    async def _end(self) -> None:
        for lane in list(self._lanes.values()):
            if lane.timer is not None:
                lane.timer.cancel()
            while lane.waiting:
                self._answer(lane, lane.waiting.popleft(), _CLOSED, time.monotonic())
        await asyncio.sleep(0)  # those that were only just made begin, or nobody would hear of them
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def result_of(said: Said, payload: bytes, called: float, started: float) -> Result:
    """The result of an attempt that ends now; both moments by the monotonic clock."""
    return Result(
        outcome=said.outcome,
        detail=said.detail,
        size=len(payload) if said.sent else 0,
        sha256=hashlib.sha256(payload).hexdigest() if said.sent else "",
        started_after=timedelta(seconds=started - called),
        finished_after=timedelta(seconds=time.monotonic() - called),
        code=said.code,
        remote_id=said.remote_id,
        evidence=said.evidence,
        retire=said.retire,
    )
