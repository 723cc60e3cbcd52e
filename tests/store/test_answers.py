"""Answers and outcomes as rows, on both databases."""

from datetime import timedelta
from uuid import UUID

import pytest
from flask.ctx import AppContext

from crisis.domain import notice
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.domain.item import Outcome
from crisis.store import answers, db, heard, outcomes
from crisis.store.models import Answer, NoticeItem
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(clock: FakeClock, desk_db: AppContext) -> Asked:
    return parts.write(clock.now(), contacts=[parts.contact_at(1), parts.contact_at(2)], hashes=2)


def given(asked: Asked, kind: str, *, contact: int = 0, doubt: Doubt | None = None) -> answers.Given:
    who = asked.contacts[contact]
    return answers.Given(who, f"contact:{who}", kind, "Camille Roux", asked.links[contact], None, doubt)


def add(asked: Asked, clock: FakeClock, kind: str, *outcomes_said: Outcome, **more: object) -> UUID:
    clock.advance(seconds=1)
    with db.transaction() as session:
        said = given(asked, kind, **more)  # type: ignore[arg-type]
        row = answers.add(session, asked.notice_id, said, now=clock.now())
        entries = outcomes.of_notice(session, asked.notice_id)
        reported = [outcomes.Reported(entry, one) for entry, one in zip(entries, outcomes_said, strict=False)]
        outcomes.write(session, row, reported, actor=said.actor, now=clock.now())
        return row.id


def words(asked: Asked) -> list[notice.State | None]:
    with db.reading() as session:
        said = heard.so_far(session, heard.of_notices(session, [asked.notice_id]))[asked.notice_id].words
        return [said.get(contact) for contact in asked.contacts]


def test_the_last_word_of_each_contact_is_kept_apart(asked: Asked, clock: FakeClock) -> None:
    add(asked, clock, "done")
    add(asked, clock, "not_ours", contact=1)
    assert words(asked) == [notice.State.DONE, notice.State.NOT_OURS]
    add(asked, clock, "in_progress", contact=1)
    assert words(asked) == [notice.State.DONE, None]


def test_what_is_no_word_takes_none_back(asked: Asked, clock: FakeClock) -> None:
    add(asked, clock, "will_not_act")
    add(asked, clock, "acknowledge")
    add(asked, clock, "question")
    add(asked, clock, "show_list")
    add(asked, clock, "done", doubt=Doubt.TOO_FAST)
    assert words(asked) == [notice.State.WILL_NOT_ACT, None]


def test_outcomes_are_a_word_too(asked: Asked, clock: FakeClock) -> None:
    add(asked, clock, "items", Outcome.REMOVED, Outcome.KEPT)
    add(asked, clock, "items", Outcome.NOT_OURS, contact=1)
    assert words(asked) == [notice.State.DONE, notice.State.NOT_OURS]


def test_everything_said_is_found_in_order(asked: Asked, clock: FakeClock) -> None:
    ids = [add(asked, clock, kind) for kind in ("acknowledge", "show_list", "done")]
    with db.reading() as session:
        assert [one.id for one in answers.of_notice(session, asked.notice_id)] == ids


def test_the_counts_leave_out_what_was_withdrawn_and_what_is_shared(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.get_one(NoticeItem, asked.entries[1]).state = "withdrawn"
        session.get_one(NoticeItem, asked.entries[2]).state = "kept"
    with db.reading() as session:
        counted = outcomes.Tally(2, 1, 1, {"md5": 2})
        assert outcomes.tally(session, asked.notice_id) == counted
        assert outcomes.tally_of(outcomes.of_notice(session, asked.notice_id)) == counted


def test_the_same_outcome_again_is_no_new_fact(asked: Asked, clock: FakeClock) -> None:
    answer = add(asked, clock, "items", Outcome.REMOVED)
    with db.transaction() as session:
        row = session.get_one(Answer, answer)
        entry = outcomes.of_notice(session, asked.notice_id)[0]
        again = [outcomes.Reported(entry, Outcome.REMOVED)]
        assert outcomes.write(session, row, again, actor="cli", now=clock.now()) == ({}, [])
        later = [outcomes.Reported(entry, Outcome.REMOVED, Moment(clock.now() - timedelta(seconds=1)))]
        changed, facts = outcomes.write(session, row, later, actor="cli", now=clock.now())
        assert changed == {entry.id: Outcome.REMOVED}
        assert len(facts) == 1
