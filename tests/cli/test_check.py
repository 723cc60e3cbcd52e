"""Tests of `crisis check` and of what /readyz says."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.ctx import AppContext

from crisis import config
from crisis.domain.alert import Queue
from crisis.domain.readiness import Line
from crisis.store import db
from crisis.store.models import Beat
from crisis.workflows import beat, check, probe, surroundings
from tests.conftest import SECRET
from tests.parts.clock import FakeClock


def _settings(**values: Any) -> config.Settings:
    return config.load({}, **{"secret_key": SECRET, **values})


@pytest.fixture
def empty_db(tmp_path: Any) -> Iterator[None]:
    app = Flask("tests")
    db.init(app, _settings(database_url=f"sqlite:///{tmp_path / 'empty.sqlite'}"))
    with app.app_context():
        yield
        db.db.engine.dispose()


def _beat(role: str, clock: FakeClock) -> None:
    beat.beat(role, node="node", boot="boot", now=clock.now())


def test_ready_needs_database_schema_metronome_and_one_worker(desk_db: AppContext, clock: FakeClock) -> None:
    assert [(line.part, line.ok) for line in check.readiness(clock.now()).lines] == [
        ("database", True),
        ("schema", True),
        ("metronome", False),
        ("worker", False),
    ]
    _beat("metronome", clock)
    _beat("worker:mail", clock)
    assert check.readiness(clock.now()).ready


def test_a_beat_counts_for_less_than_thirty_seconds(desk_db: AppContext, clock: FakeClock) -> None:
    _beat("metronome", clock)
    clock.advance(seconds=29)
    assert check.metronome(clock.now()) == Line("metronome", True, "last beat 29 s ago")
    clock.advance(seconds=1)
    assert check.metronome(clock.now()) == Line("metronome", False, "last seen 30 s ago: start `crisis metronome`")


def test_the_newest_beat_counts_after_a_restart(desk_db: AppContext, clock: FakeClock) -> None:
    _beat("worker:mail", clock)
    clock.advance(minutes=5)
    beat.beat("worker:mail", node="node", boot="another", now=clock.now())
    assert check.worker(clock.now()).ok
    with db.reading() as session:
        assert session.scalars(sa.select(Beat.boot)).all() == ["another"]


def test_a_dead_broker_only_degrades(desk_db: AppContext, clock: FakeClock) -> None:
    def dead() -> None:
        raise ConnectionError

    _beat("metronome", clock)
    _beat("worker:other", clock)
    found = check.readiness(clock.now(), broker_answers=dead)
    assert (found.ready, found.degraded) == (True, ("broker",))


def test_a_database_without_tables_says_what_to_run(empty_db: None, clock: FakeClock) -> None:
    found = check.readiness(clock.now())
    assert found.lines == (Line("database", False, "has no tables yet: run `crisis migrate`"),)
    assert check.schema() == Line("schema", False, "not the newest: run `crisis migrate`")


def test_a_probe_that_a_worker_marks_is_fine(desk_db: AppContext, clock: FakeClock) -> None:
    line = probe.probe(
        Queue.MAIL, now=clock.now(), publish=lambda _queue, probe_id: probe.mark(probe_id, now=clock.now())
    )
    assert line.ok
    assert line.text.startswith("marked a probe after ")


def test_a_probe_that_nobody_marks_names_the_worker_to_start(
    sqlite_db: AppContext, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "_WAIT_SECONDS", 0.05)
    line = probe.probe(Queue.OTHER, now=clock.now(), publish=lambda *_: None)
    assert not line.ok
    assert "`celery -A worker worker -Q other`" in line.text


def test_clocks_may_be_two_seconds_apart(clock: FakeClock) -> None:
    now = clock.now()
    assert check.clocks(now, host_now=now + timedelta(seconds=2)).ok
    assert not check.clocks(now, host_now=now - timedelta(seconds=3)).ok


@pytest.mark.parametrize(
    ("url", "ok"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://localhost:8000", True),
        ("http://[::1]:8000", True),
        ("http://desk.example", False),
    ],
)
def test_a_public_address_is_https_or_this_host_alone(url: str, ok: bool) -> None:
    assert surroundings.public_address(_settings(public_url=url)).ok is ok


def test_no_mail_host_and_a_dead_one_are_told_apart() -> None:
    assert "no CRISIS_SMTP_URL" in surroundings.mail(_settings()).text
    dead = surroundings.mail(_settings(smtp_url="smtp://127.0.0.1:1"))
    assert (dead.ok, dead.text) == (False, "127.0.0.1 does not answer (Connection refused): look at CRISIS_SMTP_URL")


def test_a_short_key_is_not_ok() -> None:
    assert not surroundings.secret_key(_settings(secret_key="short")).ok
    assert surroundings.secret_key(_settings()).ok
