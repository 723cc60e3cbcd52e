"""Tests that the databases themselves refuse to change a fact."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis.store import db
from crisis.store.models import Event, Incident, Message, Version

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
ID = UUID("0195a000-0000-7000-8000-000000000001")


@pytest.fixture
def facts(desk_db: AppContext) -> None:
    """One row of each kind of fact."""
    version = {"number": 1, "body": {}, "digest": "0", "created_at": NOW}
    with db.transaction() as session:
        session.add_all([Version(id=ID, kind="ladder", **version)])
        session.flush()
        session.add(Event(stream="access", n=1, kind="user.added", actor="cli", occurred_at=NOW, recorded_at=NOW,
                          body="{}", schema=1))  # fmt: skip
        session.add(_incident())
        session.flush()
        session.add(Message(id=ID, incident_id=ID, round="first", ask="act", language="en", channel="email",
                            subject="s", text="t", html="h", created_at=NOW))  # fmt: skip


def _incident() -> Incident:
    texts = dict.fromkeys(
        ("title", "summary", "authority_name", "desk_name", "desk_phone", "member_states", "declared_by"), "fictional"
    )
    words = {"purpose": "exercise", "instrument": "alert", "kind": "other", "severity": "minor", "tlp": "CLEAR"}
    times = {"declared_at": NOW, "target_at": NOW}
    return Incident(id=ID, ref="EX-2026-0001", state="declared", audience={"all": True}, aim_minutes=60,
                    ladder_id=ID, texts_id=ID, **texts, **words, **times)  # fmt: skip


CHANGES: list[tuple[Any, str]] = [
    (sa.update(Event).values(body='{"changed":true}'), "event"),
    (sa.delete(Event), "event"),
    (sa.update(Message).values(text="other"), "message"),
    (sa.update(Version).values(digest="1"), "version"),
    (sa.delete(Version), "version"),
]


@pytest.mark.parametrize(("change", "table"), CHANGES, ids=lambda value: str(value).split("\n")[0])
def test_a_fact_can_not_be_changed(facts: None, change: Any, table: str) -> None:
    with pytest.raises(sa.exc.DBAPIError, match=f"rows of {table} are facts"), db.transaction() as session:
        session.execute(change)


def test_the_record_can_not_be_emptied(facts: None) -> None:
    if db.db.engine.dialect.name == "sqlite":  # has no TRUNCATE; DELETE is refused above
        return
    with pytest.raises(sa.exc.DBAPIError, match="rows of event are facts"), db.transaction() as session:
        session.execute(sa.text("TRUNCATE event"))


def test_a_reading_session_can_not_write(facts: None) -> None:
    with pytest.raises(sa.exc.DBAPIError), db.reading() as session:
        session.execute(sa.delete(Incident))


def test_nothing_refused_has_left_a_trace(facts: None) -> None:
    for change, _ in CHANGES:
        with pytest.raises(sa.exc.DBAPIError), db.transaction() as session:
            session.execute(change)
    with db.reading() as session:
        assert session.scalar(sa.select(Event.body)) == "{}"
        assert session.scalar(sa.select(Message.text)) == "t"
        assert session.scalar(sa.select(Version.digest)) == "0"
