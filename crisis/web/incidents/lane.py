"""The lane of a row: one platform's hour from left to right, in the drawing of its state."""

from datetime import datetime, timedelta

from markupsafe import Markup

from crisis.domain import notice
from crisis.domain.overview import NoticeView

_QUARTERS = "".join(f'<line x1="{at}%" x2="{at}%" y1="5" y2="11" class="k-line"/>' for at in (25, 50, 75, 100))
_HEAD = (
    '<svg class="lane" aria-hidden="true" focusable="false">'
    '<line x1="0" x2="100%" y1="8" y2="8" class="k-line"/>' + _QUARTERS
)

#: Tone of the ring at the acknowledgement, and of the line that follows it, by state.
_AFTER: dict[notice.State, tuple[str, str]] = {
    notice.State.ACKNOWLEDGED: ("blue", "k-blue"),
    notice.State.IN_PROGRESS: ("blue", "k-blue w3"),
    notice.State.DONE: ("green", "k-green w3"),
}


def draw(view: NoticeView, *, shown: str, aim: timedelta, until: datetime) -> Markup:
    """The lane as SVG, in per cent so that it stretches.

    Args:
        view: the notice; its hour begins when it was named.
        shown: the state as the row shows it, derived ones such as ``silent`` too.
        aim: how long the lane is.
        until: where a line that goes on ends: now, or the stand-down.
    """

    def across(at: datetime) -> float:
        return min(max((at - view.named_at) / aim * 100, 0.0), 100.0)

    now = across(until)
    if shown == "unreachable":
        return _close(
            _line(0, now, "k-red w2 dash", runs=True) + '<rect x="0" y="4" width="8" height="8" class="f-red"/>'
        )
    parts = []
    if view.acknowledged_at is None:
        parts.append(_line(0, now, "k-y w2 dash" if shown == "silent" else "k-grey", runs=True))
        if view.last_sign == "opened" and view.last_sign_at is not None:
            parts.append(_upright(across(view.last_sign_at)))
        return _close("".join(parts))
    begun = across(view.acknowledged_at)
    tone, line = _AFTER.get(view.state, ("grey", ""))
    parts.append(_line(0, begun, "k-grey"))
    if view.state is notice.State.DONE and view.done_at is not None:
        ended = max(across(view.done_at), begun)
        after_aim = view.done_at - view.named_at > aim
        parts += [_line(begun, ended, line), _ring(begun, tone), _dot(ended, hollow=after_aim)]
    else:
        parts += [_line(begun, now, line, runs=True) if line else "", _ring(begun, tone)]
    return _close("".join(parts))


def _close(inner: str) -> Markup:
    return Markup(f"{_HEAD}{inner}</svg>")  # noqa: S704  # numbers and constants of this file only


def _line(start: float, end: float, name: str, *, runs: bool = False) -> str:
    mark = " data-runs" if runs else ""
    return f'<line x1="{start:.2f}%" x2="{end:.2f}%" y1="8" y2="8" class="{name}"{mark}/>'


def _ring(at: float, tone: str) -> str:
    return f'<circle cx="{at:.2f}%" cy="8" r="3.5" class="k-{tone} f-panel w2"/>'


def _dot(at: float, *, hollow: bool) -> str:
    look = "k-green f-panel w2" if hollow else "f-green"
    return f'<circle cx="{at:.2f}%" cy="8" r="4.5" class="{look}"/>'


def _upright(at: float) -> str:
    return f'<line x1="{at:.2f}%" x2="{at:.2f}%" y1="3" y2="13" class="k"/>'
