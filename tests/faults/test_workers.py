"""Stories of processes that die, stand still, and come back: F1, F2 and F3 of the fault matrix."""

import signal
import time

import pytest

from tests.faults.conftest import RigOf
from tests.faults.rig import PLATFORMS, Rig
from tests.parts.running import until_true

pytestmark = pytest.mark.flow

BOTH = pytest.mark.parametrize("database", ["sqlite", "postgresql"])

#: Where a process that sends is killed, on its way through a turn, and what it has done by then.
POINTS = (
    "claim-uncommitted",  # nothing
    "claim-committed",  # alerts are started, nothing is on the wire
    "unsent",  # the same, at the door of the sender
    "on-the-wire",  # handed over, no reply read
    "sent",  # the first reply is here and not written
    "finish-unwritten",
    "finish-uncommitted",  # replies are written and not committed
    "finish-committed",
)


def _begun(rig: Rig, count: int = 20) -> None:
    before = len(rig.mail.accepted)
    rig.declare()
    rig.mail.wait(before + count, seconds=30)


@BOTH
def test_f1_workers_killed_again_and_again_lose_nothing(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database)
    rig.mail.behaviour.message_delay = 0.4
    with rig.trouble():
        _begun(rig)
        for _ in range(8):
            time.sleep(rig.dice.uniform(0.3, 1.2))
            rig.crashes += rig.kill_one()
        for _ in range(2):  # whole groups, parents and all: more in a minute and the desk gives up
            rig.crashes += until_true(rig.desk.kill_senders, seconds=30, what="no worker was started again")
            time.sleep(rig.dice.uniform(0.5, 3))
        rig.mail.behaviour.message_delay = 0
        rig.settle()
    evidence = rig.verify()
    assert {one.state for one in evidence.alerts if one.attempts < 4} == {"accepted"}


@BOTH
def test_f1_a_desk_killed_in_mid_fan_out_starts_again_and_finishes(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database)
    rig.mail.behaviour.message_delay = 0.4
    with rig.trouble(crashes=4):
        _begun(rig)
        rig.desk.kill()
        if rig.dice.random() < 0.5:
            rig.desk.destroy()
        rig.desk.start()
        rig.mail.behaviour.message_delay = 0
        rig.settle()
    rig.verify()


@BOTH
def test_f2_a_worker_killed_at_each_point_of_a_turn_loses_nothing(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database)
    rig.mail.behaviour.message_delay = 0.3
    with rig.trouble():
        rig.declare()
        for point in rig.dice.sample(POINTS, len(POINTS)):
            rig.crash_at(point, rig.dice.randint(1, 3))
            for _ in range(3):
                if not _within(lambda point=point: rig.has_died(point), 12):
                    rig.declare()  # the wire ran empty before
            assert rig.has_died(point), f"seed {rig.seed}: {point} was never passed"
            rig.crashes += 1
        rig.mail.behaviour.message_delay = 0
        rig.settle()
    rig.verify()


@BOTH
def test_f2_a_metronome_killed_while_it_fires_fires_once(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database)
    with rig.trouble():
        rig.declare()
        for point in ("fire-uncommitted", "fire-committed"):
            rig.crash_at(point)
            rig.hasten(over_seconds=4)
            until_true(lambda point=point: rig.has_died(point), seconds=40, what=f"seed {rig.seed}: {point}")
            until_true(rig.metronomes, seconds=30)
        rig.settle()
    until_true(lambda: rig.fired() >= PLATFORMS, seconds=30)
    rig.settle()
    rig.verify()


@BOTH
def test_f2_a_web_server_killed_in_mid_declaration_leaves_nothing_of_it(rig_of: RigOf, database: str) -> None:
    rig = rig_of(database)
    before = len(rig.evidence().rows.incidents)
    rig.crash_at("declare-uncommitted")
    assert rig.declare() == ""
    assert rig.has_died("declare-uncommitted")
    assert len(rig.evidence().rows.incidents) == before
    until_true(rig.is_served, seconds=30, what="no web server has come in place of the one that died")
    until_true(rig.declare, seconds=30, what="nothing can be declared any more")
    rig.settle()
    rig.verify()


def test_f3_what_a_frozen_worker_says_when_it_wakes_changes_nothing(rig_of: RigOf) -> None:
    rig = rig_of("postgresql")
    rig.mail.behaviour.message_delay = 1.0
    with rig.trouble(crashes=2):
        _begun(rig, 5)
        frozen = rig.workers()
        rig.signal(frozen, signal.SIGSTOP)
        rig.mail.behaviour.message_delay = 0
        # the metronome takes what they held once it is free
        until_true(rig.is_settled, seconds=65, what="nobody took over what the frozen ones held")
        settled = {one.id: (one.state, one.accepted_at) for one in rig.evidence().alerts}
        rig.signal(frozen, signal.SIGCONT)
        until_true(lambda: _late(rig), seconds=30, what="no result came late")
    evidence = rig.verify()
    for one in evidence.alerts:
        if one.id in settled:
            assert (one.state, one.accepted_at) == settled[one.id], "an old result was written"
    assert any(one.late_outcome for one in evidence.attempts)


def _late(rig: Rig) -> bool:
    return bool(rig.desk.rows("SELECT id FROM attempt WHERE late_outcome IS NOT NULL"))


def _within(ask: object, seconds: float) -> bool:
    try:
        until_true(ask, seconds=seconds)  # type: ignore[arg-type]
    except AssertionError:
        return False
    return True
