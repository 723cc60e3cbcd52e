"""Rigs for the tests of a file: one desk serves several faults, until a test has failed on it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests import postgres
from tests.faults.rig import Rig

RigOf = Callable[..., Rig]


@pytest.fixture(scope="session")
def durable_server() -> Iterator[postgres.Server]:
    """A PostgreSQL that keeps its commits through a crash, as one in service does."""
    with postgres.running(durable=True) as server:
        yield server


@pytest.fixture(scope="module")
def _rigs() -> Iterator[dict[Any, Rig]]:
    found: dict[Any, Rig] = {}
    yield found
    for rig in found.values():
        rig.close()


@pytest.fixture
def rig_of(request: pytest.FixtureRequest, _rigs: dict[Any, Rig]) -> Iterator[RigOf]:
    """``rig_of("postgresql", own_broker=True)``: the rig of this kind; a new one where the last was harmed."""
    used: list[Rig] = []

    def find(database: str, **parts: Any) -> Rig:
        key = (database, *sorted(parts.items()))
        rig = _rigs.get(key)
        if rig is None or not rig.sound:
            if rig is not None:
                rig.close()
            server = request.getfixturevalue("durable_server") if database == "postgresql" else None
            rig = _rigs[key] = Rig(server, **parts).__enter__()
        rig.sound = False  # until the test has come to its end
        used.append(rig)
        return rig

    yield find
    report = getattr(request.node, "passed", False)
    for rig in used:
        rig.sound = report


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report: Any = yield
    if call.when == "call":
        item.passed = report.passed  # type: ignore[attr-defined]
    return report
