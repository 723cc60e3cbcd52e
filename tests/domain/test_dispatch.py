"""What one drain holds, and how much more it should take."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from crisis.domain import dispatch
from crisis.domain.delivery import Claimed, Started
from crisis.domain.dispatch import Dispatch

NOW = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def claimed(number: int, provider: str = "webhook:hooks.example", *, priority: int = 1) -> Claimed:
    return Claimed(
        id=UUID(int=number),
        fence=1,
        incident_id=None,
        notice_id=None,
        endpoint_id=None,
        message_id=UUID(int=0),
        link_id=None,
        reply_to_id=None,
        purpose="first",
        channel="webhook",
        provider=provider,
        address="",
        slots={},
        planned_at=NOW,
        priority=priority,
        due_at=NOW + timedelta(seconds=number),
        attempts=0,
    )


def started(number: int) -> Started:
    return Started(claimed(number), UUID(int=number))


def test_a_provider_without_room_holds_its_own_and_delays_no_other() -> None:
    held = Dispatch()
    held.keep([claimed(1, "webhook:dead.example"), claimed(2, "webhook:alive.example")])
    assert [one.id.int for one in held.startable(lambda name: 0 if "dead" in name else 8)] == [2]
    assert held.full() == {"webhook:dead.example"}
    assert [one.id.int for one in held.held] == [1]


def test_the_most_urgent_goes_first_whenever_it_came() -> None:
    held = Dispatch()
    held.keep([claimed(1), claimed(2)])
    held.keep([claimed(3, priority=0)])
    assert [one.id.int for one in held.startable(lambda _: 2)] == [3, 1]


def test_what_waits_beyond_a_few_of_a_provider_goes_back_for_others() -> None:
    held = Dispatch()
    held.keep([claimed(number) for number in range(40)])
    assert len(held.surplus()) == 8
    assert len(held.held) == 32
    assert len(held.give_up()) == 32
    assert held.is_empty


def test_no_more_goes_on_the_wire_than_the_window_has_places() -> None:
    held = Dispatch()
    held.keep([claimed(number) for number in range(200)])
    ready = held.startable(lambda _: 1_000)
    assert len(ready) == dispatch.FIRST
    held.start([Started(one, one.id) for one in ready])
    assert held.free == 0
    assert held.startable(lambda _: 1_000) == []


def test_the_window_grows_on_a_wire_that_runs_empty_and_shrinks_on_a_slow_one() -> None:
    held = Dispatch()
    for _ in range(10):
        held.adapt(held.free)  # everything came back before the next flush
    assert held.free == dispatch.MOST
    held.start([started(number) for number in range(dispatch.MOST)])
    for _ in range(10):
        held.adapt(1)
    assert held.free == 0
    for number in range(dispatch.MOST):
        held.end(UUID(int=number))
    assert held.free == dispatch.LEAST


def test_the_window_fits_a_wire_that_gives_back_a_steady_share() -> None:
    held = Dispatch()
    held.start([started(number) for number in range(dispatch.FIRST)])
    held.adapt(dispatch.FIRST // 4)
    assert held.free == 0
    held.adapt(dispatch.FIRST // 3 + 1)  # the rest will be gone before the next flush is done
    assert held.free == dispatch.MOST - dispatch.FIRST
    held.adapt(dispatch.MOST // 16 + 1)
    assert held.free == dispatch.MOST - dispatch.FIRST


def test_two_processes_leave_no_more_than_one_flush_without_a_result() -> None:
    assert 2 * dispatch.MOST <= 500


def test_a_result_that_nobody_waits_for_is_none() -> None:
    held = Dispatch()
    held.start([started(1)])
    assert held.end(UUID(int=1)) == started(1)
    assert held.end(UUID(int=1)) is None


def test_wires_of_many_providers_keep_their_places_while_some_hang() -> None:
    held = Dispatch(one_wire=False)
    held.start([started(number) for number in range(100)])
    for _ in range(10):
        held.adapt(0)
    assert held.free == dispatch.MOST_OF_MANY - 100
