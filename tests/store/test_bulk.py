"""Many rows at once: what is read back is what was written, by every way of writing them."""

import pytest

from crisis.store import bulk, db, keys
from crisis.store.models import Event, Item, Version
from tests.parts.clock import START
from tests.parts.rows import rows

pytestmark = pytest.mark.usefixtures("desk_db")

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
