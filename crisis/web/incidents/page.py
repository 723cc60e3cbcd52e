"""The page of one incident, and the part of it that opens in place."""

from collections.abc import Sequence
from functools import cache
from typing import Any
from uuid import UUID

from flask import render_template, request

from crisis import errors
from crisis.domain import access
from crisis.domain.overview import IncidentView
from crisis.domain.shown import ItemView
from crisis.store import db
from crisis.store import tasks as task_rows
from crisis.web import desk, guards, states, times
from crisis.web.incidents import entries, flashes, hours, log, rows, tasks, waiting, words, written
from crisis.web.incidents.board import Look, boards
from crisis.web.incidents.routes import blueprint
from crisis.web.incidents.rows import Row
from crisis.web.language import gettext
from crisis.workflows import overview

_LOG_LINES = 14
_ENTRIES_READ = 150  # of the record, for that many sentences
_MANY = 240  # rows; above it the browser may leave out what is not in sight
_CLOSED_ABOVE = 100  # finished rows


@blueprint.get("/<ref>")
@guards.may(access.Action.READ_INCIDENTS)
def show(ref: str) -> Any:
    look = boards.put(overview.incident(ref, now=desk.now()))
    show_only, find = request.args.get("show", ""), request.args.get("q", "").strip()
    found = [one for one in look.rows if _is_wanted(one, show_only, find.casefold())]
    bands = rows.in_bands(found)
    open_id = _open_id(request.args.get("open", ""))
    narrowed = bool(show_only or find or open_id)
    return render_template(
        "incidents/page.html",
        **of_page(look),
        titles=_titles(),
        bands=bands,
        closed=() if narrowed else _closed(bands, request.args.get("all", "")),
        many=len(found) > _MANY,
        open=open_id,
        items=_items(look.view, open_id),
        show=show_only,
        q=find,
        flashes=flashes.taken(),
    )


@blueprint.get("/<ref>/notices/<key>")
@guards.may(access.Action.READ_INCIDENTS)
def detail(ref: str, key: str) -> Any:
    """The row that opens below a row, alone; for the script of the page."""
    look = boards.put(overview.incident(ref, now=desk.now()))
    one = next((row for row in look.rows if row.id == _open_id(key)), None)
    if one is None:
        raise errors.NotFound(f"{ref} asks no such platform. Load the incident's page again.")
    return render_template("incidents/detail.html", **of_page(look), one=one, items=_items(look.view, one.id))


def of_page(look: Look) -> dict[str, Any]:
    """What every part of the page may use."""
    view = look.view
    with db.reading() as session:
        newest = entries.newest(session, view.id, limit=_ENTRIES_READ)
        held = task_rows.held(session, view.id, now=desk.now())
        name_of = entries.names(session, view, newest, (one.by for one in held.values()))
    return {
        "view": view,
        "hour": hours.of(view),
        "entries": log.lines(newest, view, name_of=name_of, limit=_LOG_LINES),
        "actor_name": name_of,
        "waiting": waiting.groups(view) if view.is_open else [],
        "settled": waiting.ended(view),
        "tasks": tasks.lines(view, held, name_of) if view.is_open else [],
        # the same few for hundreds of rows
        "notice_state": cache(lambda shown: states.show("notice", shown)),
        "minute": cache(times.short),
        "ago": written.ago(desk.now()),
        "may_act": desk.allowed(access.Action.WRITE_INCIDENTS),
        "search_words": written.search,
        "state_of": states.word("incident", view.state.value),
        "words": words,
    }


def _titles() -> Sequence[tuple[str, str, str]]:
    return (
        ("need", gettext("Need you"), ""),
        ("with", gettext("With the platform"), ""),
        ("finished", gettext("Finished"), ""),
        ("informed", gettext("Informed"), gettext("one mail each, no clock, no answer asked")),
    )


def _closed(bands: dict[str, list[Row]], asked_for: str) -> frozenset[str]:
    """Bands whose rows are left out until somebody opens them."""
    closed = {"informed"} | ({"finished"} if len(bands["finished"]) > _CLOSED_ABOVE else set())
    return frozenset(closed - {asked_for})


def _is_wanted(one: Row, show_only: str, find: str) -> bool:
    view = one.view
    if show_only == "need" and one.band != "need":
        return False
    if show_only not in ("", "need") and (view.state.value != show_only or not view.asked):
        return False
    return not find or find in view.platform_name.casefold() or find in (view.platform_id, view.home_state.casefold())


def _items(view: IncidentView, open_id: str) -> list[ItemView]:
    one = next((one for one in view.notices if one.id.hex == open_id), None)
    return overview.items(one.id) if one else []


def _open_id(text: str) -> str:
    try:
        return UUID(text).hex if text else ""
    except ValueError:
        return ""
