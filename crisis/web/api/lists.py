"""The lists of one incident: notices, alerts, items, and its record."""

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from flask import Response

from crisis.reports import shapes
from crisis.store import db, incidents, listings, records
from crisis.store.models import Event
from crisis.web import desk
from crisis.web.api import exchange, list_schemas
from crisis.web.api.operations import READ, get
from crisis.workflows import overview


@get(
    "/incidents/<ref>/notices",
    scope=READ,
    summary="What each platform was asked, how far it is, its clocks",
    answer=list_schemas.Notice,
    paged=True,
)
def notices(ref: str) -> Response:
    page = exchange.page()
    after = exchange.cursor(UUID, page.cursor, None)
    view = overview.incident(ref, now=desk.now())
    found = sorted((one for one in view.notices if after is None or one.id > after), key=lambda one: one.id)
    return exchange.listed(found, limit=page.limit, shape=shapes.notice, at=lambda one: one.id)


@get(
    "/incidents/<ref>/alerts",
    scope=READ,
    summary="Every alert with its attempts",
    answer=list_schemas.Alert,
    paged=True,
)
def alerts(ref: str) -> Response:
    page = exchange.page()
    found = overview.alerts(ref, after=exchange.cursor(UUID, page.cursor, None), limit=page.limit + 1)
    return exchange.listed(found, limit=page.limit, shape=shapes.alert, at=lambda one: one.id)


@get(
    "/incidents/<ref>/items",
    scope=READ,
    summary="Content and outcomes, in the order in which it was given",
    answer=list_schemas.Item,
    paged=True,
)
def items(ref: str) -> Response:
    page = exchange.page()
    after = exchange.cursor(exchange.place, page.cursor, 0)
    with db.reading() as session:
        incident_id = incidents.by_ref(session, ref).id
        found = listings.items(session, incident_id, after=after, limit=page.limit + 1)
        upto = found[: page.limit][-1].Item.position if found else after
        asked: dict[int, list[Any]] = defaultdict(list)
        for row in listings.items_asked(session, incident_id, after=after, upto=upto):
            asked[row.position].append(row)
        merged: dict[int, list[Any]] = defaultdict(list)
        for row in listings.spellings(session, incident_id, after=after, upto=upto):
            merged[row.position].append(row)

    def shape(row: Any) -> shapes.Shape:
        place = row.Item.position
        return shapes.item(row.Item, batch=row.batch_number, asked=asked[place], spellings=merged[place])

    return exchange.listed(found, limit=page.limit, shape=shape, at=lambda row: row.Item.position)


@get(
    "/incidents/<ref>/events",
    scope=READ,
    summary="The record in order of n, without gaps; the cursor is n",
    answer=list_schemas.Event,
    paged=True,
)
def events(ref: str) -> Response:
    page = exchange.page()
    with db.reading() as session:
        stream = str(incidents.by_ref(session, ref).id)
        found = records.read(
            session, stream, after=exchange.cursor(exchange.place, page.cursor, 0), limit=page.limit + 1
        )
    return exchange.listed(found, limit=page.limit, shape=_event, at=lambda one: one.n)


def _event(one: Event) -> shapes.Shape:
    return {
        "n": one.n,
        "kind": one.kind,
        "actor": one.actor,
        "occurred_at": shapes.moment(one.occurred_at),
        "recorded_at": shapes.moment(one.recorded_at),
        "schema": one.schema,
        "body": json.loads(one.body),
    }
