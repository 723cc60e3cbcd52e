"""The pool of a sender: threads that outlive its calls, each working with something that it keeps."""

import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from crisis.domain import alert
from crisis.notify import loop
from crisis.notify.sender import Envelope, Inbox, Result

_IDLE_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """How one attempt ended; ``sent`` if its bytes left, ``gone`` if the connection can't be used any more."""

    outcome: alert.Outcome
    detail: str
    sent: bool = False
    gone: bool = False


NOT_RENDERED = Said(alert.Outcome.PERMANENT, "The message could not be written: its address or a value does not fit.")
_GIVEN_UP = Said(alert.Outcome.UNKNOWN, "No end of the attempt in time; the message may have arrived.", sent=True)
_NO_TURN = Said(alert.Outcome.TEMPORARY, "Messages before this one took all the time.")


class Worker(Protocol):
    """What one thread works with, such as a connection."""

    def attempt(self, envelope: Envelope) -> Said: ...

    def rest(self) -> None:
        """There was nothing to do for a minute, or the pool ends."""
        ...


@dataclass(slots=True)
class _Job:
    envelope: Envelope
    called: float  # when submit was called, by the monotonic clock
    into: Inbox
    started: float
    thread: threading.Thread | None = None  # that attempts it
    ended: bool = False


class Pool:
    """Up to ``limit`` threads, started when first needed and again after a fork.

    Args:
        patience_seconds: after this, attempts of a call that have not ended are given up as unknown,
            for what can hang in spite of its time-outs; ``None`` waits.
    """

    def __init__(
        self, worker: Callable[[], Worker], *, limit: int, name: str, patience_seconds: float | None = None
    ) -> None:
        self._worker = worker
        self._limit = limit
        self._name = name
        self._patience = patience_seconds
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._held = 0
        self._pid = 0

    def room(self) -> int:
        """How many more envelopes would be attempted at once."""
        return max(0, self._limit - self._held)

    def submit(self, envelopes: Sequence[Envelope], into: Inbox) -> None:
        """One result for each envelope, as they come."""
        called = time.monotonic()
        jobs = [_Job(envelope, called, into, called) for envelope in envelopes]
        with self._lock:
            if self._pid != os.getpid():  # threads do not survive a fork
                self._pid, self._held, self._threads, self._jobs = os.getpid(), 0, [], queue.SimpleQueue()
            self._held += len(jobs)
            for job in jobs:
                self._jobs.put(job)
            self._hire()
        if self._patience is not None:
            loop.run_after(self._patience, self._give_up, jobs)

    def close(self) -> None:
        """End the threads; what waits is attempted first."""
        with self._lock:
            threads, self._threads = (self._threads if self._pid == os.getpid() else []), []
            for _ in threads:
                self._jobs.put(None)
        for thread in threads:
            thread.join(5)

    def _hire(self) -> None:
        while len(self._threads) < min(self._held, self._limit):
            thread = threading.Thread(target=self._run, args=(self._jobs,), name=self._name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def _give_up(self, jobs: Sequence[_Job]) -> None:
        """Leave threads that hang to themselves, and let others have their places."""
        hanging = [job.thread for job in jobs if self._end(job, _GIVEN_UP if job.thread else _NO_TURN)]
        with self._lock:
            self._threads = [thread for thread in self._threads if thread not in hanging]
            self._hire()

    def _begin(self, job: _Job) -> bool:
        with self._lock:
            if not job.ended:
                job.thread, job.started = threading.current_thread(), time.monotonic()
            return not job.ended

    def _end(self, job: _Job, said: Said) -> bool:
        """Give the result, unless there is one; whether it was given."""
        with self._lock:
            if job.ended:
                return False
            job.ended = True
            self._held -= 1
        job.into.put((job.envelope.alert_id, result_of(said, job.envelope.payload, job.called, job.started)))
        return True

    def _run(self, jobs: queue.SimpleQueue[_Job | None]) -> None:
        worker = self._worker()
        while True:
            try:
                job = jobs.get(timeout=_IDLE_SECONDS)
            except queue.Empty:
                worker.rest()
                continue
            if job is None:
                worker.rest()
                return
            if not self._begin(job):
                continue
            try:
                said = worker.attempt(job.envelope) if job.envelope.payload else NOT_RENDERED
            except Exception as error:
                said = Said(alert.Outcome.UNKNOWN, f"The sender failed: {type(error).__name__}.", sent=True)
            if not self._end(job, said):  # it was given up, and so was this thread
                worker.rest()
                return


def result_of(said: Said, payload: bytes, called: float, started: float) -> Result:
    """The result of an attempt that ends now; both moments by the monotonic clock."""
    return Result(
        outcome=said.outcome,
        detail=said.detail,
        size=len(payload) if said.sent else 0,
        sha256=hashlib.sha256(payload).hexdigest() if said.sent else "",
        started_after=timedelta(seconds=started - called),
        finished_after=timedelta(seconds=time.monotonic() - called),
    )


def refuse(envelopes: Sequence[Envelope], reason: str, into: Inbox) -> None:
    """The same permanent refusal for all, because the channel itself can't send."""
    at = time.monotonic()
    for envelope in envelopes:
        into.put((envelope.alert_id, result_of(Said(alert.Outcome.PERMANENT, reason), b"", at, at)))
