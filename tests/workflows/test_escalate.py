"""Escalating: each timer fires once, the ladder climbs by itself, and an answer stops it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from crisis import config
from crisis.domain import alert, ladder_body, notice
from crisis.domain.incident import Severity
from crisis.domain.ladder import Action, Ladder, Ladders, Step
from crisis.store import answers, db, notices, timers, versions
from crisis.store import records as record
from crisis.store.models import Alert, Contact, Endpoint, Event, Incident, Notice, Platform, Timer
from crisis.workflows import declare, deliver, edit_ladders, escalate
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom
from tests.workflows.people import with_officer

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def fire(settings: config.Settings, clock: FakeClock) -> Callable[[], int]:
    return lambda: escalate.fire(settings=settings, now=clock.now())


def with_two_contacts() -> None:
    first = samples.contact(1, endpoints=["one@pixelly.example"])
    second = samples.contact(2, endpoints=["two@pixelly.example"])
    samples.add(samples.platform(contacts=[first, second]))


def acknowledge(
    clock: FakeClock, *, platform: str = "Pixelly", kind: notice.Answer = notice.Answer.ACKNOWLEDGE
) -> None:
    asked = rows(Notice, Notice.platform_name == platform)[0]
    contact = rows(Contact, Contact.platform_id == asked.platform_id)[0]
    with db.transaction() as session:
        row = notices.lock(session, asked.id)
        facts = answers.take(
            session, row, contact_id=contact.id, kind=kind, name="C. Roux", actor="cli", now=clock.now()
        )
        record.append(session, str(row.incident_id), facts, now=clock.now())


def written_to(purpose: alert.Purpose) -> list[str]:
    return sorted(one.address for one in rows(Alert, Alert.purpose == purpose.value))


def test_five_minutes_of_silence_bring_the_next_contact(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    with_two_contacts()
    declared()
    clock.advance(minutes=4, seconds=59)
    assert fire() == 0
    clock.advance(seconds=1)
    assert fire() == 1
    assert fire() == 0
    assert written_to(alert.Purpose.ESCALATION) == ["two@pixelly.example"]
    armed = rows(Timer, Timer.state == timers.ARMED, Timer.ladder == "silence:1")
    assert [(one.action, one.due_at - one.starts_at) for one in armed] == [("next_contact", timedelta(minutes=10))]


def test_with_nobody_left_the_officer_is_told_at_once(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    with_officer()
    done = declared()
    clock.advance(minutes=5)
    fire()
    assert written_to(alert.Purpose.OFFICER) == ["officer@desk.example"]
    assert [one.actor for one in rows(Event, Event.kind == "officer.told")] == ["desk"]
    assert str(done.incident_id) == rows(Event, Event.kind == "officer.told")[0].stream


def test_after_fifteen_minutes_one_message_tells_the_officer_who_is_silent(
    declared: Declare, fire: Callable[[], int], clock: FakeClock, room: KeepingRoom
) -> None:
    samples.add(*samples.registry(4))
    with_officer()
    declared(items=[{"sha256": samples.SHA256}])
    acknowledge(clock, platform="Platform 002")
    clock.advance(minutes=5)
    fire()
    clock.advance(minutes=10)
    while fire():
        pass
    told = rows(Alert, Alert.purpose == "officer")
    assert [one.cause.split(":")[1] for one in told] == ["no_next_contact", "silent"]
    deliver.drain(alert.Queue.MAIL, room=room)
    mail = next(one.payload for one in room.sender.sent if one.alert_id == told[1].id)
    assert b"Pixelly" in mail
    assert b"Platform 003" in mail
    assert b"Platform 002" not in mail


def test_an_acknowledgement_stops_the_ladder_of_that_platform_only(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    with_two_contacts()
    other = samples.contact(2, endpoints=["two@p-002.example"])
    first = samples.contact(1, endpoints=["one@p-002.example"])
    samples.add(samples.platform("p-002", name="Other", domains=("p-002.example",), contacts=[first, other]))
    declared(items=[{"sha256": samples.SHA256}])
    acknowledge(clock)
    clock.advance(minutes=5)
    assert fire() == 1
    assert written_to(alert.Purpose.ESCALATION) == ["two@p-002.example"]


def test_whoever_acknowledged_without_an_outcome_is_reminded_and_warned_before_the_hour_is_over(
    declared: Declare, fire: Callable[[], int], clock: FakeClock, room: KeepingRoom
) -> None:
    with_two_contacts()
    with_officer()
    declared()
    deliver.drain(alert.Queue.MAIL, room=room)
    clock.advance(minutes=3)
    acknowledge(clock)
    clock.advance(minutes=27)
    assert fire() == 0
    clock.advance(minutes=2, seconds=59)
    assert fire() == 0
    clock.advance(seconds=1)
    assert fire() == 1
    assert written_to(alert.Purpose.REMINDER) == ["one@pixelly.example"]
    clock.advance(minutes=12)
    fire()
    assert written_to(alert.Purpose.REMINDER) == ["one@pixelly.example"] * 2
    assert written_to(alert.Purpose.OFFICER) == ["officer@desk.example"]
    clock.advance(minutes=10)
    fire()
    assert written_to(alert.Purpose.REMINDER) == ["one@pixelly.example"] * 3
    assert rows(Timer, Timer.state == timers.ARMED) == []


def test_whoever_is_done_is_not_reminded(
    declared: Declare, fire: Callable[[], int], clock: FakeClock, room: KeepingRoom
) -> None:
    with_two_contacts()
    declared()
    deliver.drain(alert.Queue.MAIL, room=room)
    acknowledge(clock, kind=notice.Answer.DONE)
    clock.advance(minutes=50)
    fire()
    assert written_to(alert.Purpose.REMINDER) == []


def test_after_a_standstill_everything_overdue_fires_once_and_in_order(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    with_two_contacts()
    with_officer()
    declared()
    clock.advance(hours=2)
    while fire():
        pass
    fired = [json.loads(one.body) for one in sorted(rows(Event, Event.kind == "timer.fired"), key=lambda one: one.n)]
    for ladder in ("silence:1", "warning:1"):
        assert [one["step"] for one in fired if one["ladder"] == ladder] == (
            [0, 1, 2] if ladder == "silence:1" else [0, 1]
        )
    assert written_to(alert.Purpose.ESCALATION) == ["two@pixelly.example"]
    reasons = [one.cause.split(":")[1] for one in rows(Alert, Alert.purpose == "officer")]
    assert sorted(reasons) == ["last_warning", "last_warning", "no_next_contact", "silent"]


def test_incidents_take_turns_and_each_batch_is_recorded_at_its_own_time(
    declared: Declare, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch that mixed incidents would ask everything once for each of them, and all would wait for the last."""
    monkeypatch.setattr(escalate, "_AT_ONCE", 2)
    samples.add(*[samples.platform(f"p-{one}", name=f"P{one}", domains=(f"p{one}.example",)) for one in range(3)])
    items = [{"url": f"https://p{one}.example/v"} for one in range(3)]
    both = [declared(items=items, audience={"affected": True}).ref for _ in range(2)]
    due = clock.advance(minutes=5)
    assert escalate.fire(settings=settings, now=due, clock=lambda: clock.advance(seconds=1)) == 6
    with db.reading() as session:
        found = session.execute(
            sa.select(Incident.ref, Timer.ended_at)
            .join(Timer, Timer.incident_id == Incident.id)
            .where(Timer.state == timers.FIRED)
            .order_by(Timer.ended_at)
        )
        turns = [(ref, (at - due).seconds) for ref, at in found]
    first, second = both
    assert turns == [*[(first, 1)] * 2, *[(second, 2)] * 2, (first, 3), (second, 4)]


def test_questions_of_one_half_minute_reach_the_officer_as_one_message(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    samples.add(*samples.registry(3))
    with_officer()
    declared(items=[{"sha256": samples.SHA256}])
    for platform in ("Pixelly", "Platform 002"):
        asked = rows(Notice, Notice.platform_name == platform)[0]
        with db.transaction() as session:
            answers.tell_officer(session, notices.lock(session, asked.id), ["tell_question"], now=clock.now())
        clock.advance(seconds=3)
        fire()
    assert written_to(alert.Purpose.OFFICER) == []
    clock.advance(seconds=27)
    assert fire() == 2
    assert written_to(alert.Purpose.OFFICER) == ["officer@desk.example"]


def _retire(model: type[Any], *where: sa.ColumnElement[bool], clock: FakeClock) -> None:
    with db.transaction() as session:
        session.execute(sa.update(model).where(*where).values(retired_at=clock.now()))


def test_where_the_platform_was_retired_meanwhile_the_officer_is_told(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    with_two_contacts()
    with_officer()
    declared()
    _retire(Platform, clock=clock)
    clock.advance(minutes=5)
    assert fire() == 1
    assert written_to(alert.Purpose.ESCALATION) == []
    assert written_to(alert.Purpose.OFFICER) == ["officer@desk.example"]


def test_a_contact_or_an_address_that_was_retired_meanwhile_is_passed_over(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    people = [samples.contact(place, endpoints=[f"c{place}@pixelly.example"]) for place in (1, 2, 3, 4)]
    samples.add(samples.platform(contacts=people))
    declared()
    _retire(Contact, Contact.position == 2, clock=clock)
    _retire(Endpoint, Endpoint.address == "c3@pixelly.example", clock=clock)
    clock.advance(minutes=5)
    fire()
    assert written_to(alert.Purpose.ESCALATION) == ["c4@pixelly.example"]


def test_an_incident_climbs_by_the_version_that_it_was_declared_with(
    declared: Declare, fire: Callable[[], int], clock: FakeClock
) -> None:
    with_two_contacts()
    declared()
    faster = {Ladder.SILENCE: (Step(2, Action.NEXT_CONTACT),), Ladder.OUTCOME: (), Ladder.WARNING: ()}
    body = ladder_body.as_json(Ladders(dict.fromkeys(Severity, faster)))
    edit_ladders.save(body, now=clock.now(), actor="cli")
    clock.advance(minutes=2)
    assert fire() == 0
    declared(items=[{"md5": samples.MD5}])
    clock.advance(minutes=2)
    assert fire() == 1


def test_a_version_of_the_first_shape_is_climbed_to_its_end(
    declared: Declare, fire: Callable[[], int], clock: FakeClock, room: KeepingRoom
) -> None:
    with_two_contacts()
    done = declared()
    deliver.drain(alert.Queue.MAIL, room=room)
    first = {
        "silence": [[5, "next_contact"], [15, "tell_officer"]],
        "outcome": [[30, "remind_without_outcome"], [45, "remind_unfinished"]],
    }
    with db.transaction() as session:
        version = versions.current(session, "ladder", first, now=clock.now())
        session.get_one(Incident, done.incident_id).ladder_id = version.id
    clock.advance(minutes=12)
    acknowledge(clock)
    for minutes in (18, 15, 15):
        clock.advance(minutes=minutes)
        fire()
    assert written_to(alert.Purpose.REMINDER) == ["one@pixelly.example"] * 2
    assert rows(Timer, Timer.state == timers.ARMED) == []
