"""Many rows changed at once, each to values of its own."""

from datetime import timedelta

import pytest

from crisis import config
from crisis.store import changes, db, keys
from crisis.store.models import Beat, Probe
from tests.parts.clock import FakeClock
from tests.parts.rows import rows

pytestmark = pytest.mark.usefixtures("desk_db")

HOSTILE = [
    'say "yes"',
    "back\\slash",
    "{1,2}",
    "NULL",
    "null",
    "",
    "a,b",
    "ümläut 漢字 🜁",
    "two\nlines",
    "'; DROP TABLE probe; --",
]


def test_every_row_gets_its_own_values_whatever_signs_they_hold(settings: config.Settings, clock: FakeClock) -> None:
    ids = [keys.new() for _ in HOSTILE]
    with db.transaction() as session:
        session.add_all([Probe(id=one, queue="mail", asked_at=clock.now()) for one in ids])
    given = [
        {"id": one, "queue": text, "marked_at": None if place % 2 else clock.now() + timedelta(microseconds=place)}
        for place, (one, text) in enumerate(zip(ids, HOSTILE, strict=True))
    ]
    with db.transaction() as session:
        assert changes.apply(session, Probe, given, only=Probe.queue == "mail") == set(ids)
    found = {one.id: one for one in rows(Probe)}
    assert [found[one].queue for one in ids] == HOSTILE
    assert [found[one].marked_at for one in ids] == [one["marked_at"] for one in given]


def test_a_row_that_does_not_fit_is_left_as_it_is(settings: config.Settings, clock: FakeClock) -> None:
    first, second = keys.new(), keys.new()
    with db.transaction() as session:
        session.add_all(
            [Probe(id=first, queue="mail", asked_at=clock.now()), Probe(id=second, queue="other", asked_at=clock.now())]
        )
    given = [{"id": one, "queue": "mail", "marked_at": clock.now()} for one in (first, second)]
    with db.transaction() as session:
        found = changes.apply(session, Probe, given, also=("queue",), only=Probe.marked_at.is_(None))
    assert found == {first}
    assert {one.id: one.marked_at is None for one in rows(Probe)} == {first: False, second: True}
    with db.transaction() as session:
        assert changes.apply(session, Probe, given, also=("queue",), only=Probe.marked_at.is_(None)) == set()


def test_nothing_given_changes_nothing(settings: config.Settings) -> None:
    with db.transaction() as session:
        assert changes.apply(session, Beat, [], only=Beat.role == "worker") == set()
