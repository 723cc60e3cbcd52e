"""How the record writes a time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from crisis.store import records

WINTER = datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "text"),
    [
        (WINTER, "2026-01-02T03:04:05.000060Z"),
        (WINTER.replace(microsecond=0), "2026-01-02T03:04:05.000000Z"),
        (WINTER.astimezone(timezone(timedelta(hours=5, minutes=45))), "2026-01-02T03:04:05.000060Z"),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), "1969-12-31T23:59:59.999999Z"),
        (datetime(9999, 12, 31, tzinfo=UTC), "9999-12-31T00:00:00.000000Z"),
    ],
)
def test_a_moment_is_written_in_utc_with_microseconds(at: datetime, text: str) -> None:
    assert records.moment(at) == text
