"""Tests that the demo is planted once, and that what somebody has changed since is left alone."""

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.demo import seed
from crisis.store import db, platforms, users
from crisis.store.models import Event, Platform
from tests.parts.clock import FakeClock


def _facts() -> int:
    with db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(Event)) or 0


def test_there_is_one_person_a_role_and_the_officer_comes_first(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    found = seed.plant(settings=settings, now=clock.now())
    assert [one.email for one in found] == [
        "officer@desk.example",
        "manager@desk.example",
        "registrar@desk.example",
        "auditor@desk.example",
        "admin@desk.example",
    ]
    with db.reading() as session:
        people = {one.email: one for one in users.all_of(session)}
        assert {email: [role.name for role in one.roles] for email, one in people.items()} == {
            f"{role}@desk.example": [role] for role in ("officer", "manager", "registrar", "auditor", "admin")
        }
        assert people["officer@desk.example"].notify_address == "officer@desk.example"
        assert people["auditor@desk.example"].notify_address is None


def test_planting_again_changes_nothing(desk_db: AppContext, settings: config.Settings, clock: FakeClock) -> None:
    first = seed.plant(settings=settings, now=clock.now())
    before = _facts()
    assert seed.plant(settings=settings, now=clock.now()) == first
    assert _facts() == before


def test_a_registry_that_somebody_has_changed_is_left_alone(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    seed.plant(settings=settings, now=clock.now())
    with db.transaction() as session:
        session.execute(sa.update(Platform).where(Platform.registry_id == "lanterne").values(name="Lanterne Neuve"))
    seed.plant(settings=settings, now=clock.now())
    with db.reading() as session:
        assert platforms.by_registry_id(session, "lanterne").name == "Lanterne Neuve"


@pytest.mark.parametrize("one", seed.log_ins(), ids=lambda one: one.role)
def test_nobody_could_take_a_log_in_for_a_real_one(one: seed.LogIn) -> None:
    assert one.email.endswith("@desk.example")
    assert one.password == "only for the demo"
