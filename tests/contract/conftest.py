"""One running desk for all tests of the contract; each test declares its own incidents."""

from collections.abc import Iterator

import pytest

from tests.parts import world as worlds
from tests.parts.world import World


@pytest.fixture(scope="session")
def world() -> Iterator[World]:
    with worlds.running() as one:
        yield one


@pytest.fixture(scope="session")
def answered(world: World) -> str:
    """The reference of a declared incident whose first mails are out; tests only read it."""
    ref: str = world.declare(
        items=[
            {"url": "https://pixelly.example/watch/a1"},
            {"url": "https://PIXELLY.example:443/watch/a1?utm_source=x"},
            {"url": "https://bücherkanal.example/v/a2", "sha256": "a" * 64},
            {"url": "https://nowhere.example/v/a3"},
        ]
    )["ref"]
    world.mails(ref, "crisis1@pixelly.example")
    return ref
