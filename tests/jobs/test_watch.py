"""Tests of the watch's jobs: when they look, and that a desk which starts alarms nobody."""

import contextlib
import time
from contextlib import nullcontext
from datetime import timedelta

import pytest
from flask.ctx import AppContext
from sqlalchemy.exc import OperationalError

from crisis import config
from crisis.domain.alert import Queue
from crisis.jobs import bell, metronome, watch
from crisis.notify import alarm
from crisis.store import db, processes
from crisis.workflows import canary, escalate
from crisis.workflows import watch as looking
from tests.parts.clock import FakeClock


def test_it_looks_every_five_seconds_but_not_while_the_desk_starts(
    settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = [100.0]
    looked: list[float] = []
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    monkeypatch.setattr(looking, "alarm_of_faults", lambda **_: looked.append(at[0]))
    ours = watch.Watch(settings, clock)
    for second in range(100, 132, 2):
        at[0] = float(second)
        ours.look()
    assert looked == [120.0, 126.0]


def test_without_a_database_each_metronome_tells_for_itself(
    settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    at, works = [1000.0], [False]
    told: list[str] = []

    def look(**_: object) -> None:
        if not works[0]:
            raise OperationalError("SELECT 1", {}, Exception("gone"))

    def looks_for(seconds: int) -> None:
        for _ in range(seconds):
            at[0] += 1
            with contextlib.suppress(OperationalError):
                ours.look()

    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    monkeypatch.setattr(looking, "alarm_of_faults", look)
    monkeypatch.setattr(alarm, "tell", lambda subject, *_: told.append(subject.partition("] ")[2]))
    ours = watch.Watch(settings, clock)
    looks_for(38)
    assert told == []
    looks_for(3)
    assert told == ["FAULT: the database"]
    looks_for(880)
    assert len(told) == 1
    looks_for(30)
    assert told == ["FAULT: the database"] * 2
    works[0] = True
    looks_for(20)
    assert told[2:] == ["well again: the database"]


def test_a_sweep_that_comes_to_its_end_says_so(
    sqlite_db: AppContext, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(escalate, "fire", lambda **_: 0)
    ours = metronome.Metronome(settings, nullcontext)
    ours.beat()
    with db.reading() as session:
        assert processes.newest_beat(session, "sweep") is None
    ours.sweep()
    with db.reading() as session:
        assert processes.newest_beat(session, "sweep") is not None
    ours.stop(1)


def test_it_rings_for_the_probes_that_it_planned(
    settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Queue] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    monkeypatch.setattr(canary, "plan", lambda **_: {Queue.MAIL})
    watch.Watch(settings, clock).canary()
    assert rung == [Queue.MAIL]
    assert timedelta(seconds=settings.canary_seconds) == timedelta(minutes=1)
