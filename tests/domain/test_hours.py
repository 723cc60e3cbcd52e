"""When a contact can be reached."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import hours
from tests.domain.registries import contact

MONDAY = datetime(2026, 11, 16, tzinfo=UTC)


def at(day: str, clock: str) -> datetime:
    hour, minute = clock.split(":")
    return MONDAY + timedelta(days=hours.DAYS.index(day), hours=int(hour), minutes=int(minute))


@pytest.mark.parametrize(
    ("written", "day", "clock", "covered"),
    [
        ("24/7", "Sun", "03:06", True),
        ("Mon-Fri 08:00-18:00", "Mon", "08:00", True),
        ("Mon-Fri 08:00-18:00", "Mon", "07:59", False),
        ("Mon-Fri 08:00-18:00", "Fri", "17:59", True),
        ("Mon-Fri 08:00-18:00", "Fri", "18:00", False),
        ("Mon-Fri 08:00-18:00", "Sat", "12:00", False),
        ("Sat,Sun 10:00-16:00", "Sun", "10:00", True),
        ("Sat,Sun 10:00-16:00", "Fri", "10:00", False),
        ("Mon,Wed-Fri 08:00-09:00", "Tue", "08:30", False),
        ("Mon,Wed-Fri 08:00-09:00", "Thu", "08:30", True),
        ("Fri-Mon 08:00-09:00", "Sun", "08:30", True),
        ("Fri-Mon 08:00-09:00", "Tue", "08:30", False),
        ("Fri 22:00-06:00", "Fri", "23:00", True),
        ("Fri 22:00-06:00", "Sat", "05:59", True),
        ("Fri 22:00-06:00", "Sat", "06:00", False),
        ("Fri 22:00-06:00", "Fri", "05:00", False),
        ("Sun 22:00-06:00", "Mon", "05:00", True),
        ("Mon-Fri 08:00-18:00; Sat,Sun 10:00-16:00", "Sat", "11:00", True),
        ("Mon-Fri 08:00-18:00;Sat 10:00-16:00", "Sat", "09:00", False),
        ("Mon 00:00-24:00", "Mon", "23:59", True),
        ("Mon 00:00-24:00", "Tue", "00:00", False),
    ],
)
def test_hours_cover_a_minute(written: str, day: str, clock: str, covered: bool) -> None:
    assert hours.covers(written, "UTC", at(day, clock)) is covered


def test_hours_are_meant_on_the_contacts_clock() -> None:
    office = contact(1, "a@a.example", hours="Mon-Fri 08:00-18:00", zone="Europe/Brussels")
    assert hours.on_duty(office, at("Mon", "07:00"))  # 08:00 in Brussels in winter
    assert not hours.on_duty(office, at("Mon", "17:00"))
    assert hours.local(office, at("Mon", "07:00")).hour == 8


def test_hours_follow_the_clocks_of_summer() -> None:
    summer = datetime(2026, 7, 20, 6, 30, tzinfo=UTC)
    assert hours.covers("Mon-Fri 08:00-18:00", "Europe/Brussels", summer)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "always",
        "24/7 ",
        "Mon-Fri",
        "08:00-18:00",
        "mon-fri 08:00-18:00",
        "Mon-Fri 8:00-18:00",
        "Mon 25:00-26:00",
        "Mon 08:60-09:00",
        "Mon 08:00-08:00",
        "Mon 24:00-08:00",
        "Mon 08:00-18:00; ",
        "Mon--Fri 08:00-18:00",
        "Lun 08:00-18:00",
        "Mon ٠٨:00-18:00",
        "Mon 08:00-18:00\n",
    ],
)
def test_rubbish_is_refused_with_an_example(written: str) -> None:
    with pytest.raises(errors.InvalidInput, match="Mon-Fri 08:00-18:00"):
        hours.parse(written)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "/etc/localtime", "Europe/Brussels\x00"]
)
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(errors.InvalidInput, match="no time zone"):
        hours.zone(name)


@given(st.integers(0, 6), st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 7 * 1440 - 1))
def test_a_span_covers_what_a_walk_through_its_minutes_covers(day: int, start: int, end: int, minute: int) -> None:
    if start == end:
        return
    written = f"{hours.DAYS[day]} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    length = (end - start) % 1440
    walked = {(day * 1440 + start + step) % (7 * 1440) for step in range(length)}
    assert hours.covers(written, "UTC", MONDAY + timedelta(minutes=minute)) is (minute in walked)
