"""Timers in the database: a step whose alerts all failed is hurried, once; and when the ladder moves on."""

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from crisis import config
from crisis.store import db, timers
from crisis.store.models import Alert, Event, Notice, Timer
from crisis.workflows import declare, escalate
from tests.parts import samples
from tests.parts.clock import START, FakeClock
from tests.parts.rows import rows

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def asked(declared: Declare) -> UUID:
    """A platform with three contacts, the first of them with two addresses."""
    ways = [["one@pixelly.example", "uno@pixelly.example"], ["two@pixelly.example"], ["three@pixelly.example"]]
    samples.add(
        samples.platform(contacts=[samples.contact(place, endpoints=some) for place, some in enumerate(ways, start=1)])
    )
    declared()
    return rows(Notice)[0].id


def fail(*addresses: str, state: str = "failed") -> None:
    with db.transaction() as session:
        session.execute(sa.update(Alert).where(Alert.address.in_(addresses)).values(state=state))


def hurry(asked: UUID, clock: FakeClock) -> bool:
    with db.transaction() as session:
        return timers.hurry(session, asked, clock.now())


def next_due(asked: UUID) -> timedelta | None:
    with db.reading() as session:
        at = timers.next_due(session, [asked]).get(asked)
    return None if at is None else at - START


def test_when_every_alert_of_a_step_failed_the_next_step_is_due_now(
    asked: UUID, clock: FakeClock, settings: config.Settings
) -> None:
    clock.advance(seconds=30)
    assert next_due(asked) == timedelta(minutes=5)
    fail("one@pixelly.example")
    assert not hurry(asked, clock)  # the other address may still reach them
    fail("uno@pixelly.example")
    assert hurry(asked, clock)
    assert next_due(asked) == timedelta(seconds=30)
    assert escalate.fire(settings=settings, now=clock.now()) == 1
    assert [one.address for one in rows(Alert, Alert.purpose == "escalation")] == ["two@pixelly.example"]


def test_hurrying_again_changes_nothing_before_or_after_the_step_has_fired(
    asked: UUID, clock: FakeClock, settings: config.Settings
) -> None:
    clock.advance(seconds=30)
    fail("one@pixelly.example", "uno@pixelly.example")
    assert hurry(asked, clock)
    assert not hurry(asked, clock)
    escalate.fire(settings=settings, now=clock.now())
    assert not hurry(asked, clock)
    assert next_due(asked) == timedelta(minutes=10)
    clock.advance(seconds=30)
    fail("two@pixelly.example")
    assert hurry(asked, clock)
    escalate.fire(settings=settings, now=clock.now())
    assert [one.address for one in rows(Alert, Alert.purpose == "escalation")] == [
        "two@pixelly.example",
        "three@pixelly.example",
    ]
    assert [one.step for one in rows(Timer, Timer.state == "fired", Timer.ladder == "silence:1")] == [0, 1]


def test_the_record_says_that_a_step_was_hurried(asked: UUID, clock: FakeClock, settings: config.Settings) -> None:
    clock.advance(seconds=30)
    fail("one@pixelly.example", "uno@pixelly.example")
    hurry(asked, clock)
    escalate.fire(settings=settings, now=clock.now())
    (timer,) = rows(Timer, Timer.state == "fired")
    assert timer.due_at - timer.starts_at == timedelta(seconds=30)
    clock.advance(minutes=10)
    escalate.fire(settings=settings, now=clock.now())
    facts = [json.loads(one.body) for one in sorted(rows(Event, Event.kind == "timer.fired"), key=lambda one: one.n)]
    assert [(one["step"], one.get("hurried", False)) for one in facts] == [(0, True), (1, False)]


@pytest.mark.parametrize(
    "state", ["planned", "claimed", "started", "accepted", "delivered", "waiting_retry", "unknown"]
)
def test_while_one_alert_may_arrive_the_ladder_waits_its_minutes(asked: UUID, clock: FakeClock, state: str) -> None:
    fail("one@pixelly.example")
    fail("uno@pixelly.example", state=state)
    assert not hurry(asked, clock)


def test_alerts_that_we_cancelled_ourselves_hurry_nothing(asked: UUID, clock: FakeClock) -> None:
    fail("one@pixelly.example", "uno@pixelly.example", state="cancelled")
    assert not hurry(asked, clock)


def test_many_requests_at_once(asked: UUID, clock: FakeClock) -> None:
    fail("one@pixelly.example", "uno@pixelly.example")
    with db.transaction() as session:
        assert timers.hurry_many(session, [asked, asked, UUID(int=7)], clock.now()) == 1
    with db.reading() as session:
        assert timers.next_due(session, []) == {}


def test_a_ladder_that_ended_moves_nowhere(asked: UUID, clock: FakeClock) -> None:
    with db.transaction() as session:
        timers.cancel(session, asked, "silence:", now=clock.now())
    assert next_due(asked) is None
    fail("one@pixelly.example", "uno@pixelly.example")
    assert not hurry(asked, clock)
