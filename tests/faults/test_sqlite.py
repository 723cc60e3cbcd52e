"""Stories of the embedded database under mixed load while its processes are killed: F25 of the fault matrix."""

import contextlib
import threading
import time
from pathlib import Path

import pytest

from crisis.store.db import sqlite_module
from tests.faults.conftest import RigOf
from tests.faults.rig import Rig
from tests.parts import registries
from tests.parts.running import until_true

pytestmark = pytest.mark.flow


def _integrity(path: Path) -> str:
    with contextlib.closing(sqlite_module.connect(path)) as connection:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def _import_again_and_again(rig: Rig, stop: threading.Event, said: list[str]) -> None:
    path = rig.folder / "other.csv"
    for number in range(1, 1000):
        if stop.is_set():
            return
        path.write_text(registries.stepped(number % 30 + 1).replace("b-0", "c-0").replace("bench", "other"), "utf-8")
        done = rig.desk.command("platforms", "import", str(path))
        said.append(f"{done.returncode} {done.stdout} {done.stderr}")


def test_f25_mixed_load_and_kills_leave_a_whole_database_and_nobody_sees_a_lock(rig_of: RigOf) -> None:
    rig = rig_of("sqlite")
    rig.mail.behaviour.message_delay = 0.2
    stop, said = threading.Event(), list[str]()
    importing = threading.Thread(target=_import_again_and_again, args=(rig, stop, said))
    with rig.trouble():
        rig.declare()
        rig.mail.wait(40, seconds=30)
        importing.start()
        try:
            answering = threading.Thread(target=rig.answer, args=(40,), kwargs={"over_seconds": 8})
            answering.start()
            for turn in range(8):
                time.sleep(rig.dice.uniform(0.3, 1.5))
                if turn % 3 == 2:
                    assert rig.declare(), "nothing can be declared under load"
                rig.crashes += rig.kill_one()
            answering.join()
        finally:
            stop.set()
            importing.join()
        rig.desk.kill()  # and at last everything at once
        rig.desk.destroy()
        rig.crashes += 3
        assert _integrity(rig.desk.data / "crisis.sqlite") == "ok"
        rig.mail.behaviour.message_delay = 0
        rig.desk.start()
        rig.settle()
    rig.verify()
    assert _integrity(rig.desk.data / "crisis.sqlite") == "ok"
    assert rig.refused == []
    assert all(one.recorded for one in rig.answered)
    assert said
    assert [one for one in said if not one.startswith("0 ")] == []
    assert "locked" not in rig.desk.output.lower()
    until_true(rig.declare, seconds=10)
    rig.settle()
