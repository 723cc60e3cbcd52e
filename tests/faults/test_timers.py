"""Stories of ladders that must fire once and on time: F13, F20, F21 and F22 of the fault matrix, on processes.

The races themselves, by the thousand, are in tests/workflows/test_timer_races.py.
"""

import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from tests.faults.checker import Trouble
from tests.faults.conftest import RigOf
from tests.faults.rig import Rig
from tests.parts import registries
from tests.parts.running import until_true

pytestmark = pytest.mark.flow

PLATFORMS = 30
REGISTRY = registries.stepped(PLATFORMS)
BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"])


def _declared(rig: Rig) -> None:
    assert rig.declare(platforms=PLATFORMS)
    rig.settle()


def _all_fire(rig: Rig) -> None:
    """Every timer that is due within ten seconds has fired."""
    wanted = "SELECT id FROM timer WHERE state = 'armed' AND due_at < '{}'"
    soon = (datetime.now(UTC) + timedelta(seconds=10)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    until_true(lambda: not rig.desk.rows(wanted.format(soon)), seconds=60, what="timers are due and do not fire")
    rig.settle()


def test_f13_clocks_of_hosts_may_jump_by_hours(rig_of: RigOf) -> None:
    rig = rig_of("postgresql", registry=REGISTRY, clock=True)
    _declared(rig)
    for seconds in (7200.0, -3600.0, 0.0):
        with rig.trouble():  # a scheduler that would sleep until its clock has caught up is ended and started again
            rig.set_clock(seconds)
            assert rig.declare(platforms=PLATFORMS)
            rig.hasten(over_seconds=6)
            _all_fire(rig)
    rig.verify()


@BOTH
def test_f20_an_answer_at_the_due_instant_comes_before_the_step_or_after_it(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database, registry=REGISTRY)
    _declared(rig)

    def due_now() -> None:
        rig.hasten(over_seconds=3)

    rig.answer(PLATFORMS, pause=due_now, over_seconds=4)
    _all_fire(rig)
    assert all(one.recorded for one in rig.answered)
    rig.verify()


@BOTH
def test_f21_three_metronomes_that_are_restarted_in_turn_fire_once(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database, registry=REGISTRY)
    _declared(rig)
    others = [rig.desk.spawn("metronome") for _ in range(2)]
    with rig.trouble():
        until_true(lambda: len(rig.metronomes()) >= 3, seconds=30)
        rig.hasten(over_seconds=14)
        for turn in range(3):
            time.sleep(4)
            number = rig.dice.choice([signal.SIGTERM, signal.SIGKILL])
            if turn == 2:
                rig.signal(rig.metronomes()[:1], number)
            else:
                others[turn].send_signal(number)
                others.append(rig.desk.spawn("metronome"))
        _all_fire(rig)
    rig.verify()
    for one in others:
        one.kill()


@BOTH
def test_f22_what_came_due_while_all_stood_still_fires_once_and_in_order(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database, registry=REGISTRY)
    _declared(rig)
    rig.desk.stop()
    rig.hasten(shift=timedelta(minutes=16))
    since = datetime.now(UTC) - timedelta(minutes=16)
    rig.desk.start()
    rig.troubles.append(Trouble(since, datetime.now(UTC)))
    _all_fire(rig)
    evidence = rig.verify()
    fired: dict[object, list[tuple[datetime, int]]] = {}
    for one in evidence.timers:
        if one.state == "fired":
            fired.setdefault((one.notice_id, one.ladder), []).append((one.ended_at, one.step))
    assert any(len(steps) > 1 for steps in fired.values())
    for steps in fired.values():
        assert [step for _, step in sorted(steps)] == sorted(step for _, step in steps)
