"""What the rows in memory promise, and the real ones keep: each test runs on both."""

import random

import pytest

from crisis import config
from crisis.domain import alert
from crisis.domain.delivery import LEASE
from crisis.notify.sender import Envelope
from crisis.store import books
from crisis.workflows.deliver import Drain
from tests.parts.clock import FakeClock
from tests.parts.sending import Died, KeepingRoom
from tests.simulation.memory import MemoryBook, address
from tests.simulation.worlds import STEP, DatabaseWorld, MemoryWorld, Seen, World

MAIL = alert.Queue.MAIL


def drain(world: World, room: KeepingRoom) -> int:
    return Drain(MAIL, room=room, book=world.book, ticks=lambda: 0.0).run(20.0).attempted


def states(world: World) -> list[str]:
    return [one.state for one in world.alerts()]


def test_what_is_planned_is_sent_once(world: World, room: KeepingRoom) -> None:
    world.declare(platforms=3, contacts=2)
    assert drain(world, room) == 3
    assert drain(world, room) == 0
    assert world.alerts() == [Seen(address(number, 1), "first", "accepted", 1, False) for number in (1, 2, 3)]


def test_a_dead_workers_attempts_become_unknown_and_go_again(
    world: World, room: KeepingRoom, second: KeepingRoom, clock: FakeClock
) -> None:
    world.declare(platforms=3, contacts=1)
    room.sender.dies_after = 1
    with pytest.raises(Died):
        drain(world, room)
    assert states(world) == ["started"] * 3
    assert drain(world, second) == 0
    clock.advance(LEASE)
    assert drain(world, second) == 3
    assert {(one.state, one.attempts, one.possible_repeat) for one in world.alerts()} == {("accepted", 2, True)}


def test_temporary_refusals_wait_and_end_at_the_cap(world: World, room: KeepingRoom, clock: FakeClock) -> None:
    world.declare(platforms=1, contacts=1)
    room.sender.answer = lambda _: alert.Outcome.TEMPORARY
    found = []
    for seconds in (0, 2, 10, 30, 60):
        clock.advance(seconds=seconds + 0.01)  # what the sender of the test says that an attempt took
        found.append((drain(world, room), states(world)[0]))
    assert found == [(1, "waiting_retry")] * 3 + [(1, "failed"), (0, "failed")]


def test_a_failed_step_lets_the_ladder_go_on_at_once(world: World, room: KeepingRoom, clock: FakeClock) -> None:
    world.declare(platforms=2, contacts=2)
    room.sender.answer = _outcome(address(1, 1), alert.Outcome.PERMANENT)
    drain(world, room)
    assert world.fire() == 1
    drain(world, room)
    assert Seen(address(1, 2), "escalation", "accepted", 1, False) in world.alerts()
    assert world.fire() == 0


def test_silence_climbs_step_by_step_and_an_answer_ends_it(world: World, room: KeepingRoom, clock: FakeClock) -> None:
    world.declare(platforms=2, contacts=3)
    drain(world, room)
    assert world.fire() == 0
    clock.advance(STEP)
    assert world.fire() == 2
    drain(world, room)
    world.acknowledge(1)
    clock.advance(STEP)
    assert world.fire() == 1
    drain(world, room)
    assert [one.address for one in world.alerts() if one.purpose == "escalation"] == [
        address(1, 2),
        address(2, 2),
        address(2, 3),
    ]


def test_an_answer_cancels_the_next_contact_that_has_not_left(
    world: World, room: KeepingRoom, clock: FakeClock
) -> None:
    world.declare(platforms=1, contacts=2)
    drain(world, room)
    clock.advance(STEP)
    world.fire()
    world.acknowledge(1)
    assert drain(world, room) == 0
    assert Seen(address(1, 2), "escalation", "cancelled", 0, False) in world.alerts()


def test_a_stand_down_cancels_what_has_not_left_and_tells_whoever_may_have_heard(
    world: World, room: KeepingRoom, clock: FakeClock
) -> None:
    world.declare(platforms=2, contacts=1)
    room.sender.answer = _outcome(address(2, 1), alert.Outcome.TEMPORARY)
    drain(world, room)
    world.stand_down()
    room.sender.answer = lambda _: alert.Outcome.ACCEPTED
    clock.advance(minutes=1)
    assert drain(world, room) == 2
    assert [(one.address, one.purpose, one.state) for one in world.alerts()] == [
        (address(1, 1), "first", "accepted"),
        (address(1, 1), "stand_down", "accepted"),
        (address(2, 1), "first", "cancelled"),
        (address(2, 1), "stand_down", "accepted"),
    ]
    assert world.fire() == 0


def test_a_stand_down_waits_for_what_is_on_the_wire_to_the_same_endpoint(
    world: World, room: KeepingRoom, second: KeepingRoom, clock: FakeClock
) -> None:
    world.declare(platforms=2, contacts=1)
    room.sender.dies_after = 0
    with pytest.raises(Died):
        drain(world, room)
    world.stand_down()
    assert drain(world, second) == 0
    clock.advance(LEASE)
    drain(world, second)
    sent = [one.address for one in second.sender.sent]
    assert sorted(sent) == [address(1, 1), address(2, 1)]  # the first alerts are needless by now


def test_what_goes_to_a_retired_endpoint_is_cancelled(world: World, room: KeepingRoom) -> None:
    world.declare(platforms=2, contacts=1)
    world.retire(1, 1)
    assert drain(world, room) == 1
    assert states(world) == ["cancelled", "accepted"]


@pytest.mark.parametrize("seed", range(6))
def test_both_worlds_show_the_same_after_every_deed_of_a_random_night(
    seed: int, desk_db: object, settings: config.Settings, clock: FakeClock, declared: object
) -> None:
    chance = random.Random(seed)
    memory = MemoryWorld(clock, MemoryBook())
    real = DatabaseWorld(clock, settings, declared, books.DatabaseBook())  # type: ignore[arg-type]
    worlds: list[World] = [memory, real]
    rooms = [KeepingRoom(settings, clock), KeepingRoom(settings, clock)]
    for world in worlds:
        world.declare(platforms=4, contacts=3)
    stood_down = False
    for deeds in (range(2, 8),) * 8 + (range(8),) * 6:
        clock.advance(seconds=chance.choice([1, 3, 11, 20, 170, 301]))
        deed, platform = chance.choice(deeds), chance.randint(1, 4)
        outcomes = {
            address(number, contact): chance.choice(list(alert.Outcome))
            for number in range(1, 5)
            for contact in range(1, 4)
        }
        for world, room in zip(worlds, rooms, strict=True):
            if deed == 0 and not stood_down:
                world.acknowledge(platform)
            elif deed == 1 and not stood_down:
                world.stand_down()
            elif deed == 2:
                world.retire(platform, 2)
            elif deed in (3, 4):
                world.fire()
            else:
                room.sender.answer = lambda envelope, said=outcomes: said[envelope.address]
                drain(world, room)
        stood_down = stood_down or deed == 1
        assert memory.alerts() == real.alerts(), f"seed {seed}"


def _outcome(to: str, outcome: alert.Outcome):
    def answer(envelope: Envelope) -> alert.Outcome:
        return outcome if envelope.address == to else alert.Outcome.ACCEPTED

    return answer
