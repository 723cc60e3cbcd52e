"""The page behind a link: what it shows, and that reading it changes nothing."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import errors
from crisis.domain import notice
from crisis.store import db
from crisis.store.models import Event, Incident, Link, NoticeItem, Opening
from crisis.workflows import acknowledge, open_link
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(clock: FakeClock, desk_db: AppContext) -> Asked:
    return parts.write(clock.now(), contacts=[parts.contact_at(1, language="fr", time_zone="Europe/Paris")], hashes=2)


def test_the_page_says_who_asks_for_what_by_when(asked: Asked, clock: FakeClock) -> None:
    page = open_link.look(asked.tokens[0], now=clock.now())
    assert (page.ref, page.exercise, page.platform_name) == ("INC-2026-0007", False, "Pixelly")
    assert (page.authority_name, page.desk_name) == ("Belgian Internet Referral Unit", "Night desk")
    assert (page.items, page.items_open, page.items_with_hash, dict(page.hashes)) == (3, 3, 1, {"md5": 2})
    assert (page.target_at, page.aim) == (clock.now() + timedelta(minutes=60), timedelta(minutes=60))
    assert (page.language, page.time_zone) == ("fr", "Europe/Paris")
    assert page.heard == ()


def test_who_has_answered_is_told_with_the_doubts(asked: Asked, clock: FakeClock) -> None:
    form = acknowledge.Form(answer=notice.Answer.ACKNOWLEDGE, name="Camille Roux", key="1")
    acknowledge.answer(parts.shown(asked.links[0]), form, now=clock.now())
    heard = open_link.look(asked.tokens[0], now=clock.now()).heard
    assert [(one.name, one.kind, one.confirmed, one.mine) for one in heard] == [
        ("Camille Roux", "acknowledge", True, True)
    ]


def test_openings_are_counted_once_a_minute_and_nothing_else_changes(asked: Asked, clock: FakeClock) -> None:
    for _ in range(3):
        open_link.count(asked.links[0], now=clock.now())
        clock.advance(seconds=10)
    clock.advance(minutes=1)
    open_link.count(asked.links[0], now=clock.now())
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Opening)) == 2
        assert session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0
    page = open_link.look(asked.tokens[0], now=clock.now())
    assert page.opened_at == clock.now().replace(second=0, microsecond=0)


@pytest.mark.parametrize("fault", ["unknown", "altered", "revoked", "expired"])
def test_a_link_that_is_not_in_use_looks_the_same_whatever_the_reason(
    asked: Asked, clock: FakeClock, fault: str
) -> None:
    token = asked.tokens[0]
    with db.transaction() as session:
        link = session.get_one(Link, asked.links[0])
        link.revoked_at = clock.now() if fault == "revoked" else None
        link.expires_at = clock.now() if fault == "expired" else None
    if fault == "unknown":
        token = "A" * 22
    if fault == "altered":
        token = token[:-1] + ("A" if token[-1] != "A" else "B")
    with pytest.raises(errors.LinkUnusable) as error:
        open_link.look(token, now=clock.now())
    assert str(error.value) == "This link is not in use. Reply to the mail, or call the desk."


def test_a_stood_down_incident_still_opens_and_says_so(asked: Asked, clock: FakeClock) -> None:
    at = clock.now()
    with db.transaction() as session:
        owner = session.get_one(Incident, asked.incident_id)
        owner.state, owner.stood_down_at = "stood_down", at
        session.get_one(Link, asked.links[0]).expires_at = at + timedelta(hours=24)
    assert open_link.look(asked.tokens[0], now=clock.advance(hours=23)).stood_down_at == at


def test_the_list_leaves_out_what_was_withdrawn(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.get_one(NoticeItem, asked.entries[0]).state = "withdrawn"
    assert [one.id for one in open_link.items(asked.notice_id)] == list(asked.entries[1:])
    assert open_link.look(asked.tokens[0], now=clock.now()).items == 2
