"""Server-sent events: what changed on the page of an incident, from entry ``n`` of its record on."""

import re
import time
from collections.abc import Iterator
from typing import Any, cast

from flask import Blueprint, Flask, Response, current_app, g, render_template, request, stream_with_context
from flask.blueprints import BlueprintSetupState

from crisis.domain import access
from crisis.domain.overview import IncidentView
from crisis.store import db
from crisis.web import desk, follower, guards, times
from crisis.web.incidents import page
from crisis.web.incidents.board import Look, boards
from crisis.workflows import overview

blueprint = Blueprint("stream", __name__, url_prefix="/incidents")

BEAT_SECONDS = 4.0  # a page without news for ten seconds says so
STRIP_SECONDS = 30.0  # the strip of the hour moves a cell a minute
TOGETHER_SECONDS = 0.25  # changes this close are sent as one
LONGEST_SECONDS = 600.0  # then the page connects again, and shows again that it may
POLL_MS = 5000  # how soon a page without a place asks again
AGAIN_MS = 500
_LINE_END = re.compile(r"\r\n|\r|\n")


@blueprint.record_once
def _install(state: BlueprintSetupState) -> None:
    app = cast(Flask, state.app)
    follower.install(app, desk.of(app).settings)


@blueprint.get("/<ref>/stream")
@guards.may(access.Action.READ_INCIDENTS)
def stream(ref: str) -> Any:
    """The changes after the browser's last event; where no place is left, one batch of them, and “ask again”."""
    view = overview.incident(ref, now=desk.now())
    since = _number(request.headers.get("Last-Event-ID")) or _number(request.args.get("after")) or view.head
    show = request.args.get("show", "")
    boards.put(view)
    db.db.session.remove()  # a stream holds no session
    answer = Response(stream_with_context(_messages(view, since, show)), mimetype="text/event-stream")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # a proxy that waits for more would hold the news back
    return answer


def message(data: str = "", *, event: str = "", n: int | None = None, retry_ms: int | None = None) -> str:
    """One message as text; ``n`` is what the browser goes on from."""
    lines = [f"retry: {retry_ms}"] if retry_ms is not None else []
    lines += [f"event: {event}"] if event else []
    lines += [f"id: {n}"] if n is not None else []
    lines += [f"data: {line}" for line in _LINE_END.split(data)]
    return "\n".join(lines) + "\n\n"


def _messages(view: IncidentView, since: int, show: str) -> Iterator[str]:
    watch = follower.of(current_app)
    with watch.place(str(view.id)) as has_place:
        yield _news(view.ref, since, view.head, show, retry_ms=AGAIN_MS if has_place else POLL_MS)
        if not has_place:
            return
        known, ends = max(since, view.head), time.monotonic() + LONGEST_SECONDS
        strip_due = time.monotonic() + STRIP_SECONDS
        while time.monotonic() < ends:
            n = watch.wait(str(view.id), beyond=known, seconds=BEAT_SECONDS)
            if n is None:
                return
            if n > known:
                time.sleep(TOGETHER_SECONDS)
                yield _news(view.ref, known, n, show)
                known = boards.at(view.ref, n, lambda: _load(view.ref)).n
            elif time.monotonic() >= strip_due:
                strip_due = time.monotonic() + STRIP_SECONDS
                yield message(_strip(view.ref, known, show))
            yield _beat()


def _beat() -> str:
    """That the server lives, and its time."""
    g.pop("now", None)
    return message(times.iso(desk.now()), event="beat")


def _news(ref: str, since: int, n: int, show: str, *, retry_ms: int | None = None) -> str:
    g.pop("now", None)
    look = boards.at(ref, n, lambda: _load(ref))
    changed = boards.changed(look, since) if look.n > since else []
    return message(_fragments(look, changed, show, whole=bool(changed) or look.n > since), n=look.n, retry_ms=retry_ms)


def _strip(ref: str, n: int, show: str) -> str:
    g.pop("now", None)
    return _fragments(boards.at(ref, n, lambda: _load(ref)), [], show, whole=False)


def _fragments(look: Look, changed: list[Any], show: str, *, whole: bool) -> str:
    try:
        return render_template("incidents/changes.html", **page.of_page(look), changed=changed, whole=whole, show=show)
    finally:
        db.db.session.remove()


def _load(ref: str) -> IncidentView:
    return overview.incident(ref, now=desk.now())


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
