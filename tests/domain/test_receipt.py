"""Receipts in any order: the same ones always end in the same state."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import alert, receipt
from crisis.domain.evidence import Kind
from crisis.domain.receipt import Kept, Receipt, Status

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)

kept = st.builds(
    Kept,
    source=st.sampled_from(["mail", "twilio", "signed"]),
    status=st.sampled_from(list(Status)),
    code=st.sampled_from(["", "5.1.1", "30003"]),
    said_at=st.sampled_from([None, T, T + timedelta(seconds=9)]),
)


def said(status: Status, at: datetime | None = None) -> Kept:
    return Kept("twilio", status, "", at)


@given(st.lists(kept, max_size=6), st.randoms())
def test_any_order_with_any_repetition_ends_in_the_same(receipts: list[Kept], dice) -> None:  # type: ignore[no-untyped-def]
    mixed = receipts + receipts[:3]
    dice.shuffle(mixed)
    assert receipt.decisive(mixed) == receipt.decisive(receipts)


@pytest.mark.parametrize(
    ("statuses", "event"),
    [
        ([Status.QUEUED, Status.SENDING, Status.SENT], None),
        ([Status.TRYING], None),
        ([Status.SENT, Status.DELIVERED], alert.Event.DELIVER),
        ([Status.TRYING, Status.DELIVERED], alert.Event.DELIVER),
        ([Status.QUEUED, Status.FAILED], alert.Event.FAIL),
        ([Status.DELIVERED, Status.FAILED], alert.Event.FAIL),  # without a time the safe one holds
    ],
)
def test_an_older_status_never_overwrites_a_newer_one(statuses: list[Status], event: alert.Event | None) -> None:
    for order in permutations(statuses):
        held = receipt.decisive([said(one) for one in order])
        assert (None if held is None else receipt.event(held)) == event


def test_of_two_ends_the_newer_by_their_clock_holds() -> None:
    failed, delivered = said(Status.FAILED, T), said(Status.DELIVERED, T + timedelta(minutes=1))
    assert receipt.decisive([delivered, failed]) == delivered
    assert receipt.decisive([said(Status.FAILED, T + timedelta(minutes=2)), delivered, failed]).status is Status.FAILED  # type: ignore[union-attr]


def test_the_same_thing_said_twice_has_one_key() -> None:
    first = Receipt("twilio", "SM1", Status.SENT)
    assert first.key == Receipt("twilio", "SM1", Status.SENT, detail="other words").key
    others = [Receipt("twilio", "SM2", Status.SENT), Receipt("twilio", "SM1", Status.DELIVERED),
              Receipt("signed", "SM1", Status.SENT), Receipt("twilio", "SM1", Status.SENT, said_at=T)]  # fmt: skip
    assert len({first.key, *(one.key for one in others)}) == 5


def test_what_a_delivery_proves_depends_on_who_says_it() -> None:
    assert receipt.evidence("mail") is Kind.DELIVERY_REPORT
    assert receipt.evidence("twilio") is Kind.PROVIDER_RECEIPT
