"""Canary: send probes through queue, claim and sender, and note those that come back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from crisis.config import Settings
from crisis.domain import alert, canary
from crisis.notify import canary as probe_texts
from crisis.store import canaries, db, rota

_KEPT = timedelta(days=1)


def plan(*, settings: Settings, now: datetime) -> set[alert.Queue]:
    """Plan a probe for each sink once a period, whoever asks; returns the queues to ring."""
    sinks = probe_texts.sinks(settings)
    period = timedelta(seconds=settings.canary_seconds)
    if not sinks or not period:
        return set()
    with db.reading() as session:
        if not rota.is_due(session, rota.CANARY, every=period, now=now):
            return set()
    with db.transaction() as session:
        if not rota.take(session, rota.CANARY, every=period, now=now):
            return set()
        canaries.forget_old(session, before=now - _KEPT)
        for sink in sinks:
            canaries.replace_older(session, sink.channel, now=now)
            text, slots = probe_texts.text(sink.channel), probe_texts.slots(sink.channel)
            canaries.plan(session, sink, text, slots, cause=canary.CAUSE, now=now)
    return _queues(sinks)


def arrive(probe_id: UUID, *, now: datetime) -> bool:
    """Note that a probe has come back to the desk; whether it was one of ours."""
    with db.transaction() as session:
        return canaries.arrive(session, probe_id, now=now)


def _queues(sinks: Sequence[canary.Sink]) -> set[alert.Queue]:
    return {alert.queue(sink.channel) for sink in sinks}
