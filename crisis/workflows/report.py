"""Report on an incident: collect its facts at one moment, have them composed and rendered."""

from collections import defaultdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis import errors
from crisis.notify import addresses
from crisis.reports import html, shapes, sheet, summary, text, timeline
from crisis.store import db, listings, overviews, records

#: The content type of each format.
FORMATS = {
    "json": "application/json",
    "html": "text/html; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
}


def build(ref: str, *, now: datetime) -> dict[str, Any]:
    """The report as one JSON value; "interim" until the incident is stood down, then "final".

    Raises:
        NotFound: there is no incident with that reference.
    """
    with db.reading() as session:
        view = overviews.load(session, ref, now=now, mask=addresses.mask)
        return summary.compose(
            view,
            alerts=overviews.alerts_of(session, view.id, mask=addresses.mask),
            items=_items(session, view.id),
            updates=[shapes.update(one) for one in listings.updates(session, view.id)],
            entries=[
                timeline.Entry(one.n, one.kind, one.actor, one.occurred_at, one.recorded_at, one.body)
                for one in records.read(session, str(view.id))
            ],
        )


def render(report: dict[str, Any], *, as_format: str) -> str:
    """The report as a file that stands by itself.

    Raises:
        InvalidInput: there is no such format.
    """
    if as_format == "json":
        return text.as_json(report)
    if as_format == "html":
        return html.page(report)
    if as_format == "csv":
        return sheet.as_csv(report)
    raise errors.InvalidInput(
        f"There is no report as “{as_format[:20]}”.", fields={"format": f"expected one of: {', '.join(FORMATS)}"}
    )


def name(report: dict[str, Any], *, as_format: str) -> str:
    """How the file is called; an exercise says so in its name."""
    exercise = "EXERCISE-" if report["incident"]["exercise"] else ""
    return f"{exercise}{report['ref']}-report.{as_format}"


def _items(session: Session, incident_id: UUID) -> list[shapes.Shape]:
    asked: dict[int, list[Any]] = defaultdict(list)
    for row in listings.items_asked(session, incident_id):
        asked[row.position].append(row)
    merged: dict[int, list[Any]] = defaultdict(list)
    for row in listings.spellings(session, incident_id):
        merged[row.position].append(row)
    return [
        shapes.item(
            row.Item, batch=row.batch_number, asked=asked[row.Item.position], spellings=merged[row.Item.position]
        )
        for row in listings.items(session, incident_id)
    ]
