"""The pool of a sender: threads that outlive its calls, each working with something that it keeps."""

import hashlib
import os
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from crisis.domain import alert
from crisis.notify.sender import Envelope, Result

_IDLE_SECONDS = 60.0
_GIVEN_UP = "No end of the attempt in time; the message may have arrived."


@dataclass(frozen=True, slots=True)
class Said:
    """How one attempt ended; ``sent`` if its bytes left, ``gone`` if the connection can't be used any more."""

    outcome: alert.Outcome
    detail: str
    sent: bool = False
    gone: bool = False


_NOT_RENDERED = Said(alert.Outcome.PERMANENT, "The message could not be written: its address or a value does not fit.")


class Worker(Protocol):
    """What one thread works with, such as a connection."""

    def attempt(self, envelope: Envelope) -> Said: ...

    def rest(self) -> None:
        """There was nothing to do for a minute, or the pool ends."""
        ...


@dataclass(frozen=True, slots=True)
class _Job:
    envelope: Envelope
    called: float  # when send was called, by the monotonic clock
    results: queue.SimpleQueue[tuple[UUID, Result]]


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
        self._pid = 0

    def send(self, envelopes: Sequence[Envelope]) -> Iterator[tuple[UUID, Result]]:
        """One result for each envelope, as they come."""
        called = time.monotonic()
        results: queue.SimpleQueue[tuple[UUID, Result]] = queue.SimpleQueue()
        jobs = self._start(len(envelopes))
        for envelope in envelopes:
            jobs.put(_Job(envelope, called, results))
        waiting = {envelope.alert_id: envelope for envelope in envelopes}
        while waiting:
            try:
                left = None if self._patience is None else max(0.0, called + self._patience - time.monotonic())
                alert_id, result = results.get(timeout=left)
            except queue.Empty:
                self._abandon()
                for late in waiting.values():
                    said = Said(alert.Outcome.UNKNOWN, _GIVEN_UP, sent=True)
                    yield late.alert_id, result_of(said, late.payload, called, called)
                return
            del waiting[alert_id]
            yield alert_id, result

    def close(self) -> None:
        """End the threads; what waits is attempted first."""
        with self._lock:
            if self._pid == os.getpid():
                for _ in self._threads:
                    self._jobs.put(None)
                for thread in self._threads:
                    thread.join(5)
            self._threads = []

    def _start(self, wanted: int) -> queue.SimpleQueue[_Job | None]:
        with self._lock:
            if self._pid != os.getpid():  # threads do not survive a fork
                self._pid, self._threads, self._jobs = os.getpid(), [], queue.SimpleQueue()
            while len(self._threads) < min(wanted, self._limit):
                thread = threading.Thread(target=self._run, args=(self._jobs,), name=self._name, daemon=True)
                self._threads.append(thread)
                thread.start()
            return self._jobs

    def _abandon(self) -> None:
        """Leave threads that hang to themselves; they end when they come back."""
        with self._lock:
            for _ in self._threads:
                self._jobs.put(None)
            self._threads, self._jobs = [], queue.SimpleQueue()

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
            started = time.monotonic()
            try:
                said = worker.attempt(job.envelope) if job.envelope.payload else _NOT_RENDERED
            except Exception as error:
                said = Said(alert.Outcome.UNKNOWN, f"The sender failed: {type(error).__name__}.", sent=True)
            job.results.put((job.envelope.alert_id, result_of(said, job.envelope.payload, job.called, started)))


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


def refuse(envelopes: Sequence[Envelope], reason: str) -> Iterator[tuple[UUID, Result]]:
    """The same permanent refusal for all, because the channel itself can't send."""
    at = time.monotonic()
    for envelope in envelopes:
        yield envelope.alert_id, result_of(Said(alert.Outcome.PERMANENT, reason), b"", at, at)
