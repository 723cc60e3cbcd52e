"""Probe the workers: a row is written, a ring carries its id, a worker marks it."""

import time
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from crisis.domain import alert
from crisis.domain.readiness import Line
from crisis.store import db, processes

_WAIT_SECONDS = 5.0


def probe(queue: alert.Queue, *, now: datetime, publish: Callable[[alert.Queue, UUID], None]) -> Line:
    """Whether a worker of the queue marks a row within 5 s: broker, worker and database together.

    Args:
        publish: hands the probe's id to a task on the queue; may raise.
    """
    part = f"worker {queue.value}"
    probe_id = ask(queue, now=now)
    started = time.monotonic()
    try:
        publish(queue, probe_id)
    except Exception as error:  # a door: every transport has its own errors
        return Line(part, False, f"the probe could not be queued ({type(error).__name__}): look at the broker")
    while (waited := time.monotonic() - started) < _WAIT_SECONDS:
        if marked_at(probe_id) is not None:
            return Line(part, True, f"marked a probe after {waited * 1000:.0f} ms")
        time.sleep(0.02)
    advice = f"start `celery -A worker worker -Q {queue.value}`"
    return Line(part, False, f"marked no probe within {_WAIT_SECONDS:.0f} s: {advice}")


def ask(queue: alert.Queue, *, now: datetime) -> UUID:
    """A new probe for a worker of ``queue``; hand its id to a task."""
    with db.transaction() as session:
        return processes.ask(session, queue.value, now=now)


def mark(probe_id: UUID, *, now: datetime) -> None:
    """Note that a worker has seen the probe; the first time counts."""
    with db.transaction() as session:
        processes.mark(session, probe_id, now=now)


def marked_at(probe_id: UUID) -> datetime | None:
    """When a worker marked the probe; ``None`` while none has."""
    with db.reading() as session:
        return processes.marked_at(session, probe_id)
