"""The list of incidents, newest first; exercises apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import render_template, request

from crisis.domain import access, incident, notice
from crisis.store import db, listings, progress
from crisis.store.models import Incident
from crisis.web import desk, guards
from crisis.web.incidents import words
from crisis.web.incidents.routes import blueprint

_PAGE = 50
_STATES = ("declared", "stood_down", "closed", "cancelled")


@dataclass(frozen=True, slots=True)
class Line:
    """One incident with how many of those asked are finished."""

    row: Incident
    asked: int
    finished: int
    now: datetime

    @property
    def is_open(self) -> bool:
        return self.row.state == incident.State.DECLARED.value


@blueprint.get("", strict_slashes=False)
@guards.may(access.Action.READ_INCIDENTS)
def listed() -> Any:
    state = request.args.get("state", "")
    exercises = request.args.get("exercise") == "1"
    before = _id(request.args.get("before", ""))
    purposes = (incident.Purpose.EXERCISE.value,) if exercises else (incident.Purpose.REAL.value,)
    with db.reading() as session:
        found = listings.page_of_incidents(
            session,
            state=state if state in _STATES else None,
            purposes=purposes,
            before=before,
            limit=_PAGE + 1,
        )
        counts = progress.by_state(session, [one.id for one in found])
    return render_template(
        "incidents/list.html",
        lines=[_line(one, counts.get(one.id, {})) for one in found[:_PAGE]],
        older=found[_PAGE - 1].id.hex if len(found) > _PAGE else None,
        chosen=state,
        states=_STATES,
        exercises=exercises,
        words=words,
        may_declare=desk.allowed(access.Action.WRITE_INCIDENTS),
    )


def _line(row: Incident, counts: Mapping[str, int]) -> Line:
    finished: Sequence[str] = [one.value for one in notice.FINISHED]
    return Line(row, sum(counts.values()), sum(counts.get(one, 0) for one in finished), desk.now())


def _id(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
