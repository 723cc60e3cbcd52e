"""Receipts of providers: in any order, twice, too early or about nothing of ours, they end in one state."""

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import permutations

import pytest

from crisis import config
from crisis.domain.receipt import Receipt as Said
from crisis.domain.receipt import Status
from crisis.store import db
from crisis.store.models import Alert, Event, Receipt, Timer
from crisis.workflows import declare, receive_receipt
from tests.parts import samples
from tests.parts.clock import START, FakeClock
from tests.parts.rows import rows

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def sent(declared: Declare, settings: config.Settings) -> Alert:
    """An alert by a message service that has taken it under the id SM1."""
    way = samples.endpoint("twilio://AC1:key@15550100/15550101", channel="apprise")
    samples.add(samples.platform(contacts=[samples.contact(1, endpoints=[way])]))
    declared()
    return bring("accepted")


def bring(state: str) -> Alert:
    with db.transaction() as session:
        row = session.query(Alert).one()
        row.state, row.remote_id, row.provider = state, "SM1", "apprise:twilio"
        row.accepted_at, row.delivered_at, row.delivered_by, row.ended_at = START, None, None, None
        return row


def say(clock: FakeClock, status: Status, *, about: str = "SM1", source: str = "twilio", **parts: object) -> bool:
    said = Said(source, about, status, **parts)  # type: ignore[arg-type]
    return receive_receipt.take(said, now=clock.advance(seconds=1))


def state() -> tuple[str, str | None]:
    (row,) = rows(Alert)
    return row.state, row.delivered_by


def test_a_delivery_told_by_the_provider_is_proof(sent: Alert, clock: FakeClock) -> None:
    assert say(clock, Status.SENT)
    assert state() == ("accepted", None)
    assert say(clock, Status.DELIVERED)
    assert state() == ("delivered", "provider_receipt")
    assert rows(Event, Event.kind == "alerts.delivered")


def test_what_was_not_delivered_fails_and_the_ladder_moves_on(sent: Alert, clock: FakeClock) -> None:
    say(clock, Status.FAILED, code="30003", detail="unreachable destination handset")
    assert state() == ("failed", None)
    assert rows(Alert)[0].detail == "30003 unreachable destination handset"
    assert [one.action for one in rows(Timer, Timer.ladder == "failure")] == ["tell_failed"]


def test_the_same_receipt_again_changes_nothing(sent: Alert, clock: FakeClock) -> None:
    assert say(clock, Status.DELIVERED)
    count = len(rows(Event))
    assert not say(clock, Status.DELIVERED)
    assert (len(rows(Event)), len(rows(Receipt))) == (count, 1)


@pytest.mark.parametrize("seed", range(3))
def test_any_order_and_any_repetition_end_in_the_same_state(sent: Alert, clock: FakeClock, seed: int) -> None:
    dice = random.Random(seed)
    later = START + timedelta(minutes=1)
    told = dice.sample(
        [
            (Status.QUEUED, None),
            (Status.SENT, None),
            (Status.DELIVERED, START),
            (Status.FAILED, later),
            (Status.DELIVERED, later),
            (Status.TRYING, later),
        ],
        3,
    )
    ends = set()
    for order in permutations(told):
        with db.transaction() as session:
            session.query(Receipt).delete()
        bring("accepted")
        for status, at in [*order, order[0]]:
            say(clock, status, said_at=at)
        ends.add(state())
    assert len(ends) == 1


def test_a_receipt_that_is_faster_than_our_commit_waits_for_it(sent: Alert, clock: FakeClock) -> None:
    with db.transaction() as session:
        row = session.query(Alert).one()
        row.state, row.remote_id = "started", None
    assert say(clock, Status.DELIVERED)
    assert receive_receipt.settle(now=clock.advance(seconds=2)) == 0
    bring("accepted")
    assert receive_receipt.settle(now=clock.advance(seconds=2)) == 1
    assert state() == ("delivered", "provider_receipt")


def test_a_receipt_about_nothing_of_ours_is_given_up_in_the_end(sent: Alert, clock: FakeClock) -> None:
    say(clock, Status.FAILED, about="SM-of-somebody-else")
    assert receive_receipt.settle(now=clock.advance(minutes=9)) == 0
    assert receive_receipt.settle(now=clock.advance(minutes=2)) == 1
    assert rows(Receipt)[0].result == "unknown"
    assert state() == ("accepted", None)


def test_an_id_of_one_provider_means_nothing_to_another(sent: Alert, clock: FakeClock) -> None:
    with db.transaction() as session:
        session.query(Alert).one().provider = "apprise:another"
    say(clock, Status.FAILED)
    assert state() == ("accepted", None)


def test_a_gateway_may_name_our_id_or_its_own(sent: Alert, clock: FakeClock) -> None:
    say(clock, Status.DELIVERED, about=str(sent.id), source="signed")
    assert state() == ("delivered", "provider_receipt")
    say(clock, Status.FAILED, about="SM1", source="signed")
    assert state() == ("failed", None)


def test_a_cancelled_alert_stays_cancelled(sent: Alert, clock: FakeClock) -> None:
    bring("cancelled")
    say(clock, Status.DELIVERED)
    assert state() == ("cancelled", None)
