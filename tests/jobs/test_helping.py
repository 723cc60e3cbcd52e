"""The metronome beside workers that live, die and hang, on both databases; the clock is moved, nobody sleeps."""

from contextlib import nullcontext
from typing import Any

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.domain import alert, declaration, provider
from crisis.domain.delivery import Claimed
from crisis.jobs import metronome, room
from crisis.notify import addresses
from crisis.store import alerts, db
from crisis.store.models import Alert, Platform
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.sending import KeepingRoom

MAIL, OTHER = alert.Queue.MAIL, alert.Queue.OTHER
WORKER = "worker@tests/boot-1/7"


@pytest.fixture
def sending(settings: config.Settings, clock: FakeClock) -> KeepingRoom:
    return KeepingRoom(settings, clock, owner="metronome@tests/boot-1/1")


@pytest.fixture
def ours(
    desk_db: AppContext, settings: config.Settings, sending: KeepingRoom, monkeypatch: pytest.MonkeyPatch
) -> metronome.Metronome:
    monkeypatch.setattr(room, "furnish", lambda *_, **__: sending)
    return metronome.Metronome(settings, nullcontext)


@pytest.fixture
def declared(ours: metronome.Metronome, settings: config.Settings, clock: FakeClock) -> Any:
    def _declare(*platforms: Platform) -> None:
        samples.add(*platforms)
        body = samples.declaration(items=[{"sha256": samples.SHA256}])
        parsed = declaration.parse(body, now=clock.now(), to_ascii=addresses.to_ascii)
        declare.declare(parsed, settings=settings, now=clock.now(), actor="cli")

    return _declare


def hook(number: int, host: str) -> Platform:
    """A platform with one webhook, which is its own address."""
    name, url = f"p{number}.example", f"https://{host}/{number}"
    endpoint = samples.endpoint(url, channel="webhook", provider=provider.of(alert.Channel.WEBHOOK, url))
    reached = samples.contact(endpoints=[endpoint])
    return samples.platform(f"p-{number:03}", name=name, domains=(name,), contacts=[reached])


def start(clock: FakeClock, queue: alert.Queue, limit: int, *, full: tuple[str, ...] = ()) -> list[Claimed]:
    """A worker puts some on the wire."""
    now = clock.now()
    with db.transaction() as session:
        taken = alerts.claim(session, queue, owner=WORKER, now=now, limit=limit, full=full, at_once=True)
    return taken.held


def renew(clock: FakeClock, held: list[Claimed]) -> None:
    with db.transaction() as session:
        alerts.renew(session, [one.id for one in held], owner=WORKER, now=clock.now())


def waiting() -> int:
    with db.reading() as session:
        return session.scalars(sa.select(sa.func.count()).where(Alert.state == "planned")).one()


def test_a_long_fan_out_is_left_to_the_worker_that_drains_it(
    declared: Any, ours: metronome.Metronome, sending: KeepingRoom, clock: FakeClock
) -> None:
    declared(*samples.registry(12))
    for _ in range(5):
        clock.advance(seconds=2)
        start(clock, MAIL, 1)
        ours.drain(MAIL)
    assert (sending.addresses(), waiting()) == ([], 7)


def test_what_a_dead_worker_left_leaves_within_ten_seconds(
    declared: Any, ours: metronome.Metronome, sending: KeepingRoom, clock: FakeClock
) -> None:
    declared(*samples.registry(5))
    clock.advance(seconds=30)
    start(clock, MAIL, 2)  # and dies
    sent_after = []
    for second in range(2, 11, 2):
        clock.advance(seconds=2)
        ours.drain(MAIL)
        sent_after += [second] * (len(sending.addresses()) - len(sent_after))
    assert sent_after == [6, 6, 6]


def test_a_drain_that_has_ended_holds_back_nothing(
    declared: Any, ours: metronome.Metronome, sending: KeepingRoom, clock: FakeClock
) -> None:
    declared(*samples.registry(3))
    start(clock, MAIL, 2)
    clock.advance(seconds=5)
    ended = {"state": "accepted", "accepted_at": clock.now(), "ended_at": clock.now()}
    with db.transaction() as session:  # the worker knows of nothing more: its broker is gone
        session.execute(sa.update(Alert).where(Alert.owner == WORKER).values(**ended))
    ours.drain(MAIL)
    assert len(sending.addresses()) == 1


def test_a_worker_that_hangs_at_one_provider_keeps_nobody_from_the_others(
    declared: Any, ours: metronome.Metronome, sending: KeepingRoom, clock: FakeClock
) -> None:
    slow = [hook(number, "slow.example") for number in range(10)]
    declared(*slow, *[hook(number, "fast.example") for number in range(10, 13)])
    held = start(clock, OTHER, 8, full=("webhook:fast.example",))  # all that slow.example takes at once
    clock.advance(seconds=5)
    renew(clock, held)
    ours.drain(OTHER)
    assert sending.addresses() == []
    clock.advance(seconds=1)
    ours.drain(OTHER)
    assert sorted(sending.addresses()) == [f"https://fast.example/{number}" for number in range(10, 13)]
    clock.advance(seconds=4)
    renew(clock, held)  # it renews what can't be on the wire any more
    ours.drain(OTHER)
    assert sorted(sending.addresses())[3:] == ["https://slow.example/8", "https://slow.example/9"]


def test_a_process_that_renews_and_never_sends_holds_back_nothing_but_its_own(
    declared: Any, ours: metronome.Metronome, sending: KeepingRoom, clock: FakeClock
) -> None:
    declared(*samples.registry(5))
    held = start(clock, MAIL, 2)
    for _ in range(2):
        clock.advance(seconds=5)
        renew(clock, held)
        ours.drain(MAIL)
    assert len(sending.addresses()) == 3
