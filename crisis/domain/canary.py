"""A probe from end to end: an alert outside every incident, and what its row says of the channel it went by."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crisis.domain import alert

#: A probe that was not accepted by then has failed. *Source:* reliability notes, section 8: alarm if over 30 s.
PATIENCE = timedelta(seconds=30)

#: Mail that must come back passes a foreign mailbox, which is read about once a minute.
RETURN_PATIENCE = timedelta(minutes=3)

#: The cause of a probe begins so; what follows tells one from the next.
CAUSE = "canary:"
PREFLIGHT_CAUSE = "preflight:"


class Verdict(StrEnum):
    OK = "ok"
    FAILED = "failed"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Probe:
    """One probe as its row has it; ``arrived_at`` is when its sink had it, where the desk can see that."""

    channel: alert.Channel
    state: alert.State
    planned_at: datetime
    accepted_at: datetime | None = None
    arrived_at: datetime | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Sink:
    """Where probes of a channel go; ``returns``: the desk itself sees them arrive, so they must."""

    channel: alert.Channel
    address: str
    returns: bool = False


def verdict(probe: Probe, sink: Sink, *, now: datetime) -> Verdict:
    """What one probe says."""
    if probe.accepted_at is not None and probe.accepted_at - probe.planned_at > PATIENCE:
        return Verdict.FAILED
    if probe.state in (alert.State.ACCEPTED, alert.State.DELIVERED):
        if not sink.returns or probe.arrived_at is not None:
            return Verdict.OK
        return Verdict.FAILED if now - probe.planned_at > _patience(sink) else Verdict.PENDING
    if probe.state in (alert.State.FAILED, alert.State.CANCELLED):
        return Verdict.FAILED
    return Verdict.FAILED if now - probe.planned_at > PATIENCE else Verdict.PENDING


def newest_decided(probes: Iterable[Probe], sink: Sink, *, now: datetime) -> tuple[Verdict, Probe] | None:
    """The last probe of the sink's channel that says anything yet; ``None`` before the first."""
    for probe in sorted(probes, key=lambda one: one.planned_at, reverse=True):
        if probe.channel is sink.channel and (said := verdict(probe, sink, now=now)) is not Verdict.PENDING:
            return said, probe
    return None


def is_fresh(probe: Probe, sink: Sink, *, period: timedelta, now: datetime) -> bool:
    """Whether a probe is of the last period, or of the one before while the last may still be on its way."""
    return now - probe.planned_at <= period + _patience(sink)


def _patience(sink: Sink) -> timedelta:
    return RETURN_PATIENCE if sink.returns and sink.channel is alert.Channel.EMAIL else PATIENCE
