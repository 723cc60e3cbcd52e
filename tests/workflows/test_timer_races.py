"""Timers under pressure: answers at the due instant, several who fire at once, a standstill of ten minutes."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask, current_app

from crisis import config
from crisis.domain import notice
from crisis.store import answers, db, incidents, notices, timers
from crisis.store import records as record
from crisis.store.models import Alert, Contact, Event, Notice, Timer
from crisis.workflows import declare, escalate
from tests.parts import samples
from tests.parts.clock import START, FakeClock
from tests.parts.rows import rows
from tests.workflows.people import with_officer

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")

_PLATFORMS = 30
_ROUNDS = {"sqlite": 3, "postgresql": 8}  # times the platforms: each is one race


def registry(count: int) -> None:
    samples.add(
        *(
            samples.platform(
                f"p-{number:03}",
                name=f"Platform {number:03}",
                domains=(f"p-{number:03}.example",),
                contacts=[samples.contact(place, endpoints=[f"c{place}@p-{number:03}.example"]) for place in (1, 2, 3)],
            )
            for number in range(count)
        )
    )


def at_once(*doing: Callable[[], None]) -> None:
    """All of them in threads of their own, started together; the first error is raised here."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    barrier, wrong = threading.Barrier(len(doing)), []

    def run(one: Callable[[], None]) -> None:
        with app.app_context():
            try:
                barrier.wait()
                one()
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise wrong[0]


def acknowledge(notice_id: UUID, contact_id: UUID, now: datetime) -> None:
    with db.transaction() as session:
        row = notices.lock(session, notice_id)
        facts = answers.take(
            session, row, contact_id=contact_id, kind=notice.Answer.ACKNOWLEDGE, name="C. Roux", actor="cli", now=now
        )
        record.append(session, str(row.incident_id), facts, now=now)


def test_an_answer_at_the_due_instant_comes_before_the_step_or_after_it_never_both(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(_PLATFORMS)
    contacts = {one.platform_id: one.id for one in rows(Contact, Contact.position == 1)}
    orders: Counter[str] = Counter()
    hesitates = 0.0  # s; whoever came second last time starts earlier, so that they meet wherever the race is close
    for _ in range(_ROUNDS[db.db.engine.dialect.name]):
        done = declared(items=[{"sha256": samples.SHA256}])
        asked = rows(Notice, Notice.incident_id == done.incident_id)
        clock.advance(minutes=5)
        for one in asked:  # one after the other comes to its instant
            clock.advance(seconds=1)
            now = clock.now()
            with db.transaction() as session:
                timer = sa.update(Timer).where(Timer.notice_id == one.id, Timer.ladder == "silence:1")
                session.execute(timer.values(due_at=now))
                others = sa.update(Timer).where(Timer.due_at <= now, Timer.notice_id != one.id, Timer.state == "armed")
                session.execute(others.values(due_at=START + timedelta(days=30)))

            def answer(one: Notice = one, now: datetime = now, after: float = hesitates) -> None:
                time.sleep(max(after, 0))
                acknowledge(one.id, contacts[one.platform_id], now)

            def fire(now: datetime = now, after: float = -hesitates) -> None:
                time.sleep(max(after, 0))
                escalate.fire(settings=settings, now=now)

            at_once(answer, fire)
            (step, *_) = rows(Timer, Timer.notice_id == one.id, Timer.ladder == "silence:1")
            hesitates += -0.0005 if step.state == timers.FIRED else 0.0005
        orders += _each_has_one_order(asked)
    assert sum(orders.values()) == _PLATFORMS * _ROUNDS[db.db.engine.dialect.name]
    assert set(orders) == {"step first", "answer first"}, orders


def _each_has_one_order(asked: list[Notice]) -> Counter[str]:
    """Either the step fired and wrote to the next contact, or the answer cancelled it; nothing is armed after it."""
    orders: Counter[str] = Counter()
    for one in asked:
        (step, *more) = rows(Timer, Timer.notice_id == one.id, Timer.ladder == "silence:1")
        alerts = rows(Alert, Alert.notice_id == one.id, Alert.purpose == "escalation")
        fired = step.state == timers.FIRED
        assert len(alerts) == (1 if fired else 0)
        assert step.state in (timers.FIRED, timers.CANCELLED)
        assert [other.state for other in more] == ([timers.CANCELLED] if fired else [])
        orders["step first" if fired else "answer first"] += 1
    return orders


def test_the_answer_of_one_platform_touches_no_timer_of_another(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(6)
    declared(items=[{"sha256": samples.SHA256}])
    asked = rows(Notice)
    contacts = {one.platform_id: one.id for one in rows(Contact, Contact.position == 1)}
    at_once(*(lambda one=one: acknowledge(one.id, contacts[one.platform_id], clock.now()) for one in asked[:3]))
    clock.advance(minutes=5)
    while escalate.fire(settings=settings, now=clock.now()):
        pass
    reached = {one.notice_id for one in rows(Alert, Alert.purpose == "escalation")}
    assert reached == {one.id for one in asked[3:]}


def test_however_many_fire_at_once_each_step_fires_once(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(_PLATFORMS)
    with_officer()
    declared(items=[{"sha256": samples.SHA256}])
    counts: list[int] = []
    for _ in range(12):
        clock.advance(minutes=5)
        now = clock.now()
        at_once(*[lambda now=now: counts.append(escalate.fire(settings=settings, now=now))] * 3)
    while escalate.fire(settings=settings, now=clock.now()):
        pass
    fired = [(one.stream, json.loads(one.body)) for one in rows(Event, Event.kind == "timer.fired")]
    once = Counter((body["notice"], body["ladder"], body["step"]) for _, body in fired)
    assert set(once.values()) == {1}
    steps = Counter((body["ladder"], body["step"]) for _, body in fired if not body["ladder"].startswith("officer"))
    assert steps == dict.fromkeys(
        [("silence:1", 0), ("silence:1", 1), ("silence:1", 2), ("warning:1", 0), ("warning:1", 1)], _PLATFORMS
    )
    causes = Counter((one.notice_id, one.endpoint_id, one.cause) for one in rows(Alert, Alert.notice_id.is_not(None)))
    assert set(causes.values()) == {1}


def test_nothing_fires_before_its_time_whoever_asks(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(5)
    declared(items=[{"sha256": samples.SHA256}])
    clock.advance(timedelta(minutes=5) - timedelta(microseconds=1))
    now = clock.now()
    at_once(*[lambda: _assert_nothing(settings, now)] * 3)
    clock.set(START - timedelta(hours=1))  # a clock that is set back fires nothing again, and nothing early
    assert escalate.fire(settings=settings, now=clock.now()) == 0
    assert {one.state for one in rows(Timer)} == {timers.ARMED}


def _assert_nothing(settings: config.Settings, now: datetime) -> None:
    assert escalate.fire(settings=settings, now=now) == 0


def test_a_clock_two_hours_ahead_and_back_again_fires_every_step_once(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(2)
    declared(items=[{"sha256": samples.SHA256}])
    for jump in (timedelta(hours=2), -timedelta(hours=3), timedelta(hours=4)):
        clock.advance(jump)
        while escalate.fire(settings=settings, now=clock.now()):
            pass
    fired = Counter(
        (body["notice"], body["ladder"], body["step"])
        for body in (json.loads(one.body) for one in rows(Event, Event.kind == "timer.fired"))
    )
    assert set(fired.values()) == {1}


def test_after_ten_minutes_of_standstill_what_is_overdue_fires_once_and_in_order(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    registry(3)
    with_officer()
    first = declared(items=[{"sha256": samples.SHA256}])
    clock.advance(minutes=1)
    second = declared(items=[{"md5": samples.MD5}])
    clock.advance(minutes=3)
    with db.transaction() as session:  # the whole system stood still from here to minute 14 and 13
        armed = session.scalar(sa.select(sa.func.count()).select_from(Timer).where(Timer.state == timers.ARMED))
    assert armed == 12
    clock.advance(minutes=10)
    at_once(*[lambda: _fire_all(settings, clock.now())] * 3)
    for done in (first, second):
        found = sorted(
            rows(Event, Event.stream == str(done.incident_id), Event.kind == "timer.fired"), key=lambda one: one.n
        )
        by_notice: dict[str, list[int]] = {}
        for one in found:
            body = json.loads(one.body)
            by_notice.setdefault(body["notice"], []).append(body["step"])
        assert list(by_notice.values()) == [[0, 1]] * 3
    reached = Counter(one.address.split("@")[0] for one in rows(Alert, Alert.purpose == "escalation"))
    assert reached == {"c2": 6, "c3": 6}


def _fire_all(settings: config.Settings, now: datetime) -> None:
    for _ in range(5):
        escalate.fire(settings=settings, now=now)


def test_timers_of_an_incident_that_somebody_has_locked_wait_and_hold_nobody_up(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    """A stand-down locks its incident, then its timers: a sweep with the timers that wants the incident were a ring."""
    if db.db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer, who waits for nobody")
    registry(2)
    locked, free = (declared(items=[{"sha256": sha256}]) for sha256 in (samples.SHA256, "ab" * 32))
    clock.advance(minutes=5)
    with db.transaction() as session:
        incidents.by_ref(session, locked.ref, lock=True)
        at_once(lambda: _fire_all(settings, clock.now()))
        assert session.execute(sa.text("SELECT count(*) FROM timer WHERE state = 'fired'")).scalar_one() == 2
    fired = sa.select(Timer.incident_id).where(Timer.state == timers.FIRED)
    with db.reading() as session:
        assert set(session.scalars(fired)) == {free.incident_id}
    _fire_all(settings, clock.now())
    with db.reading() as session:
        assert set(session.scalars(fired)) == {free.incident_id, locked.incident_id}
