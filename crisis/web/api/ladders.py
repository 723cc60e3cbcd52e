"""The ladders in the API: versions, a new one, an older one used again, and a platform rehearsed."""

from typing import Any

from flask import Response, request

from crisis import errors
from crisis.domain import ladder, ladder_body
from crisis.domain.incident import Severity
from crisis.reports.shapes import Shape, moment
from crisis.store import db, versions
from crisis.store.models import Version
from crisis.web import desk
from crisis.web.api import exchange, ladder_schemas
from crisis.web.api.operations import REGISTRY, Query, get, post
from crisis.web.registry import rehearsing
from crisis.workflows import edit_ladders


@get("/ladders", scope=REGISTRY, summary="Versions of the ladders", answer=ladder_schemas.LadderVersion, paged=True)
def ladder_versions() -> Response:
    page = exchange.page()
    below = exchange.cursor(exchange.place, page.cursor, 0)
    with db.reading() as session:
        active = versions.stored_ladder(session)
        found = [one for one in versions.all_of(session, versions.LADDER) if not below or one.number < below]
        return exchange.listed(
            found[: page.limit + 1], limit=page.limit, shape=lambda one: _shape(one, active), at=lambda one: one.number
        )


@get("/ladders/<int:number>", scope=REGISTRY, summary="One version with its steps", answer=ladder_schemas.Ladder)
def ladder_version(number: int) -> Response:
    with db.reading() as session:
        found = versions.by_number(session, versions.LADDER, number)
        body = ladder_body.as_json(ladder_body.from_json(found.body))
        return exchange.answer({**_shape(found, versions.stored_ladder(session)), "ladders": body})


@post(
    "/ladders",
    scope=REGISTRY,
    summary="Save ladders, which new incidents use from then on",
    body=ladder_schemas.Ladders,
    answer=ladder_schemas.LadderSaved,
)
def save_ladders() -> Response:
    def act(alongside: exchange.Alongside) -> int:
        return edit_ladders.save(exchange.body(), now=desk.now(), actor=desk.actor(), alongside=alongside)

    return exchange.once(act, shape=lambda number: {"number": number})


@post(
    "/ladders/<int:number>/activate",
    scope=REGISTRY,
    summary="Let new incidents use this version again",
    body=ladder_schemas.Nothing,
    answer=ladder_schemas.LadderSaved,
)
def activate_ladders(number: int) -> Response:
    def act(alongside: exchange.Alongside) -> int:
        return edit_ladders.activate(number, now=desk.now(), actor=desk.actor(), alongside=alongside)

    return exchange.once(act, shape=lambda found: {"number": found})


@get(
    "/platforms/<registry_id>/rehearsal",
    scope=REGISTRY,
    summary="If declared now or at a time, how this platform would be reached; nothing is sent",
    answer=ladder_schemas.Rehearsal,
    query=(
        Query("severity", "of the incident; extreme if left out", {"type": "string", "enum": [*Severity]}),
        Query("at", "desk time, such as 2026-11-21T03:00; now if left out", {"type": "string"}),
        Query("acknowledged", "minutes until the first contact acknowledges", {"type": "integer"}),
    ),
)
def rehearse_platform(registry_id: str) -> Response:
    severity = request.args.get("severity", Severity.EXTREME.value)
    if severity not in set(Severity):
        raise errors.InvalidInput("There is no such severity.", fields={"severity": f"choose one of {[*Severity]}"})
    with db.reading() as session:
        found = versions.stored_ladder(session)
        ladders = ladder_body.from_json(found.body) if found else ladder.DEFAULT
    table = ladders.table(Severity(severity), registry_id)
    shown = rehearsing.of_form(request.args, ladders, table, registry_id)
    return exchange.answer(
        {
            "platform": registry_id,
            "named_at": moment(shown.named_at),
            "moments": [_moment(line) for line in shown.lines],
        }
    )


def _moment(line: rehearsing.Line) -> Shape:
    return {
        "minute": line.minute,
        "at": moment(line.at),
        "action": line.action,
        "to": [_way(one) for one in line.ways],
        "officer_told": list(line.told),
        "officers": list(line.officers),
    }


def _way(one: rehearsing.Way) -> dict[str, Any]:
    return {
        "contact": one.contact,
        "order": one.position,
        "channel": one.wire,
        "address": one.address,
        "local_time": one.local.isoformat(timespec="seconds"),
        "on_duty": one.on_duty,
        "call": one.is_call,
    }


def _shape(one: Version, active: Version | None) -> Shape:
    return {
        "number": one.number,
        "active": active is not None and active.id == one.id,
        "created_at": moment(one.created_at),
        "created_by": one.created_by,
    }
