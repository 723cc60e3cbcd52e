"""Links in alerts as rows, on both databases."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis.notify import links as tokens
from crisis.store import db, links
from crisis.store.models import Opening
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(clock: FakeClock, desk_db: AppContext) -> Asked:
    return parts.write(clock.now(), contacts=[parts.contact_at(1), parts.contact_at(2)])


def test_a_link_is_found_by_the_hash_of_its_token_only(asked: Asked) -> None:
    with db.reading() as session:
        found = links.find(session, tokens.token_hash(asked.tokens[1]))
        assert found is not None
        assert found.id == asked.links[1]
        assert links.find(session, asked.tokens[1]) is None


def test_links_end_with_their_incident_and_go_on_when_it_does(asked: Asked, clock: FakeClock) -> None:
    now = clock.now()
    with db.transaction() as session:
        assert links.expire(session, asked.incident_id, at=now + timedelta(hours=24)) == 2
    with db.reading() as session:
        link = links.by_id(session, asked.links[0])
        assert link is not None
        assert links.is_usable(link, now=now + timedelta(hours=24) - timedelta(seconds=1))
        assert not links.is_usable(link, now=now + timedelta(hours=24))
    with db.transaction() as session:
        links.expire(session, asked.incident_id, at=None)
    with db.reading() as session:
        link = links.by_id(session, asked.links[0])
        assert link is not None
        assert links.is_usable(link, now=now + timedelta(days=30))


def test_one_link_is_revoked_and_the_others_are_not(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        assert links.revoke(session, [asked.links[0]], now=clock.now()) == 1
        assert links.revoke(session, [asked.links[0]], now=clock.now()) == 0
    with db.reading() as session:
        usable = [links.is_usable(links.by_id(session, one), now=clock.now()) for one in asked.links]  # type: ignore[arg-type]
    assert usable == [False, True]


def test_the_same_minute_is_written_once(asked: Asked, clock: FakeClock) -> None:
    later = clock.now() + timedelta(seconds=60)
    with db.transaction() as session:
        links.open_many(session, [(asked.links[0], clock.now()), (asked.links[0], clock.now() + timedelta(seconds=59))])
        links.open_many(session, [(asked.links[0], clock.now()), (asked.links[0], later)])
    with db.reading() as session:
        rows = session.execute(sa.select(Opening.link_id, Opening.minute).order_by(Opening.minute)).all()
        assert [tuple(row) for row in rows] == [(asked.links[0], clock.now()), (asked.links[0], later)]
        assert links.last_openings(session, asked.links) == {asked.links[0]: later}
