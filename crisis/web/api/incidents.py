"""Incidents in the API: declare one, find them, look at one, read its report."""

from uuid import UUID

from flask import Response, request

from crisis import errors
from crisis.domain import alert, declaration, incident
from crisis.notify import addresses
from crisis.reports import answers, shapes
from crisis.store import db, listings
from crisis.web import desk
from crisis.web.api import bodies, exchange, schemas
from crisis.web.api.operations import READ, WRITE, Query, get, post
from crisis.workflows import declare as declare_workflow
from crisis.workflows import overview

_STATE = Query("state", "only incidents in this state", {"type": "string", "enum": list(incident.State)})
_EXERCISE = Query("exercise", "only exercises, or none", {"type": "boolean"})


@post(
    "/incidents",
    scope=WRITE,
    summary="Declare an incident: alert those of its audience",
    body=bodies.Declaration,
    answer=schemas.Declared,
)
def declare() -> Response:
    now, settings = desk.now(), desk.settings()

    def act(alongside: exchange.Alongside) -> declare_workflow.Declared:
        parsed = declaration.parse(exchange.body(), now=now, to_ascii=addresses.to_ascii)
        done = declare_workflow.declare(parsed, settings=settings, now=now, actor=desk.actor(), alongside=alongside)
        desk.ring(*alert.Queue)
        return done

    answer = exchange.once(act, shape=answers.declared)
    answer.headers["Location"] = f"/api/v1/incidents/{(answer.get_json() or {}).get('ref')}"
    return answer


@get(
    "/incidents",
    scope=READ,
    summary="Incidents, newest first",
    answer=schemas.IncidentInList,
    paged=True,
    query=(_STATE, _EXERCISE),
)
def incidents() -> Response:
    page = exchange.page()
    state = request.args.get("state") or None
    if state is not None and state not in list(incident.State):
        raise errors.InvalidInput(
            "There is no such state.", fields={"state": f"expected one of: {', '.join(incident.State)}"}
        )
    with db.reading() as session:
        found = listings.page_of_incidents(
            session,
            state=state,
            purposes=_purposes(request.args.get("exercise")),
            before=exchange.cursor(UUID, page.cursor, None),
            limit=page.limit + 1,
        )
    return exchange.listed(found, limit=page.limit, shape=shapes.head, at=lambda one: one.id)


@get("/incidents/<ref>", scope=READ, summary="One incident with its counts", answer=schemas.Incident)
def one_incident(ref: str) -> Response:
    return exchange.answer(shapes.incident(overview.incident(ref, now=desk.now())))


def _purposes(exercise: str | None) -> list[str]:
    if exercise in (None, ""):
        return [incident.Purpose.REAL.value, incident.Purpose.EXERCISE.value]
    if exercise not in ("true", "false"):
        raise errors.InvalidInput("exercise is true or false.", fields={"exercise": "expected true or false"})
    return [(incident.Purpose.EXERCISE if exercise == "true" else incident.Purpose.REAL).value]
