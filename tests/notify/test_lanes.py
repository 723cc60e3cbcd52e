"""So many at once for each provider, at its rate, and none waits for another's trouble."""

import asyncio
import queue
import threading
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest

from crisis.domain.alert import Channel, Outcome
from crisis.domain.pace import Limit
from crisis.notify import lanes
from crisis.notify.lanes import Said
from crisis.notify.sender import Envelope
from tests.notify.envelopes import NOW

OK = Said(Outcome.ACCEPTED, "200 OK", sent=True)


def envelope(provider: str, number: int = 1, payload: bytes = b"x") -> Envelope:
    return Envelope(UUID(int=number), Channel.WEBHOOK, f"https://{provider}/", payload, NOW, provider)


class Wire:
    """Answers where it may; keeps how many were on the wire at once for each provider."""

    def __init__(self) -> None:
        self.now: Counter[str] = Counter()
        self.most: Counter[str] = Counter()
        self.hanging: set[str] = set()
        self.started: list[str] = []
        self.released = threading.Event()

    async def attempt(self, one: Envelope) -> Said:
        self.started.append(one.provider)
        self.now[one.provider] += 1
        self.most[one.provider] = max(self.most[one.provider], self.now[one.provider])
        try:
            await asyncio.sleep(0.001)
            while one.provider in self.hanging and not self.released.is_set():
                await asyncio.sleep(0.01)
        finally:
            self.now[one.provider] -= 1
        return OK


@pytest.fixture
def wire() -> Iterator[Wire]:
    one = Wire()
    yield one
    one.released.set()


def made(wire: Wire, connections: int = 4, rate: float | None = None) -> lanes.Lanes:
    return lanes.Lanes(wire.attempt, limit=lambda _name: Limit(connections, rate, 0))


def results(inbox: queue.SimpleQueue[tuple[UUID, object]], count: int) -> list[UUID]:
    return [inbox.get(timeout=20)[0] for _ in range(count)]


def test_no_more_are_on_the_wire_than_a_provider_takes_and_each_gets_one_result(wire: Wire) -> None:
    sender, inbox = made(wire, connections=3), queue.SimpleQueue()
    sender.submit([envelope("a.example", number) for number in range(40)], inbox)
    assert sorted(results(inbox, 40)) == [UUID(int=number) for number in range(40)]
    assert wire.most == {"a.example": 3}
    assert inbox.empty()
    sender.close()


def test_hosts_that_hang_keep_their_own_places_only(wire: Wire) -> None:
    wire.hanging = {f"hung{number}.example" for number in range(100)}
    sender, inbox = made(wire, connections=4), queue.SimpleQueue()
    sender.submit([envelope(name, 1000) for name in wire.hanging for _ in range(8)], inbox)
    sender.submit([envelope("healthy.example", number) for number in range(50)], inbox)
    assert sorted(results(inbox, 50)) == [UUID(int=number) for number in range(50)]
    wire.released.set()
    assert len(results(inbox, 800)) == 800
    sender.close()


def test_too_many_at_once_wait_and_go_on_when_others_end(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "AT_ONCE", 5)
    sender, inbox = made(wire), queue.SimpleQueue()
    sender.submit([envelope(f"host{number}.example", number) for number in range(60)], inbox)
    assert sorted(results(inbox, 60)) == [UUID(int=number) for number in range(60)]
    sender.close()


def test_room_is_what_can_go_soon_and_grows_where_a_provider_is_quick(wire: Wire) -> None:
    sender, inbox = made(wire, connections=4), queue.SimpleQueue()
    assert sender.room("a.example") == 4
    wire.hanging = {"a.example"}
    sender.submit([envelope("a.example", number) for number in range(3)], inbox)
    assert (sender.room("a.example"), sender.room("b.example")) == (1, 4)
    sender.submit([envelope("a.example", number) for number in range(3, 9)], inbox)
    assert sender.room("a.example") == 0
    wire.released.set()
    results(inbox, 9)
    wire.hanging = set()
    sender.submit([envelope("a.example", 9)], inbox)
    results(inbox, 1)
    assert sender.room("a.example") == 16
    sender.close()


def test_a_rate_is_kept_and_held_ahead_by_half_a_second_at_most(wire: Wire) -> None:
    sender, inbox = made(wire, connections=50, rate=40.0), queue.SimpleQueue()
    assert sender.room("a.example") == 20
    sender.submit([envelope("a.example", number) for number in range(24)], inbox)
    got = [inbox.get(timeout=20)[1] for _ in range(24)]
    # a bucket of 4 goes at once; the 20 others follow one every 25 ms, never sooner
    starts = sorted(one.started_after.total_seconds() for one in got)
    assert all(start >= (place - 3) / 40.0 - 0.005 for place, start in enumerate(starts))
    sender.close()


def test_one_that_could_not_be_written_is_refused_without_the_wire(wire: Wire) -> None:
    sender, inbox = made(wire), queue.SimpleQueue()
    sender.submit([envelope("a.example", payload=b"")], inbox)
    assert inbox.get(timeout=20)[1].outcome is Outcome.PERMANENT
    assert wire.started == []
    sender.close()


def test_an_end_gives_every_one_a_result(wire: Wire) -> None:
    wire.hanging = {"a.example"}
    sender, inbox = made(wire, connections=2), queue.SimpleQueue()
    sender.submit([envelope("a.example", number) for number in range(5)], inbox)
    sender.close()
    outcomes = Counter(inbox.get(timeout=20)[1].outcome for _ in range(5))
    assert outcomes == {Outcome.UNKNOWN: 2, Outcome.TEMPORARY: 3}


def test_a_fault_of_ours_is_an_unknown_outcome_and_holds_nobody_up() -> None:
    async def fails(_envelope: Envelope) -> Said:
        raise RuntimeError("with an address in it")

    sender, inbox = lanes.Lanes(fails, limit=lambda _name: Limit(1, None, 0)), queue.SimpleQueue()
    sender.submit([envelope("a.example", number) for number in range(3)], inbox)
    details = {inbox.get(timeout=20)[1].detail for _ in range(3)}
    assert details == {"The sender failed: RuntimeError."}
    sender.close()
