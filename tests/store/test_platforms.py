"""The registry is remembered while nothing in it changes, and never longer."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.store import db, platforms
from crisis.store.models import Contact, Domain, Endpoint, Platform
from tests.parts import samples

pytestmark = pytest.mark.usefixtures("desk_db")


def names() -> list[str]:
    with db.reading() as session:
        return [one.name for one in platforms.snapshot(session)]


def test_it_is_read_once_while_nothing_changes() -> None:
    samples.add(*samples.registry(2))
    with db.reading() as session:
        first = platforms.snapshot(session)
    with db.transaction() as session:
        assert platforms.snapshot(session) is first


CHANGES: list[Callable[[Session], object]] = [
    lambda session: session.execute(sa.update(Platform).values(name="Other")),
    lambda session: session.execute(sa.update(Contact).values(hours="Mon-Fri 08:00-18:00")),
    lambda session: session.execute(sa.update(Endpoint).values(address="new@pixelly.example")),
    lambda session: session.execute(sa.delete(Domain)),
    lambda session: session.add(samples.platform("p-003", name="Third", domains=("third.example",))),
]


@pytest.mark.parametrize("change", CHANGES)
def test_whoever_changes_it_is_seen_by_the_next_reader(change: Callable[[Session], object]) -> None:
    samples.add(*samples.registry(2))
    with db.reading() as session:
        before = platforms.snapshot(session)
    with db.transaction() as session:
        change(session)
    with db.reading() as session:
        after = platforms.snapshot(session)
        assert after != before
        assert list(after) == platforms.snapshot(session, registry_ids=[one.registry_id for one in after])


def test_many_are_taken_out_of_the_registry_that_is_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    samples.add(*samples.registry(3))
    with db.reading() as session:
        first, _, third = platforms.snapshot(session)
        monkeypatch.setattr(platforms, "_FEW", 2)
        assert platforms.snapshot(session, registry_ids=[third.registry_id, first.registry_id, "gone"]) == [
            first,
            third,
        ]


def test_a_change_is_seen_at_once_by_the_transaction_that_makes_it_and_gone_with_it() -> None:
    samples.add(samples.platform(name="First"))
    assert names() == ["First"]
    with db.transaction() as session:
        session.execute(sa.update(Platform).values(name="Second"))
        assert [one.name for one in platforms.snapshot(session)] == ["Second"]
        session.execute(sa.update(Platform).values(name="Third"))
        assert [one.name for one in platforms.snapshot(session)] == ["Third"]
        session.rollback()
    assert names() == ["First"]
    with db.transaction() as session:
        session.execute(sa.update(Platform).values(name="Fourth"))
    assert names() == ["Fourth"]
