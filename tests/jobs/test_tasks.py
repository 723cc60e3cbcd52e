"""Tests of the tasks: each is a door to one workflow."""

import pytest
from flask.ctx import AppContext

from crisis import config, errors
from crisis.domain.alert import Queue
from crisis.jobs import bell, room, tasks
from crisis.workflows import deliver, probe
from tests.parts.clock import FakeClock


@pytest.fixture
def installed(settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> room.Room:
    monkeypatch.setattr(room, "_installed", None)
    made = room.Room(settings, clock, {}, "mail@host/boot/1")
    room.install(made)
    return made


def test_a_probe_is_marked_with_the_time_of_the_desk(
    desk_db: AppContext, installed: room.Room, clock: FakeClock
) -> None:
    probe_id = probe.ask(Queue.MAIL, now=clock.now())
    assert probe.marked_at(probe_id) is None
    tasks.mark_probe(str(probe_id))
    assert probe.marked_at(probe_id) == clock.now()


@pytest.mark.parametrize(("more", "rung"), [(True, [Queue.MAIL]), (False, [])])
def test_a_drain_rings_again_for_what_is_left(
    installed: room.Room, monkeypatch: pytest.MonkeyPatch, more: bool, rung: list[Queue]
) -> None:
    heard: list[Queue] = []
    monkeypatch.setattr(bell, "ring", heard.append)
    monkeypatch.setattr(deliver, "drain", lambda queue, *, room, calls: deliver.Drained(attempted=1, more=more))
    tasks.drain("mail")
    assert heard == rung


def test_a_task_outside_a_worker_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_installed", None)
    with pytest.raises(errors.StartFailed, match="celery -A worker worker"):
        tasks.drain("mail")
