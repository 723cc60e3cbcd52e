"""The two worlds of the contract."""

from collections.abc import Callable

import pytest

from crisis import config
from crisis.store import books
from tests.parts.clock import FakeClock
from tests.parts.sending import KeepingRoom
from tests.simulation.memory import MemoryBook
from tests.simulation.worlds import DatabaseWorld, MemoryWorld, World
from tests.workflows.conftest import declared, room

__all__ = ["declared", "room"]


@pytest.fixture(params=["memory", "database"])
def world(
    request: pytest.FixtureRequest,
    desk_db: object,
    settings: config.Settings,
    clock: FakeClock,
    declared: Callable[..., object],
) -> World:
    """A night that has not begun."""
    if request.param == "memory":
        return MemoryWorld(clock, MemoryBook())
    return DatabaseWorld(clock, settings, declared, books.DatabaseBook())


@pytest.fixture
def second(settings: config.Settings, clock: FakeClock) -> KeepingRoom:
    """Another sending process."""
    return KeepingRoom(settings, clock, owner="mail@tests/boot-2/2")
