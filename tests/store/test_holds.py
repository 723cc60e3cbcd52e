"""Who holds what of a queue, on both databases."""

from datetime import timedelta

import pytest

from crisis import config
from crisis.domain import alert, declaration
from crisis.domain.alert import Outcome, State
from crisis.domain.delivery import Claimed, Ended, Started
from crisis.domain.helping import Hold
from crisis.notify import addresses
from crisis.store import alerts, attempts, db, holds
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")

MAIL = alert.Queue.MAIL
OURS, THEIRS = "metronome@tests/boot-1/1", "mail@tests/boot-1/2"


def found(clock: FakeClock) -> list[Hold]:
    with db.reading() as session:
        return holds.of_others(session, MAIL, owner=OURS, now=clock.now())


def tended(clock: FakeClock) -> bool:
    with db.reading() as session:
        return holds.is_tended(session, MAIL, owner=OURS, now=clock.now())


def take(clock: FakeClock, owner: str, limit: int, *, starts: bool = True) -> list[Claimed]:
    with db.transaction() as session:
        taken = alerts.claim(session, MAIL, owner=owner, now=clock.now(), limit=limit, at_once=starts)
    return taken.held


@pytest.fixture
def five(settings: config.Settings, clock: FakeClock) -> None:
    """Five alerts that are due."""
    samples.add(*samples.registry(5))
    body = samples.declaration(items=[{"sha256": samples.SHA256}])
    parsed = declaration.parse(body, now=clock.now(), to_ascii=addresses.to_ascii)
    declare.declare(parsed, settings=settings, now=clock.now(), actor="cli")


def test_what_others_hold_is_counted_with_its_newest_start(five: None, clock: FakeClock) -> None:
    assert found(clock) == []
    take(clock, OURS, 1)
    assert found(clock) == []
    first = clock.now()
    take(clock, THEIRS, 2)
    clock.advance(seconds=2)
    take(clock, THEIRS, 1, starts=False)
    assert found(clock) == [Hold("email", 3, first)]
    second = clock.now()
    take(clock, THEIRS, 1)
    assert found(clock) == [Hold("email", 4, second)]


def test_a_lease_that_nobody_renews_counts_for_nothing_and_a_renewal_is_no_start(five: None, clock: FakeClock) -> None:
    started = clock.now()
    held = take(clock, THEIRS, 2)
    clock.advance(seconds=5.9)
    assert found(clock) == [Hold("email", 2, started)]
    clock.advance(seconds=0.1)
    assert found(clock) == []
    with db.transaction() as session:
        alerts.renew(session, [held[0].id], owner=THEIRS, now=clock.now())
    assert found(clock) == [Hold("email", 1, started)]


def test_a_queue_is_tended_while_another_process_starts_something(five: None, clock: FakeClock) -> None:
    take(clock, OURS, 1)
    take(clock, THEIRS, 1, starts=False)
    assert not tended(clock)  # our own is none, and nothing claimed has gone anywhere yet
    held = take(clock, THEIRS, 1)
    clock.advance(seconds=5.9)
    assert tended(clock)
    with db.transaction() as session:
        alerts.renew(session, [held[0].id], owner=THEIRS, now=clock.now())
    clock.advance(seconds=0.1)
    assert not tended(clock)  # it renews, and puts nothing on the wire
    take(clock, THEIRS, 1)
    assert tended(clock)


def test_the_start_of_an_earlier_try_is_none_of_this_one(five: None, clock: FakeClock) -> None:
    take(clock, THEIRS, 5)
    clock.advance(seconds=16)
    with db.transaction() as session:
        attempts.lose_expired(session, MAIL, now=clock.now(), limit=9)
    take(clock, THEIRS, 1, starts=False)
    assert found(clock) == [Hold("email", 1, None)]
    clock.advance(seconds=1)
    again = clock.now()
    take(clock, THEIRS, 1)
    assert found(clock) == [Hold("email", 2, again)]


def test_the_start_of_a_try_that_ended_is_none_of_a_claim_that_waits(five: None, clock: FakeClock) -> None:
    later = clock.now() + timedelta(seconds=1)
    refused = [
        Ended(Started(one, clock.now()), Outcome.TEMPORARY, State.WAITING_RETRY, clock.now(), later, "451 later")
        for one in take(clock, THEIRS, 5)
    ]
    with db.transaction() as session:
        attempts.finish(session, refused)
    clock.advance(seconds=2)
    take(clock, THEIRS, 5, starts=False)
    assert found(clock) == [Hold("email", 5, None)]
