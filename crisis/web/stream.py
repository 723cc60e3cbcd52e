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
from crisis.web.incidents.rows import Row
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
    boards.forget()
    follower.install(app, desk.of(app).settings)


@blueprint.get("/<ref>/stream")
@guards.may(access.Action.READ_INCIDENTS)
def stream(ref: str) -> Any:
    """The changes after the browser's last event; where no place is left, one batch of them, and “ask again”."""
    view = overview.incident(ref, now=desk.now())
    last = _number(request.headers.get("Last-Event-ID")) or _number(request.args.get("after")) or view.head
    since = min(last, view.head)  # a number beyond the record is none of ours
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
    watch, stream_name = follower.of(current_app), str(view.id)
    with watch.place(stream_name) as has_place:
        look = _look(view, view.head)
        yield _news(look, since, show, retry_ms=AGAIN_MS if has_place else POLL_MS)
        if not has_place:
            return
        began = strip_at = time.monotonic()
        while time.monotonic() - began < LONGEST_SECONDS:
            n = watch.wait(stream_name, beyond=look.n, seconds=BEAT_SECONDS)
            if n is None:
                return
            if n > look.n:
                time.sleep(TOGETHER_SECONDS)
                sent, look = look.n, _look(view, n)
                yield _news(look, sent, show)
            elif time.monotonic() - strip_at > STRIP_SECONDS:
                strip_at = time.monotonic()
                yield message(_fragments(look, [], show, whole=False))
            yield _beat()


def _look(view: IncidentView, n: int) -> Look:
    """The incident at entry ``n`` or later, as of now."""
    g.pop("now", None)  # a request keeps one instant; a stream outlives it
    return boards.at(view.id, n, lambda: overview.incident(view.ref, now=desk.now()))


def _beat() -> str:
    """That the server lives, and its time."""
    g.pop("now", None)
    return message(times.iso(desk.now()), event="beat")


def _news(look: Look, since: int, show: str, *, retry_ms: int | None = None) -> str:
    """What is new in ``look`` for a page that knows everything up to ``since``."""
    changed = boards.changed(look, since) if look.n > since else []
    return message(_fragments(look, changed, show, whole=look.n > since), n=look.n, retry_ms=retry_ms)


def _fragments(look: Look, changed: list[Row], show: str, *, whole: bool) -> str:
    g.pop("now", None)
    try:
        return render_template("incidents/changes.html", **page.of_page(look), changed=changed, whole=whole, show=show)
    finally:
        db.db.session.remove()


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
