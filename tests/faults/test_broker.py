"""Stories of a broker that forgets, hangs, is full, or is behind a dead link: F4 to F8 of the fault matrix."""

import time

import pytest

from tests.faults.broker import Broker
from tests.faults.conftest import RigOf
from tests.faults.rig import MAILS, Rig
from tests.parts.running import until_true

pytestmark = pytest.mark.flow

#: What the broker may cost: the sweep's delay, its drain, and a machine that does other things.
DELAY_SECONDS = 30


def _rig(rig_of: RigOf, database: str = "postgresql") -> tuple[Rig, Broker]:
    rig = rig_of(database, own_broker=True)
    assert rig.broker is not None
    return rig, rig.broker


def test_f4_a_broker_killed_and_started_empty_loses_nothing(rig_of: RigOf) -> None:
    rig, broker = _rig(rig_of)
    rig.mail.behaviour.message_delay = 0.2
    with rig.trouble():
        rig.declare()
        broker.kill()
        assert rig.declare(), "nothing can be declared without a broker"
        time.sleep(rig.dice.uniform(0, 4))
        broker.start()
        rig.settle(DELAY_SECONDS)
    rig.verify()
    assert len(rig.mail.copies()) >= 2 * MAILS


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_f4_without_a_broker_all_leaves_within_ten_seconds_and_workers_come_back(rig_of: RigOf, database: str) -> None:
    rig, broker = _rig(rig_of, database)
    rig.mail.behaviour.message_delay = 0
    with rig.trouble():
        broker.kill()
        ref = rig.declare()
        rig.settle(DELAY_SECONDS)
        assert _senders(rig) == {"metronome"}
        _degraded(rig, "broker")
        broker.start()
    _degraded(rig)
    _workers_send_again(rig)
    evidence = rig.verify()
    (incident_id,) = [one.id for one in evidence.rows.incidents if one.ref == ref]
    waited = [one.accepted_at - one.planned_at for one in evidence.alerts if one.incident_id == incident_id]
    assert max(waited).total_seconds() <= 10


def test_f5_a_broker_emptied_again_and_again_during_a_fan_out_loses_nothing(rig_of: RigOf) -> None:
    rig, broker = _rig(rig_of)
    rig.mail.behaviour.message_delay = 0.1
    with rig.trouble():
        for _ in range(5):
            rig.declare()
            assert broker.say("FLUSHALL").startswith("+OK")
            time.sleep(rig.dice.uniform(0.1, 1))
        rig.settle()
    rig.verify()


def test_f6_a_frozen_broker_holds_up_no_declaration_and_its_ghosts_are_harmless(rig_of: RigOf) -> None:
    rig, broker = _rig(rig_of)
    rig.mail.behaviour.message_delay = 0
    with rig.trouble():
        broker.freeze()
        for _ in range(3):
            assert rig.declare(), "nothing can be declared while the broker hangs"
            time.sleep(2)
        rig.settle()
        broker.thaw()  # and all that was rung for arrives at last
    _workers_send_again(rig)
    rig.verify()


def test_f8_a_full_broker_holds_up_nothing(rig_of: RigOf) -> None:
    rig, broker = _rig(rig_of)
    assert broker.say("CONFIG", "SET", "maxmemory", "1").startswith("+OK")
    with rig.trouble():
        assert broker.say("SET", "x", "y").startswith("-OOM")
        assert rig.declare()
        rig.settle(DELAY_SECONDS)
        _degraded(rig, "broker")
        assert broker.say("CONFIG", "SET", "maxmemory", "0").startswith("+OK")
    _degraded(rig)
    _workers_send_again(rig)
    rig.verify()


def test_f7_workers_on_a_dead_link_consume_again_within_half_a_minute(rig_of: RigOf) -> None:
    rig = rig_of("postgresql", own_broker=True, far=("broker",))
    with rig.trouble():
        rig.declare()
        rig.settle()
        rig.proxies["broker"].black_hole(now_open_only=True)
        assert rig.declare()
        _workers_send_again(rig)
        rig.settle()
    rig.verify()


BANNER = "The broker does not answer or is full: alerts still leave, up to 10 s later."


def _degraded(rig: Rig, *parts: str) -> None:
    """Every page says so, and the desk is ready all the same; without ``parts``, that nothing is amiss any more."""

    def _says_so() -> bool:
        ready = rig.desk.get("/readyz")
        return (BANNER in rig.health_line()) is bool(parts) and (ready.status, ready.json["degraded"]) == (
            200,
            [*parts],
        )

    until_true(_says_so, seconds=DELAY_SECONDS, what=rig.health_line)


def _workers_send_again(rig: Rig) -> None:
    """Within half a minute a worker, and not only the metronome, sends what is declared; by the time of attempts."""
    until = time.monotonic() + 30 + DELAY_SECONDS
    while time.monotonic() < until:
        rig.declare()
        rig.settle()
        if "worker" in _senders(rig):
            return
        time.sleep(3)
    raise AssertionError(f"seed {rig.seed}: no worker takes anything any more: {rig.desk.output[-2000:]}")


def _senders(rig: Rig) -> set[str]:
    """Who sent the alerts of the incident declared last."""
    found = rig.desk.rows(
        "SELECT DISTINCT attempt.owner FROM attempt JOIN alert ON alert.id = attempt.alert_id "
        "WHERE alert.incident_id = (SELECT id FROM incident ORDER BY declared_at DESC LIMIT 1)"
    )
    return {"metronome" if one["owner"].startswith("metronome") else "worker" for one in found}
