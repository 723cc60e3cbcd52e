"""Tests of what the other tests stand on."""

import os

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.store import db
from crisis.store.models import Platform
from tests.parts import samples
from tests.parts.clock import FakeClock


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_empty_at_the_start_of_each_test(desk_db: AppContext, turn: int) -> None:
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Platform)) == 0
    samples.add(*samples.registry(3))
    with db.reading() as session:
        assert session.scalars(sa.select(Platform.registry_id).order_by(Platform.registry_id)).all() == [
            "p-001",
            "p-002",
            "p-003",
        ]


def test_the_fixture_is_the_kind_of_database_that_its_name_says(desk_db: AppContext, database_url: str) -> None:
    assert database_url.startswith(db.db.engine.dialect.name)


def test_settings_of_a_test_come_from_nowhere_else(settings: config.Settings) -> None:
    assert not [name for name in os.environ if name.startswith("CRISIS_")]
    assert settings.desk_phone == "+32 2 555 01 99"


def test_the_clock_moves_only_when_told(clock: FakeClock) -> None:
    first = clock.now()
    assert clock.now() == first
    assert (clock.advance(minutes=5) - first).total_seconds() == 300
