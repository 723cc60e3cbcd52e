"""Many rows at once: what is read back is what was written, by every way of writing them."""

from datetime import timedelta

import pytest
from flask.ctx import AppContext

from crisis.store import bulk, db, keys, notices
from crisis.store.models import Event, Item, Notice, Platform, Version
from tests.parts import asked as parts
from tests.parts import samples
from tests.parts.asked import Asked
from tests.parts.clock import START
from tests.parts.rows import rows

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(desk_db: AppContext) -> Asked:
    return parts.write(START)


NASTY = ["\\N", "\\", "a\tb", "a\nb", "a\r\nb", "\\.", "", " ", "⟦link⟧", "naïve 🦊", "'\"", "\x7f\x1f", "%s :name ?"]


@pytest.mark.parametrize("count", [len(NASTY), 600])
def test_texts_come_back_as_they_were(count: int) -> None:
    texts = [NASTY[place % len(NASTY)] for place in range(count)]
    with db.transaction() as session:
        bulk.write(
            session,
            Event,
            ("n", "body"),
            enumerate(texts),
            same={
                "stream": "a\t\\N",
                "kind": "x",
                "actor": "\\",
                "occurred_at": START,
                "recorded_at": START,
                "schema": 1,
                "hash": None,
            },
        )
    found = rows(Event)
    assert [one.body for one in found] == texts
    assert {(one.stream, one.actor, one.occurred_at, one.hash) for one in found} == {("a\t\\N", "\\", START, None)}


@pytest.mark.parametrize("count", [3, 600])
def test_json_and_keys_come_back_as_they_were(count: int) -> None:
    shared = {"text": "a\nb\\N", "list": [1, None, {"deep": "\t"}]}
    ids = keys.many(count)
    with db.transaction() as session:
        columns = ("id", "number", "body", "digest")
        made = ((key, place, shared if place % 2 else {"at": str(place)}, str(key)) for place, key in enumerate(ids))
        bulk.write(session, Version, columns, made, same={"kind": "test", "created_at": START, "created_by": "tests"})
    found = rows(Version)
    assert [one.id for one in found] == ids
    assert [one.body for one in found] == [shared if place % 2 else {"at": str(place)} for place in range(count)]


def test_nothing_is_written_where_there_is_nothing() -> None:
    with db.transaction() as session:
        bulk.write(session, Item, ("id", "url"), ())
        bulk.insert(session, Item, [])
    assert rows(Item) == []


@pytest.mark.parametrize("text", NASTY)
def test_what_is_written_over_is_the_row_of_that_id_alone(text: str) -> None:
    made = [samples.platform(f"p-{number}", domains=()) for number in range(3)]
    samples.add(*made)
    changed = [(made[0].id, text, None), (made[2].id, f"{text}.", START + timedelta(microseconds=1))]
    with db.transaction() as session:
        bulk.update(session, Platform, ("id", "name", "retired_at"), changed)
        bulk.update(session, Platform, ("id", "name"), [])
    found = {one.id: (one.name, one.retired_at) for one in rows(Platform)}
    assert found == {key: (name, at) for key, name, at in changed} | {made[1].id: (made[1].name, None)}


def test_yes_no_and_nothing_are_written_over_too(asked: Asked) -> None:
    for question in (True, False):
        with db.transaction() as session:
            locked = notices.lock(session, asked.notice_id)
            locked.question, locked.acknowledged_by = question, "Ana" if question else None
            notices.save(session, [locked])
        (found,) = rows(Notice)
        assert (found.question, found.acknowledged_by) == (question, "Ana" if question else None)
