"""Hundreds of nights with faults: nothing is forgotten, nothing fires twice, every repeat is known to be one.

A seed that fails is replayed with ``-k "seed-123"``, or any other with ``CRISIS_TEST_SEED=123``.
"""

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from crisis import config
from crisis.domain.delivery import LEASE
from tests.simulation import memory, worlds
from tests.simulation.memory import MemoryTurn
from tests.simulation.night import Night, Worker

SEEDS = [int(os.environ["CRISIS_TEST_SEED"])] if "CRISIS_TEST_SEED" in os.environ else range(200)


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed-{seed}")
def test_a_night_with_faults_ends_well(seed: int, settings: config.Settings) -> None:
    Night(seed, settings).run()


def test_the_same_seed_is_the_same_night(settings: config.Settings) -> None:
    first, again = Night(7, settings), Night(7, settings)
    first.run()
    again.run()
    assert (first.story, len(first.received)) == (again.story, len(again.received))


def test_the_nights_have_every_fault_that_they_are_for(settings: config.Settings) -> None:
    seen: Counter[str] = Counter()
    for seed in range(40):
        night = Night(seed, settings)
        night.run()
        seen.update(told.split(None, 2)[2].partition(" for")[0].partition(" by")[0] for told in night.story)
        seen["repeats"] += len(night.received) - len({one.alert_id for one in night.received})
    assert {"dies before commit", "dies after commit", "dies on the wire", "is stopped"} <= set(seen), seen
    assert seen["repeats"] > 0


def _never_lost(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTurn, "lose", lambda *_, **__: [])


def _leases_without_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(memory, "LEASE", LEASE * 1_000)


def _results_whatever_their_fence(patch: pytest.MonkeyPatch) -> None:
    def finish(turn: MemoryTurn, ended: Any, *, now: Any) -> Any:
        for one in ended:
            row = turn.tables.alerts[one.claimed.id]
            turn._set(replace(row, claimed=row.claimed._replace(fence=one.claimed.fence), state=memory.State.STARTED))
        return kept(turn, ended, now=now)

    kept = MemoryTurn.finish
    patch.setattr(MemoryTurn, "finish", finish)


def _repeats_without_a_mark(patch: pytest.MonkeyPatch) -> None:
    def lose(turn: MemoryTurn, *given: Any, **named: Any) -> Any:
        lost = kept(turn, *given, **named)
        for one in lost:
            turn._set(replace(turn.tables.alerts[one.alert_id], possible_repeat=False))
        for key, attempt in turn.tables.attempts.items():
            if attempt.alert_id in {one.alert_id for one in lost}:
                turn.tables.attempts[key] = replace(attempt, outcome=memory.Outcome.TEMPORARY)
        return lost

    kept = MemoryTurn.lose
    patch.setattr(MemoryTurn, "lose", lose)


def _mails_twice(patch: pytest.MonkeyPatch) -> None:
    kept = Worker.submit
    patch.setattr(Worker, "submit", lambda worker, some, into: (kept(worker, some, into), kept(worker, some, into)))


def _steps_before_their_time(patch: pytest.MonkeyPatch) -> None:
    kept = worlds.MemoryWorld._fire
    patch.setattr(worlds.MemoryWorld, "_fire", lambda world, turn, asked: _fire_early(world, turn, asked, kept))


def _fire_early(world: worlds.MemoryWorld, turn: MemoryTurn, asked: Any, fire: Callable[..., None]) -> None:
    row = turn.tables.notices[asked]
    assert row.due_at is not None
    turn.tables.notices[asked] = replace(row, due_at=row.due_at + timedelta(minutes=1))
    fire(world, turn, asked)


def _answers_that_stop_nothing(patch: pytest.MonkeyPatch) -> None:
    def acknowledge(world: worlds.MemoryWorld, platform: int) -> None:
        due_at = world.book.tables.notices[memory.UUID(int=platform << 32)].due_at
        kept(world, platform)
        with world.book.turn() as turn:
            row = turn.tables.notices[memory.UUID(int=platform << 32)]
            turn.tables.notices[memory.UUID(int=platform << 32)] = replace(row, due_at=due_at)

    kept = worlds.MemoryWorld.acknowledge
    patch.setattr(worlds.MemoryWorld, "acknowledge", acknowledge)


def _ends_that_overtake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(MemoryTurn, "_waits", lambda *_: False)


@pytest.mark.parametrize(
    "defect",
    [
        _never_lost,
        _leases_without_end,
        _repeats_without_a_mark,
        _mails_twice,
        _steps_before_their_time,
        _answers_that_stop_nothing,
        _ends_that_overtake,
        _results_whatever_their_fence,
    ],
)
def test_a_defect_in_a_rule_is_found(
    defect: Callable[[pytest.MonkeyPatch], None], settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    defect(monkeypatch)
    with pytest.raises(AssertionError, match=r"seed|a number of an attempt twice"):
        _nights(settings)


def _nights(settings: config.Settings) -> None:
    for seed in range(200):
        Night(seed, settings).run()
