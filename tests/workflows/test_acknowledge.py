"""The answer of a contact and what it changes, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config, errors
from crisis.domain.claimed import Moment
from crisis.domain.doubt import Doubt
from crisis.domain.notice import Answer as Said
from crisis.store import answers, db, notices, records, timers
from crisis.store.models import Acknowledgement, Alert, Answer, ItemOutcome, Link, Notice, NoticeItem, Timer
from crisis.workflows import acknowledge, escalate, stand_down
from crisis.workflows.acknowledge import Acknowledged, Form
from tests.parts import asked as parts
from tests.parts import samples
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(clock: FakeClock, desk_db: AppContext) -> Asked:
    found = parts.write(clock.now(), contacts=[parts.contact_at(1), parts.contact_at(2)])
    clock.advance(minutes=3)
    return found


def say(asked: Asked, answer: Said, clock: FakeClock, *, contact: int = 0, **more: object) -> Acknowledged:
    form = Form(answer=answer, name="Camille Roux", key=str(more.pop("key", f"{answer}-{clock.now()}")))
    return acknowledge.answer(parts.shown(asked.links[contact]), replace(form, **more), now=clock.now())


def row(asked: Asked) -> Notice:
    with db.reading() as session:
        return session.get_one(Notice, asked.notice_id)


def count(model: type) -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def states(asked: Asked) -> list[str]:
    with db.reading() as session:
        query = sa.select(NoticeItem.state).where(NoticeItem.notice_id == asked.notice_id).order_by(NoticeItem.id)
        return list(session.scalars(query))


def kinds(incident_id: UUID) -> list[str]:
    with db.reading() as session:
        return [event.kind for event in records.read(session, str(incident_id))]


def state_of(model: type, key: UUID) -> str:
    with db.reading() as session:
        return str(session.get_one(model, key).state)


def test_the_first_answer_acknowledges(asked: Asked, clock: FakeClock) -> None:
    result = say(asked, Said.ACKNOWLEDGE, clock, case_number="TS-5512")
    found = row(asked)
    assert result.confirmed
    assert not result.repeated
    assert (found.state, found.acknowledged_at, found.acknowledged_by) == (
        "acknowledged",
        clock.now(),
        "Camille Roux",
    )
    with db.reading() as session:
        written = session.scalars(sa.select(Answer)).one()
        assert (written.name, written.case_number, written.kind) == ("Camille Roux", "TS-5512", "acknowledge")
        assert session.scalars(sa.select(Acknowledgement)).one().contact_id == asked.contacts[0]
    assert kinds(asked.incident_id) == ["notice.answered", "notice.acknowledged", "notice.state", "list.shown"]


def test_a_second_contact_acknowledges_for_themselves(asked: Asked, clock: FakeClock) -> None:
    first = clock.now()
    say(asked, Said.ACKNOWLEDGE, clock)
    clock.advance(minutes=1)
    say(asked, Said.IN_PROGRESS, clock, contact=1, name="Ben Maes")
    found = row(asked)
    assert (found.acknowledged_at, found.acknowledged_by, found.state) == (first, "Camille Roux", "in_progress")
    assert count(Acknowledgement) == 2


def test_the_same_form_again_changes_nothing(asked: Asked, clock: FakeClock) -> None:
    first = say(asked, Said.ACKNOWLEDGE, clock, key="same")
    before = kinds(asked.incident_id)
    clock.advance(minutes=1)
    again = say(asked, Said.ACKNOWLEDGE, clock, key="same")
    assert again.repeated
    assert (again.answer_id, again.recorded_at) == (first.answer_id, first.recorded_at)
    assert kinds(asked.incident_id) == before


def test_a_different_later_answer_is_a_new_fact(asked: Asked, clock: FakeClock) -> None:
    say(asked, Said.ACKNOWLEDGE, clock)
    clock.advance(minutes=1)
    say(asked, Said.WILL_NOT_ACT, clock, reason="lawful in our view")
    assert row(asked).state == "will_not_act"
    assert count(Answer) == 2


def test_twenty_at_once_are_one_answer(asked: Asked, clock: FakeClock, desk_db: AppContext) -> None:
    app = desk_db.app

    def press(_: int) -> Acknowledged:
        with app.app_context():
            return say(asked, Said.DONE, clock, key="double")

    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(press, range(20)))
    assert len({one.answer_id for one in results}) == 1
    assert sum(not one.repeated for one in results) == 1
    assert count(Answer) == 1
    assert kinds(asked.incident_id).count("notice.answered") == 1


def test_an_unconfirmed_answer_is_kept_and_moves_nothing(asked: Asked, clock: FakeClock) -> None:
    timer = parts.arm(asked, "silence:1", due_at=clock.now() + timedelta(minutes=2))
    result = say(asked, Said.DONE, clock, doubt=Doubt.TOO_FAST)
    assert not result.confirmed
    assert row(asked).state == "awaiting"
    assert state_of(Timer, timer) == "armed"
    assert kinds(asked.incident_id) == ["answer.unconfirmed"]
    with db.reading() as session:
        written = session.scalars(sa.select(Answer)).one()
        assert (written.confirmed, written.doubt) == (False, "too_fast")
    clock.advance(seconds=5)
    assert say(asked, Said.DONE, clock).confirmed
    assert row(asked).state == "done"


def test_an_acknowledgement_ends_the_silence_of_this_platform_only(asked: Asked, clock: FakeClock) -> None:
    with db.reading() as session:
        owner = session.get_one(parts.Incident, asked.incident_id)
    other = parts.write(
        clock.now(),
        owner=owner,
        urls=["https://p-002.example/1"],
        platform=samples.platform("p-002", name="Other", domains=["p-002.example"]),
    )
    due = clock.now() + timedelta(minutes=2)
    silence, outcome = parts.arm(asked, "silence:1", due_at=due), parts.arm(asked, "outcome:1", due_at=due)
    elsewhere = parts.arm(other, "silence:1", due_at=due)
    escalation = parts.plan_alert(asked, "escalation", now=clock.now())
    reminder = parts.plan_alert(asked, "reminder", state="waiting_retry", now=clock.now())
    left = parts.plan_alert(asked, "escalation", state="started", now=clock.now())
    first = parts.plan_alert(asked, "first", now=clock.now())
    other_alert = parts.plan_alert(other, "escalation", now=clock.now())
    say(asked, Said.ACKNOWLEDGE, clock)
    assert [state_of(Timer, one) for one in (silence, outcome, elsewhere)] == ["cancelled", "armed", "armed"]
    alerts = [escalation, reminder, left, first, other_alert]
    assert [state_of(Alert, one) for one in alerts] == ["cancelled", "cancelled", "started", "planned", "planned"]
    assert "alerts.cancelled" in kinds(asked.incident_id)


def test_a_wrong_contact_is_a_proposal_and_the_ladder_goes_on(asked: Asked, clock: FakeClock) -> None:
    timer = parts.arm(asked, "silence:1", due_at=clock.now() + timedelta(minutes=2))
    result = say(asked, Said.WRONG_CONTACT, clock, better_contact="trust@pixelly.example")
    assert result.needs_officer
    assert row(asked).state == "awaiting"
    assert row(asked).acknowledged_at is None
    assert state_of(Timer, timer) == "armed"
    assert count(Acknowledgement) == 0
    assert count(Alert) == 0
    with db.reading() as session:
        assert session.scalars(sa.select(Answer)).one().better_contact == "trust@pixelly.example"
    assert "list.shown" not in kinds(asked.incident_id)


def test_a_question_waits_for_the_officer(asked: Asked, clock: FakeClock) -> None:
    assert say(asked, Said.QUESTION, clock, note="Which of the three?").needs_officer
    assert row(asked).question
    assert row(asked).state == "acknowledged"


def test_contacts_who_contradict_each_other_are_flagged(asked: Asked, clock: FakeClock) -> None:
    assert not say(asked, Said.DONE, clock).needs_officer
    clock.advance(minutes=1)
    result = say(asked, Said.NOT_OURS, clock, contact=1, name="Ben Maes")
    assert result.needs_officer
    assert row(asked).contradiction
    assert count(Answer) == 2
    assert kinds(asked.incident_id).count("notice.contradiction") == 1
    clock.advance(minutes=1)
    say(asked, Said.DONE, clock, contact=1, name="Ben Maes")
    assert not row(asked).contradiction


def test_done_keeps_the_claimed_time_and_ours(asked: Asked, clock: FakeClock) -> None:
    claimed = clock.now() - timedelta(minutes=1)
    result = say(asked, Said.DONE, clock, happened=Moment(claimed))
    found = row(asked)
    assert (found.state, found.done_at, found.done_recorded_at) == ("done", claimed, clock.now())
    assert found.ended_at == claimed
    assert result.items_open == 3
    assert states(asked) == ["named", "named", "named"]


def test_done_before_we_asked_is_already_gone_and_counted_apart(asked: Asked, clock: FakeClock) -> None:
    before = row(asked).named_at - timedelta(minutes=30)
    result = say(asked, Said.DONE, clock, happened=Moment(before))
    assert result.items_open == 0
    assert states(asked) == ["already_gone", "already_gone", "already_gone"]
    assert row(asked).done_at == clock.now()
    with db.reading() as session:
        assert {one.happened_at for one in session.scalars(sa.select(ItemOutcome))} == {before}
    assert kinds(asked.incident_id).count("item.outcome") == 3


def test_a_link_that_is_no_longer_in_use_records_nothing(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.get_one(Link, asked.links[0]).revoked_at = clock.now()
        session.get_one(Link, asked.links[1]).expires_at = clock.now()
    for contact in (0, 1):
        with pytest.raises(errors.LinkUnusable):
            say(asked, Said.DONE, clock, contact=contact)
    assert count(Answer) == 0


def test_an_answer_after_the_stand_down_is_still_taken(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        owner = session.get_one(parts.Incident, asked.incident_id)
        owner.state, owner.stood_down_at = "stood_down", clock.now()
    clock.advance(minutes=5)
    assert say(asked, Said.DONE, clock).confirmed
    assert row(asked).state == "done"


def test_what_is_said_about_a_withdrawn_request_is_kept(asked: Asked, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.get_one(Notice, asked.notice_id).state = "withdrawn"
    assert say(asked, Said.DONE, clock).confirmed
    assert row(asked).state == "withdrawn"
    assert kinds(asked.incident_id)[0] == "notice.answered"


def test_asking_for_the_list_is_recorded_and_is_no_answer(asked: Asked, clock: FakeClock) -> None:
    def look(key: str, doubt: Doubt | None = None) -> bool:
        actor = f"contact:{asked.contacts[0]}"
        given = answers.Given(asked.contacts[0], actor, answers.LIST, "Camille Roux", asked.links[0], key, doubt)
        return acknowledge.look_at_list(asked.links[0], given, now=clock.now())

    assert look("one")
    assert look("one")
    assert not look("two", Doubt.UNSIGNED)
    assert kinds(asked.incident_id) == ["list.shown", "answer.unconfirmed"]
    assert row(asked).state == "awaiting"
    assert count(Acknowledgement) == 0


def test_an_officer_takes_an_answer_by_phone(asked: Asked, clock: FakeClock) -> None:
    now: datetime = clock.now()
    with db.transaction() as session:
        locked = notices.lock(session, asked.notice_id)
        facts = answers.take(
            session,
            locked,
            contact_id=asked.contacts[1],
            kind=Said.ACKNOWLEDGE,
            name="Ben Maes",
            actor="user:1",
            now=now,
            note="will look at once",
        )
        records.append(session, str(asked.incident_id), facts, now=now)
    assert row(asked).acknowledged_by == "Ben Maes"
    assert kinds(asked.incident_id) == ["notice.answered", "notice.acknowledged", "notice.state"]


@pytest.mark.parametrize(
    ("answer", "action"),
    [
        (Said.QUESTION, "tell_question"),
        (Said.WILL_NOT_ACT, "tell_refusal"),
        (Said.WRONG_CONTACT, "tell_wrong_contact"),
    ],
)
def test_the_officer_is_told_within_half_a_minute_and_again(
    asked: Asked, clock: FakeClock, answer: Said, action: str
) -> None:
    say(asked, answer, clock)
    assert told(clock) == [action]
    clock.advance(minutes=1)
    say(asked, answer, clock)
    assert told(clock) == [action]


def test_the_officer_is_told_of_the_first_unconfirmed_answer_only(asked: Asked, clock: FakeClock) -> None:
    say(asked, Said.DONE, clock, doubt=Doubt.UNSIGNED)
    assert told(clock) == ["tell_unconfirmed"]
    clock.advance(minutes=1)
    say(asked, Said.DONE, clock, doubt=Doubt.UNSIGNED)
    assert told(clock) == []


def told(clock: FakeClock) -> list[str]:
    """What the sweeps of the next half minute tell the officers."""
    clock.advance(seconds=30)
    with db.transaction() as session:
        owners = timers.due_owners(session, now=clock.now())
        fired = [timers.fire_due(session, one, now=clock.now(), limit=10) for one in owners]
        return [timer.action for of_one in fired for timer in of_one]


def test_answers_a_sweep_and_a_stand_down_at_once_all_end(
    asked: Asked, clock: FakeClock, desk_db: AppContext, settings: config.Settings
) -> None:
    app = desk_db.app
    for ladder in ("silence:1", "outcome:1"):
        parts.arm(asked, ladder, due_at=clock.now())
    for purpose in ("escalation", "reminder", "update"):
        parts.plan_alert(asked, purpose, now=clock.now())
    kinds_of = [Said.ACKNOWLEDGE, Said.QUESTION, Said.DONE, Said.NOT_OURS, Said.WILL_NOT_ACT]

    def act(number: int) -> None:
        with app.app_context():
            if number == 5:
                stand_down.stand_down("INC-2026-0007", "over", settings=settings, now=clock.now(), actor="cli")
            elif number % 5 == 4:
                escalate.fire(settings=settings, now=clock.now())
            else:
                say(asked, kinds_of[number % 5], clock, contact=number % 2, key=f"key-{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(act, range(16)))
    assert count(Answer) == 12
    with db.reading() as session:
        numbers = [event.n for event in records.read(session, str(asked.incident_id))]
    assert numbers == list(range(1, len(numbers) + 1))
