"""Stories of a database that is restarted, hung up on, or behind a dead link: F9, F10 and F11 of the fault matrix."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests import postgres
from tests.faults.conftest import RigOf
from tests.faults.rig import Rig
from tests.parts.running import until_true

pytestmark = pytest.mark.flow

ANSWERS = 40


def _while_it_works(rig: Rig, break_it: Callable[[], None]) -> None:
    """A fan-out is under way and answers come in while it is broken."""
    rig.mail.behaviour.message_delay = 0.3
    before = len(rig.mail.accepted)
    rig.declare()
    rig.mail.wait(before + 60, seconds=30)
    read = threading.Event()
    with ThreadPoolExecutor(1) as beside:
        answering = beside.submit(rig.answer, ANSWERS, pause=read.set, over_seconds=0.3)
        assert read.wait(60), "the pages could not be read"
        time.sleep(rig.dice.uniform(0, 0.2))
        break_it()  # here, not beside: a server ends with the thread that started it
        answering.result()
    rig.mail.behaviour.message_delay = 0


def _answers_are_all_there(rig: Rig) -> None:
    assert all(one.recorded for one in rig.answered), [one for one in rig.answered if not one.recorded][:3]
    between = {status for status in rig.refused if status} - {503}
    assert not between, f"something between a receipt and a 503: {between} {rig.desk.output[-20_000:]}"


def test_f9_a_database_restarted_at_once_in_mid_fan_out_loses_nothing(
    rig_of: RigOf, durable_server: postgres.Server
) -> None:
    rig = rig_of("postgresql")
    with rig.trouble(crashes=2):
        _while_it_works(rig, durable_server.restart_at_once)
        rig.settle()
    _answers_are_all_there(rig)
    rig.verify()


def test_f10_connections_ended_one_by_one_are_opened_again(rig_of: RigOf, durable_server: postgres.Server) -> None:
    rig = rig_of("postgresql")

    def end_them() -> None:
        for _ in range(12):
            durable_server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{rig.name}' ORDER BY random() LIMIT 3"
            )
            time.sleep(rig.dice.uniform(0, 0.2))

    with rig.trouble(crashes=2):
        _while_it_works(rig, end_them)
        rig.settle()
    _answers_are_all_there(rig)
    rig.verify()


def test_f11_a_dead_link_to_the_database_is_survived(rig_of: RigOf) -> None:
    rig = rig_of("postgresql", far=("database",))
    proxy = rig.proxies["database"]

    def hole() -> None:
        proxy.black_hole()
        time.sleep(12)
        proxy.heal()

    with rig.trouble(crashes=4):
        _while_it_works(rig, hole)
        rig.settle()
    until_true(rig.declare, seconds=30, what="nothing can be declared any more")
    rig.settle()
    _answers_are_all_there(rig)
    rig.verify()
