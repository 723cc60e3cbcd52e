"""A real message on each channel, through the queue and the workers, and back where the desk can see it."""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from crisis.config import Settings
from crisis.domain import alert, canary
from crisis.domain.readiness import Line
from crisis.notify import canary as texts
from crisis.store import canaries, db

_WAIT_SECONDS = 30.0
_MAIL_BACK_SECONDS = 90.0  # a mailbox is read about once a minute
_LOOK_SECONDS = 0.25

Sent = Sequence[tuple[canary.Sink, UUID]]


def send(settings: Settings, *, now: datetime) -> Sent:
    """Plan one probe for each sink; also for one that only this command uses."""
    sinks = texts.sinks(settings) + texts.costly_sinks(settings)
    sent = []
    if sinks:
        with db.transaction() as session:
            for sink in sinks:
                text, slots = texts.text(sink.channel), texts.slots(sink.channel)
                probe_id = canaries.plan(session, sink, text, slots, cause=canary.PREFLIGHT_CAUSE, now=now)
                sent.append((sink, probe_id))
    return sent


def wait(settings: Settings, sent: Sent) -> Iterator[Line]:
    """How each probe ended, and for each channel without one what to set."""
    started = time.monotonic()
    for sink, probe_id in sent:
        back = sink.returns and sink.channel is alert.Channel.EMAIL
        yield _wait_for(sink, probe_id, started=started, seconds=_MAIL_BACK_SECONDS if back else _WAIT_SECONDS)
    yield from _missing(settings, {sink.channel for sink, _ in sent})


def _wait_for(sink: canary.Sink, probe_id: UUID, *, started: float, seconds: float) -> Line:
    part = f"{sink.channel.value} out and back" if sink.returns else f"{sink.channel.value} out"
    while True:
        with db.reading() as session:
            probe = canaries.by_id(session, probe_id)
        waited = time.monotonic() - started
        if probe is None:
            return Line(part, False, "the probe is gone: run it again")
        if probe.accepted_at is not None and (probe.arrived_at is not None or not sink.returns):
            ended = probe.arrived_at if sink.returns and probe.arrived_at else probe.accepted_at
            return Line(part, True, f"after {max(0.0, (ended - probe.planned_at).total_seconds()):.1f} s")
        if probe.state in (alert.State.FAILED, alert.State.CANCELLED):
            return Line(part, False, f"refused: {probe.detail or 'no reason given'}")
        if waited >= seconds:
            return Line(part, False, _stuck(probe, sink, waited))
        time.sleep(_LOOK_SECONDS)


def _stuck(probe: canary.Probe, sink: canary.Sink, waited: float) -> str:
    if probe.accepted_at is not None:
        where = (
            "`crisis mail-in` and its mailbox"
            if sink.channel is alert.Channel.EMAIL
            else "the proxy and CRISIS_PUBLIC_URL"
        )
        return f"accepted, but not back after {waited:.0f} s: look at {where}"
    if probe.state is alert.State.PLANNED:
        return f"nobody took it for {waited:.0f} s: start workers and metronome, see `crisis check`"
    return f"not accepted after {waited:.0f} s ({probe.detail or 'no answer'}): look at the other side"


def _missing(settings: Settings, tried: set[alert.Channel]) -> Iterator[Line]:
    if settings.demo:
        yield Line("channels", True, "the demo sends to its own catcher only, so there is nothing to try")
        return
    if alert.Channel.EMAIL not in tried:
        yield Line("email out", False, "not tried: set CRISIS_CANARY_MAIL to a mailbox of yours")
    if alert.Channel.WEBHOOK not in tried:
        yield Line("webhook out", False, "not tried: set CRISIS_CANARY_WEBHOOK=own, or to a receiver of yours")
    if alert.Channel.APPRISE not in tried:
        yield Line("apprise out", True, "not tried: set CRISIS_CANARY_APPRISE if you use such addresses")
