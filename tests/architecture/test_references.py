"""References of the tables of a fan-out: checked by triggers as a foreign key would, for rows in any number."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis.store import bulk, db, keys
from crisis.store.models import (
    Alert,
    Attempt,
    Base,
    Batch,
    Contact,
    Incident,
    Item,
    Link,
    Message,
    Notice,
    NoticeItem,
    Timer,
)
from tests.parts import asked as parts
from tests.parts.clock import START

TABLES = {
    Notice: ("incident_id", "platform_id"),
    NoticeItem: ("notice_id", "item_id", "batch_id"),
    Timer: ("incident_id", "notice_id"),
    Link: ("notice_id", "contact_id", "endpoint_id"),
    Alert: ("incident_id", "notice_id", "contact_id", "endpoint_id", "link_id", "message_id"),
    Attempt: ("alert_id",),
}
REFERENCES = [(model, column) for model, columns in TABLES.items() for column in columns]


@pytest.fixture
def written(desk_db: AppContext) -> parts.Asked:
    """One request with an alert, a link, an item and a timer."""
    asked = parts.write(now=START)
    parts.arm(asked, "silence:1", due_at=START)
    alert_id = parts.plan_alert(asked, "update", now=START)
    with db.transaction() as session:
        batch = session.scalars(sa.select(Batch)).one()
        spare = {"incident_id": asked.incident_id, "batch_id": batch.id, "host": "spare.example", "url": None}
        tried = {"started_at": START, "finished_at": START, "outcome": "accepted"}
        session.add(Attempt(alert_id=alert_id, number=1, fence=1, owner="tests", **tried))
        rows = [{**spare, "id": key, "position": 9, "content_key": str(key)} for key in keys.many(40)]
        bulk.insert(session, Item, [{**row, "sha256": None, "md5": None, "pdq": None} for row in rows])
    return asked


def copies(model: type[Base], count: int, changed: str) -> list[dict[str, Any]]:
    """Rows like the first one of the table, under keys of their own, of which ``changed`` names nothing."""
    with db.reading() as session:
        table = Base.metadata.tables[model.__tablename__]
        first = dict(session.execute(sa.select(table)).mappings().first() or {})
    assert first, model
    with db.reading() as session:
        spare = session.scalars(sa.select(Item.id).where(Item.host == "spare.example")).all()
    rows = []
    for place, key in enumerate(keys.many(count), start=2):
        own = {"id": key, "ladder": str(key), "token_hash": str(key), "cause": str(key), "generation": place}
        own |= {"item_id": spare[place], "number": place}
        rows.append(first | {name: value for name, value in own.items() if name in first} | {changed: keys.new()})
    return rows


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize(("model", "column"), REFERENCES, ids=lambda value: getattr(value, "__tablename__", value))
def test_a_row_that_refers_to_nothing_is_refused(
    written: parts.Asked, model: type[Base], column: str, count: int
) -> None:
    rows = copies(model, count, column)
    with pytest.raises(Exception, match=f"{column} names no row of"), db.transaction() as session:
        bulk.insert(session, model, rows)


@pytest.mark.parametrize("model", [NoticeItem, Timer, Link, Alert], ids=lambda model: model.__tablename__)
def test_a_reference_is_written_once(written: parts.Asked, model: type[Base]) -> None:
    column = "item_id" if model is NoticeItem else "notice_id"
    change = sa.update(model).values({column: keys.new()})
    with pytest.raises(sa.exc.DBAPIError, match="is written once"), db.transaction() as session:
        session.execute(change)


@pytest.mark.parametrize(
    "model", [Incident, Notice, Contact, Message, Link, Alert], ids=lambda model: model.__tablename__
)
def test_what_is_referred_to_is_not_deleted(written: parts.Asked, model: type[Base]) -> None:
    with pytest.raises(sa.exc.DBAPIError), db.transaction() as session:
        session.execute(sa.delete(model))
