"""An incident as lines for a terminal: counts, the hour, a bar, and who has not answered."""

from datetime import UTC, datetime, timedelta

from crisis.domain import notice, text
from crisis.domain.overview import IncidentView, NoticeView

_MOST_NAMED = 20


def draw(view: IncidentView, *, width: int) -> str:
    """The picture, no line longer than ``width``; nothing in it can control a terminal."""
    counts = view.totals
    kind = "EXERCISE EXERCISE EXERCISE" if view.exercise else "REAL"
    lines = [
        f"{view.ref}  {view.state.value.replace('_', ' ')}  TLP:{view.tlp.value}  {kind}",
        view.title,
        _hour(view),
        "",
        _bar(counts.done, counts.asked, width=min(width, 60)),
        f"Asked {counts.asked}: {counts.acknowledged} acknowledged, {counts.done} done, "
        f"{counts.within} within our aim, {counts.after} after. Informed {counts.informed}.",
        f"Alerts {counts.alerts_accepted} of {counts.alerts} accepted, {counts.alerts_failed} failed, "
        f"{counts.alerts_open} to go.",
        f"Items {counts.items}: {counts.items_open} without an outcome, {counts.unrouted} with no platform, "
        f"{counts.items_withdrawn} withdrawn.",
    ]
    lines += _waiting(view)
    return "\n".join(text.shorten(text.visible(line), width) for line in lines)


def _hour(view: IncidentView) -> str:
    end = view.stood_down_at or view.now
    left = view.target_at - end
    if view.stood_down_at is not None:
        return f"Declared {_clock(view.declared_at)}, stood down {_clock(view.stood_down_at)}"
    words = f"{_length(left)} left" if left >= timedelta(0) else f"{_length(-left)} after our aim"
    return f"Declared {_clock(view.declared_at)}, our aim {_clock(view.target_at)}: {words}"


def _bar(done: int, count: int, *, width: int) -> str:
    room = max(width - 20, 10)
    filled = room * done // count if count else 0
    return f"[{'#' * filled}{'.' * (room - filled)}] {done} of {count} done"


def _waiting(view: IncidentView) -> list[str]:
    silent = [one for one in view.notices if one.asked and one.state is notice.State.AWAITING]
    if not silent:
        return []
    named = [f"  {_line(one)}" for one in silent[:_MOST_NAMED]]
    more = [f"  and {len(silent) - _MOST_NAMED} more"] if len(silent) > _MOST_NAMED else []
    return ["", f"No answer yet: {len(silent)}", *named, *more]


def _line(one: NoticeView) -> str:
    flags = f" ({', '.join(flag.replace('_', ' ') for flag in one.flags)})" if one.flags else ""
    step = one.next_step
    following = f", {step.action.replace('_', ' ')} {_clock(step.due_at)}" if step is not None else ""
    items = f", items open: {one.items.open}" if one.items.open else ""
    return f"{one.platform_name} {one.platform_id}{flags}{items}{following}"


def _clock(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%H:%M:%S UTC")


def _length(length: timedelta) -> str:
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}" if minutes >= 60 else f"{minutes:02}:{seconds:02}"
