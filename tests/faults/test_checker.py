"""Tests that the checker finds each kind of violation, in rows that a sound desk wrote and that were then doctored."""

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from crisis import config
from crisis.domain import alert, declaration, notice
from crisis.notify import addresses
from crisis.store import db
from crisis.store.models import Answer, Attempt, Link, StreamHead, Timer
from crisis.workflows import acknowledge, declare, deliver, escalate
from tests.faults import checker
from tests.faults.checker import Answered, Declared, Evidence, Trouble
from tests.parts import asked, rebuilt, samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom

pytestmark = pytest.mark.usefixtures("sqlite_db")

SECOND = timedelta(seconds=1)


@pytest.fixture
def evidence(settings: config.Settings, clock: FakeClock) -> Evidence:
    """A night without faults: two platforms, one answers, the other's ladder goes on."""
    pair = [samples.contact(place, endpoints=[f"c{place}@p-002.example"]) for place in (1, 2)]
    samples.add(samples.platform(), samples.platform("p-002", domains=("p-002.example",), contacts=pair))
    items = [{"url": "https://pixelly.example/1"}, {"url": "https://p-002.example/2"}]
    body = declaration.parse(samples.declaration(items=items), now=clock.now(), to_ascii=addresses.to_ascii)
    done = declare.declare(body, settings=settings, now=clock.now(), actor="cli", seen=None)
    room = KeepingRoom(settings, clock)
    deliver.drain(alert.Queue.MAIL, room=room)
    room.clock.advance(minutes=1)
    link = rows(Link)[0]
    acknowledge.answer(
        asked.shown(link.id), acknowledge.Form(notice.Answer.ACKNOWLEDGE, "Ana", key="a"), now=room.clock.now()
    )
    answered_at = room.clock.now()
    room.clock.advance(minutes=4, seconds=1)
    escalate.fire(settings=settings, now=room.clock.now())
    deliver.drain(alert.Queue.MAIL, room=room)
    with db.reading() as session:
        timers, attempts, answers = (list(session.scalars(sa.select(one))) for one in (Timer, Attempt, Answer))
        return Evidence(
            rows=rebuilt.read(session),
            timers=timers,
            attempts=attempts,
            answers=answers,
            heads={one.stream: one.n for one in session.scalars(sa.select(StreamHead))},
            copies=Counter(one.alert_id.hex for one in room.sender.sent),
            answered=[Answered("Ana", answered_at - SECOND, answered_at, 200, recorded=True)],
            declared=[Declared(done.ref, 201, 0.2)],
            read_at=room.clock.now(),
        )


def _fired(evidence: Evidence) -> Any:
    return next(one for one in evidence.timers if one.state == "fired")


def _entry(evidence: Evidence, kind: str) -> Any:
    return next(one for one in evidence.rows.events if one.kind == kind)


def forgotten(evidence: Evidence) -> None:
    evidence.alerts[0].state = "planned"


def never_tried(evidence: Evidence) -> None:
    evidence.attempts = [one for one in evidence.attempts if one.alert_id != evidence.alerts[0].id]


def arrived_nowhere(evidence: Evidence) -> None:
    evidence.copies[evidence.alerts[0].id.hex] = 0


def failed_without_a_reason(evidence: Evidence) -> None:
    evidence.alerts[0].state, evidence.alerts[0].detail = "failed", None


def answer_lost(evidence: Evidence) -> None:
    evidence.answers.clear()


def answer_doubled(evidence: Evidence) -> None:
    evidence.answers *= 2


def answer_moved(evidence: Evidence) -> None:
    evidence.answers[0].recorded_at += timedelta(minutes=1)


def fired_twice(evidence: Evidence) -> None:
    evidence.rows.events.append(_entry(evidence, "timer.fired"))


def step_fired_by_two_timers(evidence: Evidence) -> None:
    told = _entry(evidence, "timer.fired")
    body = json.dumps({**json.loads(told.body), "timer": str(uuid4())})
    again = {"stream": told.stream, "kind": told.kind, "recorded_at": told.recorded_at}
    evidence.rows.events.append(type(told)(**again, n=999, body=body))


def fired_and_not_recorded(evidence: Evidence) -> None:
    evidence.rows.events.remove(_entry(evidence, "timer.fired"))


def alerted_twice_for_one_step(evidence: Evidence) -> None:
    evidence.alerts.append(evidence.alerts[0])


def early(evidence: Evidence) -> None:
    _fired(evidence).due_at = _fired(evidence).ended_at + SECOND


def late(evidence: Evidence) -> None:
    _fired(evidence).due_at = _fired(evidence).ended_at - checker.PROMISED - checker.LOADED - SECOND


def overdue_and_still_armed(evidence: Evidence) -> None:
    evidence.read_at += timedelta(hours=1)


def fired_after_the_acknowledgement(evidence: Evidence) -> None:
    told, fired = _entry(evidence, "notice.acknowledged"), _entry(evidence, "timer.fired")
    fired.body = json.dumps({**json.loads(fired.body), "notice": json.loads(told.body)["notice"]})


def gap(evidence: Evidence) -> None:
    evidence.rows.events.pop(1)


def tail_cut(evidence: Evidence) -> None:
    evidence.heads[evidence.rows.events[-1].stream] += 1


def no_head(evidence: Evidence) -> None:
    evidence.heads.clear()


def state_that_nobody_recorded(evidence: Evidence) -> None:
    evidence.rows.notices[0].state = "done"


def time_that_nobody_recorded(evidence: Evidence) -> None:
    evidence.alerts[0].accepted_at += SECOND


def alert_that_nobody_recorded(evidence: Evidence) -> None:
    evidence.alerts[0].id = uuid4()


def copy_too_many(evidence: Evidence) -> None:
    evidence.copies[evidence.alerts[0].id.hex] += 1


def repeat_that_is_not_marked(evidence: Evidence) -> None:
    evidence.copies[evidence.alerts[0].id.hex] += 1
    next(one for one in evidence.attempts if one.alert_id == evidence.alerts[0].id).outcome = "unknown"


def attempt_not_counted(evidence: Evidence) -> None:
    evidence.alerts[0].attempts += 1


def tried_too_often(evidence: Evidence) -> None:
    evidence.alerts[0].attempts = 5


def copy_of_nothing(evidence: Evidence) -> None:
    evidence.copies[uuid4().hex] += 1


def lost_without_a_crash(evidence: Evidence) -> None:
    evidence.attempts[0].detail = "no result before the lease ran out"


def declared_and_gone(evidence: Evidence) -> None:
    evidence.declared.append(Declared("EX-2026-0999", 201, 0.1))


def slow(evidence: Evidence) -> None:
    evidence.declared.append(Declared(evidence.rows.incidents[0].ref, 201, 2.1))


def half_made(evidence: Evidence) -> None:
    evidence.alerts.clear()


def recorded_by_a_clock_that_went_back(evidence: Evidence) -> None:
    last = max(evidence.rows.events, key=lambda one: one.n)
    last.recorded_at -= timedelta(hours=1)


DOCTORED = {
    "I1": (forgotten, never_tried, arrived_nowhere, failed_without_a_reason),
    "I2": (answer_lost, answer_doubled, answer_moved),
    "I3": (fired_twice, step_fired_by_two_timers, fired_and_not_recorded, alerted_twice_for_one_step),
    "I4": (early, late, overdue_and_still_armed, fired_after_the_acknowledgement),
    "I5": (gap, tail_cut, no_head),
    "I6": (state_that_nobody_recorded, time_that_nobody_recorded, alert_that_nobody_recorded),
    "I7": (
        *(copy_too_many, repeat_that_is_not_marked, attempt_not_counted, tried_too_often),
        *(copy_of_nothing, lost_without_a_crash),
    ),
    "I10": (declared_and_gone, slow, half_made),
    "I11": (recorded_by_a_clock_that_went_back,),
}


def test_a_night_without_faults_violates_nothing(evidence: Evidence) -> None:
    assert _fired(evidence)
    assert len(evidence.alerts) == 3
    assert checker.violations(evidence) == []


def test_every_invariant_is_doctored() -> None:
    assert DOCTORED.keys() == checker.INVARIANTS.keys()


@pytest.mark.parametrize(
    ("name", "doctor"),
    [(name, one) for name, them in DOCTORED.items() for one in them],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_the_checker_finds(evidence: Evidence, name: str, doctor: Callable[[Evidence], None]) -> None:
    doctor(evidence)
    assert any(one.startswith(f"{name}: ") for one in checker.violations(evidence))


def test_a_timer_waits_for_the_end_of_what_was_broken(evidence: Evidence) -> None:
    fired = _fired(evidence)
    fired.due_at = fired.ended_at - timedelta(minutes=3)
    evidence.troubles = [Trouble(fired.due_at - SECOND, fired.ended_at - SECOND)]
    assert checker.violations(evidence) == []
    evidence.troubles = [Trouble(fired.due_at - SECOND, fired.due_at + SECOND)]
    assert checker.violations(evidence) != []


def test_two_writers_may_be_a_moment_out_of_order(evidence: Evidence) -> None:
    first, second = sorted(evidence.rows.events, key=lambda one: (one.stream, one.n))[:2]
    evidence.rows.events = [first, second]
    first.recorded_at = second.recorded_at + checker.PROMISED
    assert list(checker.recorded_times_go_forward(evidence)) == []
    first.recorded_at = second.recorded_at + timedelta(minutes=2)
    assert len(list(checker.recorded_times_go_forward(evidence))) == 1
    evidence.troubles = [Trouble(second.recorded_at, first.recorded_at)]  # a frozen writer goes on
    assert list(checker.recorded_times_go_forward(evidence)) == []
