"""What tests of workflows ask for: a room that keeps what is sent, and a declared incident."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis import config
from crisis.domain import declaration
from crisis.notify import addresses
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.sending import KeepingRoom

OFFICER = "cli"


@pytest.fixture
def room(settings: config.Settings, clock: FakeClock) -> KeepingRoom:
    """A sending process whose senders keep what they are given."""
    return KeepingRoom(settings, clock)


@pytest.fixture
def declared(settings: config.Settings, clock: FakeClock) -> Callable[..., declare.Declared]:
    """Declare now, with parts of the sample declaration replaced."""

    def _declare(actor: str = OFFICER, seen: frozenset[str] | None = None, **parts: Any) -> declare.Declared:
        body = samples.declaration(**parts)
        parsed = declaration.parse(body, now=clock.now(), to_ascii=addresses.to_ascii)
        return declare.declare(parsed, settings=settings, now=clock.now(), actor=actor, seen=seen)

    return _declare
