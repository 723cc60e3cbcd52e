"""Reports of outcomes and what they change, on both databases."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import errors
from crisis.domain import notice
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.domain.item import Outcome
from crisis.store import answers, db, records
from crisis.store.models import Answer, Event, ItemOutcome, Notice, NoticeItem, Timer
from crisis.workflows import acknowledge, take_down
from crisis.workflows.take_down import ForAll, Reports, TakenDown, Told
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(clock: FakeClock, desk_db: AppContext) -> Asked:
    found = parts.write(clock.now(), contacts=[parts.contact_at(1), parts.contact_at(2)])
    clock.advance(minutes=3)
    return found


def report(
    asked: Asked,
    clock: FakeClock,
    *told: Told,
    contact: int = 0,
    key: str | None = None,
    doubt: Doubt | None = None,
    **more: object,
) -> TakenDown:
    given = answers.Given(
        asked.contacts[contact],
        f"contact:{asked.contacts[contact]}",
        answers.ITEMS,
        "Camille Roux",
        asked.links[contact],
        key or f"{hash((told, str(more)))}-{clock.now()}",
        doubt,
    )
    return take_down.report(asked.notice_id, Reports(told=told, **more), given=given, now=clock.now())


def row(asked: Asked) -> Notice:
    with db.reading() as session:
        return session.get_one(Notice, asked.notice_id)


def states(asked: Asked) -> list[str]:
    with db.reading() as session:
        query = sa.select(NoticeItem.state).where(NoticeItem.notice_id == asked.notice_id).order_by(NoticeItem.id)
        return list(session.scalars(query))


def events(incident_id: UUID) -> list[Event]:
    with db.reading() as session:
        return list(records.read(session, str(incident_id)))


def test_one_outcome_puts_the_request_in_progress(asked: Asked, clock: FakeClock) -> None:
    timer = parts.arm(asked, "silence:1", due_at=clock.now() + timedelta(minutes=2))
    result = report(asked, clock, Told(asked.entries[0], Outcome.REMOVED))
    assert (result.changed, result.items_open, result.state) == (1, 2, notice.State.IN_PROGRESS)
    assert states(asked) == ["removed", "named", "named"]
    assert row(asked).acknowledged_by == "Camille Roux"
    with db.reading() as session:
        assert session.get_one(Timer, timer).state == "cancelled"
        written = session.scalars(sa.select(ItemOutcome)).one()
        assert (written.outcome, written.happened_at, written.recorded_at) == ("removed", clock.now(), clock.now())
        assert written.recorded_by == f"contact:{asked.contacts[0]}"


def test_the_last_outcome_finishes_the_request(asked: Asked, clock: FakeClock) -> None:
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED), Told(asked.entries[1], Outcome.KEPT))
    clock.advance(minutes=1)
    claimed = clock.now() - timedelta(seconds=20)
    result = report(asked, clock, Told(asked.entries[2], Outcome.NOT_OURS, Moment(claimed)))
    assert (result.items_open, result.state) == (0, notice.State.DONE)
    assert (row(asked).done_at, row(asked).done_recorded_at) == (claimed, clock.now())


def test_one_outcome_for_all_leaves_those_that_have_one(asked: Asked, clock: FakeClock) -> None:
    report(asked, clock, Told(asked.entries[0], Outcome.KEPT))
    clock.advance(minutes=1)
    result = report(
        asked, clock, Told(asked.entries[1], Outcome.CANT_FIND), for_all=ForAll(Outcome.DISABLED_IN_EU, note="by mail")
    )
    assert result.changed == 2
    assert states(asked) == ["kept", "cant_find", "disabled_in_eu"]
    assert row(asked).state == "done"


def test_after_done_all_of_them_get_their_outcome(asked: Asked, clock: FakeClock) -> None:
    done = acknowledge.Form(answer=notice.Answer.DONE, name="Camille Roux", key="done")
    acknowledge.answer(parts.shown(asked.links[0]), done, now=clock.now())
    finished = clock.now()
    clock.advance(minutes=1)
    assert report(asked, clock, Told(asked.entries[0], Outcome.REMOVED)).state is notice.State.DONE
    clock.advance(minutes=1)
    result = report(asked, clock, for_all=ForAll(Outcome.REMOVED))
    assert (result.items_open, result.state) == (0, notice.State.DONE)
    assert row(asked).done_at == finished


def test_a_time_before_the_item_was_named_is_already_gone(asked: Asked, clock: FakeClock) -> None:
    before = Moment(row(asked).named_at - timedelta(minutes=10))
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED, before))
    assert states(asked)[0] == "already_gone"
    outcome = next(one for one in events(asked.incident_id) if one.kind == "item.outcome")
    assert '"outcome":"already_gone"' in outcome.body
    assert outcome.occurred_at == before.at


def test_the_same_form_again_changes_nothing(asked: Asked, clock: FakeClock) -> None:
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED), key="same")
    before = len(events(asked.incident_id))
    assert report(asked, clock, Told(asked.entries[0], Outcome.REMOVED), key="same").repeated
    assert len(events(asked.incident_id)) == before


def test_a_correction_is_a_new_fact(asked: Asked, clock: FakeClock) -> None:
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED))
    clock.advance(minutes=1)
    report(asked, clock, Told(asked.entries[0], Outcome.RESTORED))
    assert states(asked)[0] == "restored"
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(ItemOutcome)) == 2


def test_a_question_about_an_item_keeps_the_request_open(asked: Asked, clock: FakeClock) -> None:
    result = report(asked, clock, Told(asked.entries[0], Outcome.QUESTION), for_all=ForAll(Outcome.REMOVED))
    assert (result.items_open, result.state, result.needs_officer) == (1, notice.State.IN_PROGRESS, True)
    assert row(asked).question
    clock.advance(minutes=1)
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED))
    assert (row(asked).question, row(asked).state) == (False, "done")


def test_what_does_not_fit_is_named_and_nothing_is_written(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.get_one(NoticeItem, asked.entries[1]).state = "withdrawn"
    with pytest.raises(errors.InvalidInput) as error:
        report(
            asked,
            clock,
            Told(asked.entries[0], Outcome.REMOVED),
            Told(asked.entries[1], Outcome.REMOVED),
            Told(uuid4(), Outcome.REMOVED),
        )
    assert sorted(error.value.fields) == ["items[1].outcome", "items[2].id"]
    assert states(asked) == ["named", "withdrawn", "named"]
    assert events(asked.incident_id) == []


def test_an_unconfirmed_report_changes_no_item(asked: Asked, clock: FakeClock) -> None:
    result = report(asked, clock, Told(asked.entries[0], Outcome.REMOVED), doubt=Doubt.FOREIGN_ORIGIN)
    assert (result.confirmed, result.changed) == (False, 0)
    assert states(asked) == ["named", "named", "named"]
    assert row(asked).state == "awaiting"
    assert [one.kind for one in events(asked.incident_id)] == ["answer.unconfirmed"]


def test_whoever_took_content_down_contradicts_whoever_says_it_is_not_theirs(asked: Asked, clock: FakeClock) -> None:
    report(asked, clock, Told(asked.entries[0], Outcome.REMOVED))
    clock.advance(minutes=1)
    other = acknowledge.Form(answer=notice.Answer.NOT_OURS, name="Ben Maes", key="other")
    assert acknowledge.answer(parts.shown(asked.links[1]), other, now=clock.now()).needs_officer
    assert row(asked).contradiction


@pytest.mark.parametrize(
    ("search", "needs_officer"), [("none", False), ("found:4", True), ("cannot", False)], ids=["none", "four", "cannot"]
)
def test_hashes_owe_one_answer_for_the_request(
    clock: FakeClock, desk_db: AppContext, search: str, needs_officer: bool
) -> None:
    searched = parts.write(clock.now(), urls=[], hashes=4)
    clock.advance(minutes=1)
    result = report(searched, clock, search=search)
    assert (result.state, result.needs_officer) == (notice.State.DONE, needs_officer)
    assert row(searched).search_result == search
    assert f'"search":"{search}"' in events(searched.incident_id)[0].body


def test_items_and_hashes_are_both_owed(clock: FakeClock, desk_db: AppContext) -> None:
    both = parts.write(clock.now(), hashes=2)
    clock.advance(minutes=1)
    assert report(both, clock, for_all=ForAll(Outcome.REMOVED)).state is notice.State.IN_PROGRESS
    assert states(both) == ["removed", "removed", "removed", "named", "named"]
    clock.advance(minutes=1)
    assert report(both, clock, search="none").state is notice.State.DONE


def test_a_program_reports_without_a_link(asked: Asked, clock: FakeClock) -> None:
    given = answers.Given(asked.contacts[0], "token:1", answers.ITEMS, "Trust and safety desk")
    result = take_down.report(asked.notice_id, Reports(for_all=ForAll(Outcome.REMOVED)), given=given, now=clock.now())
    assert result.state is notice.State.DONE
    with db.reading() as session:
        assert session.scalars(sa.select(Answer)).one().link_id is None


def test_a_thousand_outcomes_are_one_report(clock: FakeClock, desk_db: AppContext) -> None:
    many = parts.write(clock.now(), urls=[f"https://pixelly.example/{n}" for n in range(1000)])
    clock.advance(minutes=1)
    result = report(many, clock, *(Told(one, Outcome.REMOVED) for one in many.entries))
    assert (result.changed, result.items_open) == (1000, 0)
