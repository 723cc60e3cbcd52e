"""Tests of the watch's jobs: when they look, and that a desk which starts alarms nobody."""

import time
from datetime import timedelta

import pytest

from crisis import config
from crisis.domain.alert import Queue
from crisis.jobs import bell, watch
from crisis.workflows import canary
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


def test_it_rings_for_the_probes_that_it_planned(
    settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[Queue] = []
    monkeypatch.setattr(bell, "ring", rung.append)
    monkeypatch.setattr(canary, "plan", lambda **_: {Queue.MAIL})
    watch.Watch(settings, clock).canary()
    assert rung == [Queue.MAIL]
    assert timedelta(seconds=settings.canary_seconds) == timedelta(minutes=1)
