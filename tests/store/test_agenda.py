"""Tests of what the first page and the registry read, on both databases."""

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.domain import declaration
from crisis.notify import addresses
from crisis.store import agenda, db, platforms, users
from crisis.store.models import Notice
from crisis.workflows import declare, import_registry, stand_down
from crisis.workflows import users as people
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.workflows.test_import_registry import FILE

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def declared(settings: config.Settings, clock: FakeClock) -> str:
    samples.add(*samples.registry(3))
    body = samples.declaration(items=[{"url": "https://pixelly.example/1"}, {"sha256": samples.SHA256}])
    parsed = declaration.parse(body, now=clock.now(), to_ascii=addresses.to_ascii)
    return declare.declare(parsed, settings=settings, now=clock.now(), actor="cli").ref


def test_an_open_incident_is_no_exercise_and_has_not_ended(declared: str) -> None:
    with db.reading() as session:
        assert agenda.open_refs(session, exercises=False) == [declared]
        assert agenda.open_refs(session, exercises=True) == []
        assert (agenda.ended_refs(session, limit=5), agenda.how_many_ended(session)) == ([], 0)


def test_what_is_due_is_counted_by_moment(declared: str, clock: FakeClock) -> None:
    with db.reading() as session:
        found = [
            (row.ref, row.action, row.due_at - clock.now(), row.how_many) for row in agenda.due_next(session, limit=9)
        ]
    assert [(ref, action, wait.total_seconds() / 60, count) for ref, action, wait, count in found] == [
        (declared, "next_contact", 5, 3),
        (declared, "remind_without_outcome", 30, 3),
    ]


def test_a_platform_that_has_finished_is_not_counted_as_due(declared: str, clock: FakeClock) -> None:
    with db.transaction() as session:
        first = session.scalars(sa.select(Notice).order_by(Notice.id)).first()
        assert first is not None
        first.state = "done"
    with db.reading() as session:
        assert [row.how_many for row in agenda.due_next(session, limit=9)] == [2, 2]


def test_after_a_stand_down_it_is_among_the_ended(declared: str, settings: config.Settings, clock: FakeClock) -> None:
    clock.advance(minutes=10)
    stand_down.stand_down(declared, reason="It is over.", settings=settings, now=clock.now(), actor="cli")
    with db.reading() as session:
        assert agenda.open_refs(session, exercises=False) == []
        assert (agenda.ended_refs(session, limit=5), agenda.how_many_ended(session)) == ([declared], 1)
        assert agenda.due_next(session, limit=9) == []


def test_the_history_of_a_platform_holds_its_own_facts_only(desk_db: AppContext, clock: FakeClock) -> None:
    import_registry.import_registry(FILE, now=clock.now(), actor="cli")
    with db.reading() as session:
        buch = platforms.by_registry_id(session, "p-002")
        kinds = [event.kind for event in platforms.history(session, buch.id, limit=30)]
        names = platforms.names_in(session, None)
    assert kinds == ["endpoint.added", "contact.added", "domain.added", "domain.added", "platform.added"]
    assert names[str(buch.id)] == "Bücher-Kanal"


def test_nobody_has_answered_yet(declared: str) -> None:
    with db.reading() as session:
        ids = [platform.id for platform in platforms.snapshot(session)]
        assert platforms.last_answers(session, ids) == {}
        assert platforms.how_many(session) == 3


def test_people_are_found_by_role_and_by_address(settings: config.Settings, clock: FakeClock) -> None:
    for email, role in (("b@desk.example", "officer"), ("A@desk.example", "officer"), ("c@desk.example", "auditor")):
        people.add(email, roles=[role], settings=settings, now=clock.now(), actor="cli", password="a long sentence")
    with db.reading() as session:
        assert {one.email for one in users.with_role(session, "officer")} == {"A@desk.example", "b@desk.example"}
        assert users.by_email(session, "a@DESK.example") is not None
        assert users.any_can_log_in(session)
        assert [one.email for one in users.all_of(session)] == ["A@desk.example", "b@desk.example", "c@desk.example"]


def test_a_first_link_replaces_the_one_before(settings: config.Settings, clock: FakeClock) -> None:
    first = people.first_set_up_link(settings=settings, now=clock.now())
    second = people.first_set_up_link(settings=settings, now=clock.now())
    assert first is not None
    assert second is not None
    with pytest.raises(people.errors.LinkUnusable):
        people.for_link(first.rpartition("/")[2], now=clock.now())
    assert people.for_link(second.rpartition("/")[2], now=clock.now())[1] is None
