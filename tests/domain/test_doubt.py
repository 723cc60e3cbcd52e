"""Whether a person sent a form."""

from datetime import UTC, datetime, timedelta

import pytest

from crisis.domain import doubt
from crisis.domain.doubt import Doubt

NOW = datetime(2026, 11, 21, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "own", "expected"),
    [
        (0.0, True, Doubt.TOO_FAST),
        (1.999, True, Doubt.TOO_FAST),
        (2.0, True, None),
        (1800.0, True, None),
        (60.0, False, Doubt.FOREIGN_ORIGIN),
        (-3600.0, True, Doubt.UNSIGNED),
        (None, True, Doubt.UNSIGNED),
        (None, False, Doubt.FOREIGN_ORIGIN),
    ],
)
def test_a_form_is_believed_two_seconds_after_its_page(
    seconds: float | None, own: bool, expected: Doubt | None
) -> None:
    shown = None if seconds is None else NOW - timedelta(seconds=seconds)
    assert doubt.about(shown, own_origin=own, now=NOW) is expected


def test_a_form_is_old_after_thirty_minutes() -> None:
    assert not doubt.is_old(NOW - timedelta(minutes=30), now=NOW)
    assert doubt.is_old(NOW - timedelta(minutes=30, seconds=1), now=NOW)
    assert not doubt.is_old(None, now=NOW)


@pytest.mark.parametrize(
    ("origin", "fetch_site", "own"),
    [
        ("https://desk.example", "same-origin", True),
        ("https://DESK.example", None, True),
        (None, None, True),
        (None, "same-origin", True),
        ("null", "same-origin", True),
        ("null", None, False),
        ("null", "cross-site", False),
        ("https://desk.example.evil.example", None, False),
        ("http://desk.example", None, False),
        ("https://evil.example", "cross-site", False),
        (None, "cross-site", False),
        (None, "same-site", False),
    ],
)
def test_only_our_own_page_may_send_a_form(origin: str | None, fetch_site: str | None, own: bool) -> None:
    assert doubt.is_own_origin(origin, fetch_site, own=["https://desk.example"]) is own
