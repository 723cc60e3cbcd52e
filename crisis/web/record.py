"""The record pages: what happened, in the order of its numbers, as it was written down."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, render_template, request

from crisis.domain import access
from crisis.store import incidents, platforms, records
from crisis.store.models import Event, Incident
from crisis.web import actors, desk, guards
from crisis.web.language import gettext

blueprint = Blueprint("record", __name__)

PAGE = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry; both of its times, because what is claimed and what we wrote are two things."""

    n: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    who: str
    about: str  # the platform, where there is one
    body: list[tuple[str, str]]


@blueprint.get("/incidents/<ref>/record")
@guards.may(access.Action.READ_INCIDENTS)
def incident(ref: str) -> Any:
    found = incidents.by_ref(desk.session(), ref)
    return _page(str(found.id), gettext("Record of %(ref)s", ref=found.ref), f"/incidents/{found.ref}/record", found)


@blueprint.get("/record/registry")
@guards.may(access.Action.READ_REGISTRY)
def registry() -> Any:
    return _page(records.REGISTRY, gettext("Record of the registry"), "/record/registry", None)


@blueprint.get("/record/access")
@guards.may(access.Action.READ_ACCESS)
def log_ins() -> Any:
    return _page(records.ACCESS, gettext("Record of access"), "/record/access", None)


def _page(stream: str, title: str, path: str, found: Incident | None) -> Any:
    session = desk.session()
    last = records.heads(session, [stream]).get(stream, 0)
    after = _after(last)
    events = records.read(session, stream, after=after, limit=PAGE)
    names = actors.names(session, (event.actor for event in events))
    about = platforms.names_in(session, found.id if found else None)
    return render_template(
        "record/record.html",
        title=title,
        path=path,
        incident=found,
        entries=[_entry(event, names, about) for event in events],
        total=last,
        newer=f"{path}?after={max(after - PAGE, 0)}" if after else None,
        older=f"{path}?after={after + PAGE}" if after + PAGE < last else None,
        may_see_access=desk.allowed(access.Action.READ_ACCESS),
    )


def _after(last: int) -> int:
    """Where the page begins; the last page unless the address says otherwise."""
    given = request.args.get("after", "")
    if given.isascii() and given.isdecimal():
        return min(int(given[:12]), max(last - 1, 0))
    return max(last - 1, 0) // PAGE * PAGE


def _entry(event: Event, names: dict[str, str], about: dict[str, str]) -> Entry:
    body = json.loads(event.body)
    name = about.get(str(body.get("notice") or body.get("platform")), "")
    cells = [(key.replace("_", " "), _shown(value)) for key, value in body.items()]
    return Entry(event.n, event.kind, event.occurred_at, event.recorded_at, names[event.actor], name, cells)


def _shown(value: Any) -> str:
    if isinstance(value, list) and len(value) > 3:
        return gettext("%(num)s entries", num=len(value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
