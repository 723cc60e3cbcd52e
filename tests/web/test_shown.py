"""Tests of what pages are made of: states, the hour, times, vendored files, shortened tokens."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crisis.domain import alert, incident, item, notice
from crisis.web import hour, redact, states, times
from tests.web import site
from tools import vendor

TEN = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ELEVEN = TEN + timedelta(hours=1)


@pytest.mark.parametrize(
    ("kind", "machine"),
    [("incident", incident.State), ("notice", notice.State), ("item", item.Outcome), ("alert", alert.State)],
)
def test_every_state_has_a_glyph_and_a_word(website: site.Website, kind: str, machine: type[incident.State]) -> None:
    with website.app.test_request_context("/"):
        for value in machine:
            shown = states.show(kind, value)
            assert re.search(r'<use href="#\w+"/></svg>[A-Z][^<]+</span>$', shown), shown


def test_the_hour_fills_from_left_to_right(website: site.Website) -> None:
    with website.app.test_request_context("/"):
        drawn = hour.strip(starts_at=TEN, target_at=ELEVEN, now=TEN + timedelta(minutes=38, seconds=30))
    assert drawn.count('class="z1"') == 39
    assert drawn.count('class="z0"') == 7  # minutes 38 (half gone) to 44
    assert drawn.count('class="z2"') == 15
    assert "38 minutes gone" in drawn


def test_after_the_aim_the_hour_is_full(website: site.Website) -> None:
    with website.app.test_request_context("/"):
        drawn = hour.strip(
            starts_at=TEN,
            target_at=ELEVEN,
            now=TEN + timedelta(hours=3),
            ticks=[(5, "next"), (60, "aim")],
        )
    assert drawn.count('class="z1"') == 60
    assert drawn.count("<line") == 2


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(0), "00:00"),
        (timedelta(minutes=38, seconds=47), "38:47"),
        (timedelta(hours=1, minutes=2, seconds=3), "1:02:03"),
        (-timedelta(minutes=12, seconds=44), "12:44"),
    ],
)
def test_durations_are_written_like_a_clock(length: timedelta, text: str) -> None:
    assert times.duration(length) == text


def test_a_time_is_never_without_its_zone_and_utc(website: site.Website) -> None:
    with website.app.test_request_context("/"):
        assert times.both(TEN) == '<time datetime="2026-03-02T10:00:00Z">11:00:00 CET · 10:00:00 UTC</time>'


def test_another_day_is_named(website: site.Website) -> None:
    with website.app.test_request_context("/"):
        assert ">28 Feb 11:00<" in times.short(TEN - timedelta(days=2))
        assert ">31 Dec 2025 11:00<" in times.short(datetime(2025, 12, 31, 10, 0, tzinfo=UTC))


def test_vendored_files_manifest_and_lock_agree() -> None:
    assert vendor.check() == []


def test_no_vendored_file_loads_from_elsewhere() -> None:
    for path in Path(vendor.TARGET).glob("*.js"):
        assert "sourceMappingURL" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("line", "shortened"),
    [
        ("GET /a/7Qk2mN8pR4tV6xZ1aB3cDe HTTP/1.1", "GET /a/7Qk2… HTTP/1.1"),
        ("GET /a/7Qk2mN8pR4tV6xZ1aB3cDe/items?x=1", "GET /a/7Qk2…/items?x=1"),
        ("/account/set-up/abcdEFGH_-ijk", "/account/set-up/abcd…"),
        ("/assets/app.css?v=123", "/assets/app.css?v=123"),
        ("/registry", "/registry"),
    ],
)
def test_a_token_is_shortened_before_it_reaches_a_log(line: str, shortened: str) -> None:
    assert redact.path(line) == shortened
