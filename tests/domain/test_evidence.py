"""What is proof that a platform has the message."""

from datetime import UTC, datetime, timedelta

import pytest

from crisis.domain import evidence
from crisis.domain.evidence import Evidence, Kind

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "rank", "is_proof"),
    [
        ("our_relay", 0, False),
        ("their_server", 1, False),
        ("delivery_report", 2, True),
        ("provider_receipt", 3, True),
        ("machine_read", 4, True),
        ("portal", 5, True),
        ("reached_by_phone", 6, True),
        ("answered", 7, True),
    ],
)
def test_the_kinds_rise(kind: str, rank: int, is_proof: bool) -> None:
    assert evidence.RANK[Kind(kind)] == rank
    assert (Kind(kind) in evidence.PROOF) is is_proof


def test_there_are_no_other_kinds() -> None:
    assert len(Kind) == 8
    assert "opened" not in list(Kind)


def test_the_first_of_each_kind_counts_weakest_first() -> None:
    given = [
        Evidence(Kind.ANSWERED, T + timedelta(minutes=4)),
        Evidence(Kind.OUR_RELAY, T + timedelta(seconds=2)),
        Evidence(Kind.OUR_RELAY, T + timedelta(seconds=1)),
    ]
    assert evidence.earliest_of_each_kind(given) == [given[2], given[0]]


def test_it_is_received_with_the_first_proof() -> None:
    hope = [Evidence(Kind.OUR_RELAY, T), Evidence(Kind.THEIR_SERVER, T)]
    assert evidence.received_at(hope) is None
    proof = [
        Evidence(Kind.ANSWERED, T + timedelta(minutes=9)),
        Evidence(Kind.DELIVERY_REPORT, T + timedelta(minutes=1)),
    ]
    assert evidence.received_at(hope + proof) == T + timedelta(minutes=1)
