"""Tests of the metronome: what it does each period, and when it gives itself up."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import current_app
from flask.ctx import AppContext

from crisis import config
from crisis.domain.alert import Queue
from crisis.jobs import bell, metronome
from crisis.store import alerts, db, processes
from crisis.workflows import deliver, escalate


@pytest.fixture
def ours(settings: config.Settings) -> Iterator[metronome.Metronome]:
    made = metronome.Metronome(settings, nullcontext)
    yield made
    made.stop(1)


@pytest.fixture
def rung(monkeypatch: pytest.MonkeyPatch) -> list[Queue]:
    heard: list[Queue] = []
    monkeypatch.setattr(bell, "ring", heard.append)
    monkeypatch.setattr(escalate, "fire", lambda **_: 0)
    return heard


def test_it_beats_in_the_database(desk_db: AppContext, ours: metronome.Metronome) -> None:
    ours.beat()
    with db.reading() as session:
        assert processes.newest_beat(session, "metronome") is not None


def test_a_queue_with_due_alerts_is_rung_at_most_every_five_seconds(
    sqlite_db: AppContext, ours: metronome.Metronome, rung: list[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "due_queues", lambda _session, _now: [Queue.MAIL])
    at = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: at[0])
    for seconds in (100.0, 102.0, 104.0, 106.0, 108.0):
        at[0] = seconds
        ours.sweep()
    assert rung == [Queue.MAIL, Queue.MAIL]


def test_nothing_due_rings_nothing(sqlite_db: AppContext, ours: metronome.Metronome, rung: list[Queue]) -> None:
    ours.sweep()
    assert rung == []


def test_what_a_long_sweep_has_planned_at_its_end_is_rung_for_at_once(
    sqlite_db: AppContext, ours: metronome.Metronome, rung: list[Queue], monkeypatch: pytest.MonkeyPatch
) -> None:
    planned_at: list[datetime] = []
    monkeypatch.setattr(escalate, "fire", lambda *, clock, **_: planned_at.append(clock()))
    monkeypatch.setattr(alerts, "due_queues", lambda _session, now: [Queue.MAIL] if planned_at[0] <= now else [])
    ours.sweep()
    assert rung == [Queue.MAIL]


def test_it_sends_only_what_nobody_took_for_five_seconds(
    sqlite_db: AppContext, ours: metronome.Metronome, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[Queue, timedelta]] = []

    def drain(queue: Queue, *, room: Any, overdue_by: timedelta, **_: Any) -> deliver.Drained:
        asked.append((queue, overdue_by))
        return deliver.Drained(0, more=False)

    monkeypatch.setattr(deliver, "drain", drain)
    ours.drain(Queue.OTHER)
    assert asked == [(Queue.OTHER, timedelta(seconds=5))]


def test_a_job_that_fails_does_not_end_it(sqlite_db: AppContext, settings: config.Settings) -> None:
    ours = metronome.Metronome(settings, current_app.app_context)
    ours.guarded("sweep", lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    ours.start()
    assert ours.complaint() is None
    ours.stop(1)
    assert ours.complaint() == "the scheduler's thread has died"


def test_it_gives_itself_up_after_three_silent_periods(
    ours: metronome.Metronome, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours.start()
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 3 * metronome.PERIOD_SECONDS + 1)
    assert ours.complaint() == "the scheduler has missed three periods"
