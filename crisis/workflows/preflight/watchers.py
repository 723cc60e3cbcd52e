"""Who would notice if the desk failed: probes, the outside watcher, the operators."""

from datetime import datetime, timedelta

from crisis.config import Settings
from crisis.domain.readiness import Line
from crisis.notify import alarm
from crisis.notify import canary as texts
from crisis.store import db, rota


def canary(settings: Settings) -> Line:
    """Whether probes go out by themselves."""
    if settings.demo:
        return Line("probes", True, "none in the demo")
    channels = ", ".join(sink.channel.value for sink in texts.sinks(settings))
    if not settings.canary_seconds or not channels:
        return Line("probes", False, "none: set CRISIS_CANARY_MAIL or CRISIS_CANARY_WEBHOOK, and CRISIS_CANARY_SECONDS")
    return Line("probes", True, f"by {channels}, every {settings.canary_seconds} s")


def heartbeat(settings: Settings, *, now: datetime) -> Line:
    """Whether somebody outside would miss the desk."""
    if settings.demo:
        return Line("heartbeat", True, "none in the demo")
    if not settings.heartbeat_url:
        return Line("heartbeat", False, "nobody outside would notice: set CRISIS_HEARTBEAT_URL")
    with db.reading() as session:
        at = rota.last(session, rota.HEARTBEAT_SENT)
    if at is None:
        return Line("heartbeat", False, "never sent: it needs probes that arrive, workers, and a metronome")
    age = now - at
    if age > 2 * timedelta(seconds=settings.canary_seconds or 60) + timedelta(seconds=30):
        return Line(
            "heartbeat", False, f"last sent {age.total_seconds():.0f} s ago: a probe fails, or the watcher refuses"
        )
    return Line("heartbeat", True, f"last sent {age.total_seconds():.0f} s ago")


def alarms(settings: Settings) -> Line:
    """Whether operators would hear without the desk's own queue and mail host."""
    if settings.demo:
        return Line("alarms", True, "none in the demo")
    if not alarm.is_set(settings):
        text = "operators hear nothing: set CRISIS_ALARM_COMMAND, or CRISIS_ALARM_SMTP_URL with CRISIS_ALARM_TO"
        return Line("alarms", False, text)
    return Line("alarms", True, "a way is set; `crisis preflight --alarm` tries it")
