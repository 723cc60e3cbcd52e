"""Preflight: try before the crisis what a crisis needs, each channel with a real message out and back."""

from collections.abc import Callable, Iterator
from datetime import datetime

from crisis.config import Settings
from crisis.domain.readiness import Line
from crisis.notify import alarm
from crisis.store.clock import Clock
from crisis.workflows.preflight import certificates, host, probes, quota, watchers


def run(settings: Settings, *, clock: Clock, ring: Callable[..., None], host_now: datetime) -> Iterator[Line]:
    """One line a part, as each is known; the probes leave first and are waited for last, half a minute at most.

    Args:
        ring: tells the workers that there is work.
        host_now: this host's own time, to compare it with others.
    """
    sent = probes.send(settings, now=clock.now())
    ring()
    yield Line("settings", True, "read, all values fit")
    yield host.disk(settings)
    yield host.descriptors(settings)
    yield host.database_clock(clock.now(), host_now=host_now)
    yield from host.public_clock(settings, host_now=host_now)
    yield certificates.public(settings, now=host_now)
    yield certificates.mail(settings, now=host_now)
    yield watchers.canary(settings)
    yield watchers.heartbeat(settings, now=clock.now())
    yield watchers.alarms(settings)
    yield quota.line(settings)
    yield from probes.wait(settings, sent)


def alarm_line(settings: Settings) -> Line:
    """Send one test alarm to the operators by the ways that are set."""
    if not alarm.is_set(settings):
        return Line(
            "test alarm", False, "no way is set: CRISIS_ALARM_COMMAND, or CRISIS_ALARM_SMTP_URL with CRISIS_ALARM_TO"
        )
    if alarm.tell(f"[{settings.desk_name}] test alarm", "A test of the way for alarms. Nothing is wrong.", settings):
        return Line("test alarm", True, "left; see that it has arrived")
    return Line("test alarm", False, "did not leave: the log says why")
