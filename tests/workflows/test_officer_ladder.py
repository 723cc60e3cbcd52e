"""Officers are told one after the other, each once, until somebody takes the matter or it is over."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis import config, errors
from crisis.domain import alert, notice, receipt
from crisis.notify.sender import Envelope
from crisis.store import answers, db, matters, notices
from crisis.store import records as record
from crisis.store.models import Alert, Contact, Event, Matter, Notice, Timer, Told, User
from crisis.workflows import call, declare, deliver, escalate, receive_mail, receive_receipt, stand_down, take_matter
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.letters import letter
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom
from tests.workflows.people import with_officer

Declare = Callable[..., declare.Declared]
Fire = Callable[[], int]

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def fire(settings: config.Settings, clock: FakeClock) -> Fire:
    def _fire() -> int:
        total = 0
        while fired := escalate.fire(settings=settings, now=clock.now()):
            total += fired
        return total

    return _fire


@pytest.fixture
def silent(declared: Declare, clock: FakeClock) -> declare.Declared:
    """A platform with one contact and a phone; five minutes have gone by."""
    ways = [samples.endpoint("one@pixelly.example"), samples.endpoint("+3225550101", channel="phone")]
    samples.add(samples.platform(contacts=[samples.contact(1, endpoints=ways)]))
    done = declared()
    clock.advance(minutes=5)
    return done


def told() -> list[str]:
    found = sorted(
        rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value), key=lambda one: (one.planned_at, one.address)
    )
    return [one.address.split("@")[0] for one in found]


def the(reason: str) -> Matter:
    (found,) = rows(Matter, Matter.reason == reason)
    return found


def three() -> tuple[UUID, ...]:
    return (
        with_officer("carla@desk.example"),
        with_officer("ann@desk.example", duty_order=1),
        with_officer("bert@desk.example", duty_order=2),
    )


def test_a_sweep_of_several_batches_looks_once_for_what_is_over(
    declared: Declare, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    three()
    samples.add(*[samples.platform(f"p-{number}", domains=(f"p{number}.example",)) for number in range(3)])
    declared(items=[{"url": f"https://p{number}.example/1"} for number in range(3)])
    clock.advance(minutes=5)
    looked: list[datetime] = []
    settle = matters.settle

    def counted(session: Session, *, now: datetime) -> dict[UUID, list[record.Fact]]:
        looked.append(now)
        return settle(session, now=now)

    monkeypatch.setattr(matters, "settle", counted)
    monkeypatch.setattr(escalate, "_AT_ONCE", 1)
    assert escalate.fire(settings=settings, now=clock.now()) == 3
    assert looked == [clock.now()]


def test_the_next_officer_is_told_after_three_minutes_and_at_last_all_of_them(
    silent: declare.Declared, fire: Fire, clock: FakeClock
) -> None:
    three()
    assert fire() == 1
    assert told() == ["ann"]
    clock.advance(minutes=2, seconds=59)
    assert fire() == 0
    clock.advance(seconds=1)
    assert fire() == 1
    assert told() == ["ann", "bert"]
    clock.advance(minutes=3)
    assert fire() >= 1
    assert told() == ["ann", "bert", "carla"]
    clock.advance(minutes=3)
    fire()
    assert told() == ["ann", "bert", "carla", "ann", "bert", "carla"]
    assert rows(Timer, Timer.ladder.startswith("officer:"), Timer.state == "armed") == []


def refuses(*people: str) -> Callable[[Envelope], alert.Outcome]:
    """A mail host that knows none of these people."""

    def _answer(envelope: Envelope) -> alert.Outcome:
        known = envelope.address.split("@")[0] not in people
        return alert.Outcome.ACCEPTED if known else alert.Outcome.PERMANENT

    return _answer


def test_an_officer_whose_mail_is_refused_is_not_waited_for(
    silent: declare.Declared, fire: Fire, clock: FakeClock, room: KeepingRoom
) -> None:
    three()
    room.sender.answer = refuses("ann", "bert")
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    clock.advance(seconds=2)
    assert fire() == 1
    assert told() == ["ann", "bert"]
    deliver.drain(alert.Queue.MAIL, room=room)
    clock.advance(seconds=2)
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    clock.advance(seconds=2)
    assert fire() == 0
    assert told() == ["ann", "bert", "carla"]
    hurried = [json.loads(one.body) for one in rows(Event, Event.kind == "timer.fired")]
    assert [one.get("hurried", False) for one in hurried if one["ladder"].startswith("officer:")] == [True, True]


def test_an_officer_whose_mail_bounces_is_not_waited_for(
    silent: declare.Declared, fire: Fire, clock: FakeClock, room: KeepingRoom, settings: config.Settings
) -> None:
    three()
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    clock.advance(seconds=20)
    assert fire() == 0
    (ann,) = rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value)
    receive_mail.take(letter("postfix-failed", ann.id, ref=silent.ref), settings=settings, now=clock.now())
    clock.advance(seconds=2)
    assert fire() == 1
    assert told() == ["ann", "bert"]
    assert fire() == 0


def test_an_officer_whose_other_mail_failed_is_waited_for_in_this_matter(
    silent: declare.Declared, fire: Fire, clock: FakeClock, room: KeepingRoom
) -> None:
    three()
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    (first,) = rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value)
    clock.advance(minutes=1)
    answer(notice.Answer.QUESTION, clock)
    clock.advance(seconds=30)
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    (second,) = rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value, Alert.id != first.id)
    failed = receipt.Receipt("signed", str(second.id), receipt.Status.FAILED)
    receive_receipt.take(failed, now=clock.now())
    clock.advance(seconds=2)
    assert fire() == 1
    assert [one.reason for one in rows(Matter, Matter.id.in_(_told_twice()))] == ["tell_question"]


def test_nobody_is_hurried_for_a_matter_that_was_taken(
    silent: declare.Declared, fire: Fire, clock: FakeClock, room: KeepingRoom
) -> None:
    _, ann, _ = three()
    room.sender.answer = refuses("ann")
    fire()
    deliver.drain(alert.Queue.MAIL, room=room)
    take_matter.take(silent.ref, [the("no_next_contact").id], now=clock.now(), actor=f"user:{ann}")
    clock.advance(minutes=4)
    assert fire() == 0
    assert told() == ["ann"]


def _told_twice() -> list[UUID]:
    """Matters that more than one officer was told of."""
    found = [one.matter_id for one in rows(Told)]
    return sorted({one for one in found if found.count(one) > 1})


def test_who_declared_is_the_first(declared: Declare, fire: Fire, clock: FakeClock) -> None:
    samples.add(*samples.registry(1))
    carla, _, _ = three()
    declared(actor=f"user:{carla}")
    clock.advance(minutes=5)
    fire()
    assert told() == ["carla"]


def test_one_click_takes_it_and_nobody_else_is_told(silent: declare.Declared, fire: Fire, clock: FakeClock) -> None:
    _, ann, _ = three()
    fire()
    matter = the("no_next_contact")
    assert take_matter.take(silent.ref, [matter.id], now=clock.now(), actor=f"user:{ann}") == 1
    assert take_matter.take(silent.ref, [matter.id], now=clock.now(), actor="user:other") == 0
    clock.advance(minutes=4)
    assert fire() == 0
    assert told() == ["ann"]
    taken = the("no_next_contact")
    assert (taken.how, taken.ended_by) == ("taken", f"user:{ann}")
    (fact,) = rows(Event, Event.kind == "matter.ended")
    assert fact.actor == f"user:{ann}"


def test_a_call_to_the_platform_takes_it_as_well(silent: declare.Declared, fire: Fire, clock: FakeClock) -> None:
    _, ann, _ = three()
    fire()
    (asked,) = rows(Notice)
    with db.reading() as session:
        (phone,) = session.execute(sa.text("SELECT id FROM endpoint WHERE channel = 'phone'")).scalars()
    clock.advance(minutes=1)
    call.record_call(silent.ref, asked.id, _uuid(phone), call.Outcome.NO_ANSWER, now=clock.now(), actor=f"user:{ann}")
    clock.advance(minutes=2)
    fire()
    assert told() == ["ann"]
    assert (the("no_next_contact").how, the("no_next_contact").ended_by) == ("acted", f"user:{ann}")


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def answer(kind: notice.Answer, clock: FakeClock) -> None:
    (asked,), (contact,) = rows(Notice), rows(Contact)
    with db.transaction() as session:
        row = notices.lock(session, asked.id)
        facts = answers.take(
            session,
            row,
            contact_id=contact.id,
            kind=kind,
            name="C. Roux",
            actor=f"contact:{contact.id}",
            now=clock.now(),
        )
        record.append(session, str(row.incident_id), facts, now=clock.now())


def test_an_answer_of_the_platform_ends_what_was_about_its_silence(
    silent: declare.Declared, fire: Fire, clock: FakeClock
) -> None:
    three()
    fire()
    answer(notice.Answer.ACKNOWLEDGE, clock)
    clock.advance(minutes=3)
    fire()
    assert told() == ["ann"]
    assert (the("no_next_contact").how, the("no_next_contact").ended_by) == ("over", None)


def test_a_question_waits_for_an_officer_whatever_the_platform_does(
    silent: declare.Declared, fire: Fire, clock: FakeClock
) -> None:
    three()
    answer(notice.Answer.QUESTION, clock)
    clock.advance(seconds=30)
    fire()
    answer(notice.Answer.DONE, clock)
    clock.advance(minutes=3)
    fire()
    assert told() == ["ann", "bert"]
    assert the("tell_question").ended_at is None


def test_staying_silent_is_told_once_for_each_reason(silent: declare.Declared, fire: Fire, clock: FakeClock) -> None:
    with_officer("ann@desk.example")
    for _ in range(11):
        fire()
        clock.advance(minutes=1)
    assert [one.reason for one in rows(Matter)] == ["no_next_contact", "silent"]
    assert told() == ["ann", "ann"]


def test_silent_platforms_of_one_moment_are_one_message_and_are_taken_together(
    declared: Declare, fire: Fire, clock: FakeClock
) -> None:
    samples.add(*samples.registry(3))
    three()
    done = declared(items=[{"sha256": samples.SHA256}])
    clock.advance(minutes=5)
    fire()
    assert told() == ["ann"]
    assert len(rows(Matter)) == 3
    take_matter.take(done.ref, [one.id for one in rows(Matter)][:2], now=clock.now(), actor="user:x")
    clock.advance(minutes=3)
    fire()
    assert told() == ["ann", "bert"]
    (body,) = (one.body for one in rows(Event, Event.kind == "officer.told") if '"step":1' in one.body)
    assert len(json.loads(body)["notices"]) == 1


def test_nobody_is_told_after_the_stand_down(
    silent: declare.Declared, fire: Fire, clock: FakeClock, settings: config.Settings
) -> None:
    three()
    fire()
    stand_down.stand_down(silent.ref, "Over.", settings=settings, now=clock.now(), actor="cli")
    clock.advance(minutes=10)
    assert fire() == 0
    assert told() == ["ann"]


def test_without_any_officer_the_matter_waits_on_the_page(silent: declare.Declared, fire: Fire) -> None:
    fire()
    assert the("no_next_contact").ended_at is None
    assert rows(Told) == []


def test_an_officer_who_was_switched_off_meanwhile_is_left_out(
    silent: declare.Declared, fire: Fire, clock: FakeClock
) -> None:
    _, _, bert = three()
    fire()
    with db.transaction() as session:
        session.get_one(User, bert).active = False
    clock.advance(minutes=3)
    fire()
    assert told() == ["ann", "carla"]


def test_a_matter_of_another_incident_can_not_be_taken(silent: declare.Declared, fire: Fire, clock: FakeClock) -> None:
    fire()
    with pytest.raises(errors.NotFound):
        take_matter.take(silent.ref, [UUID(int=3)], now=clock.now(), actor="cli")
