"""Instants as text and back."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crisis.domain import rfc3339


def test_an_instant_is_written_in_one_width() -> None:
    assert rfc3339.write(datetime(2026, 11, 21, 2, 6, tzinfo=UTC)) == "2026-11-21T02:06:00.000000Z"
    brussels = timezone(timedelta(hours=1))
    assert rfc3339.write(datetime(2026, 11, 21, 3, 6, 1, 5, tzinfo=brussels)) == "2026-11-21T02:06:01.000005Z"


def test_a_time_without_zone_is_not_written() -> None:
    with pytest.raises(ValueError, match="zone"):
        rfc3339.write(datetime(2026, 11, 21, 2, 6))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-21T10:02:00Z", datetime(2026, 11, 21, 10, 2, tzinfo=UTC)),
        ("2026-11-21T10:02Z", datetime(2026, 11, 21, 10, 2, tzinfo=UTC)),
        ("2026-11-21t11:02:00.5+01:00", datetime(2026, 11, 21, 10, 2, 0, 500000, tzinfo=UTC)),
        ("2026-11-21 10:02:00.123456789z", datetime(2026, 11, 21, 10, 2, 0, 123456, tzinfo=UTC)),
    ],
)
def test_an_instant_is_read_in_utc(given: str, expected: datetime) -> None:
    assert rfc3339.read(given) == expected


@pytest.mark.parametrize(
    "given", ["", "now", "2026-11-21", "2026-11-21T10:02:00", "2026-13-21T10:02:00Z", "0001-01-01T00:00:00+01:00"]
)
def test_what_is_no_instant_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match=r"zone|no such time"):
        rfc3339.read(given)
