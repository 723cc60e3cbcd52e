"""When something is said to have happened: texts that people type, read in their zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from crisis.domain import claimed
from crisis.domain.claimed import Moment, Unclear, UnclearTime

PARIS = ZoneInfo("Europe/Paris")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NAMED = utc("2026-11-21 02:02:30")
NOW = utc("2026-11-21 02:40:10")


@pytest.mark.parametrize(
    ("text", "at", "exact"),
    [
        ("03:10", "2026-11-21 02:10:00", False),
        ("3:10", "2026-11-21 02:10:00", False),
        ("03h10", "2026-11-21 02:10:00", False),
        ("03.10", "2026-11-21 02:10:00", False),
        (" 03:10:05 ", "2026-11-21 02:10:05", True),
        ("2026-11-21 03:10", "2026-11-21 02:10:00", False),
        ("2026-11-21T03:10:05", "2026-11-21 02:10:05", True),
        ("21.11.2026 03:10", "2026-11-21 02:10:00", False),
        ("21/11/2026 03:10", "2026-11-21 02:10:00", False),
        ("2026-11-21T02:10:05Z", "2026-11-21 02:10:05", True),
        ("02:10 UTC", "2026-11-21 02:10:00", False),
        ("2026-11-21T04:10:00+02:00", "2026-11-21 02:10:00", True),
        ("03:42", "2026-11-21 02:42:00", False),  # under two minutes ahead: a clock that runs fast
        ("02:30", "2026-11-21 01:30:00", False),  # before we asked, today
    ],
)
def test_a_time_is_read_in_the_zone_shown(text: str, at: str, exact: bool) -> None:
    assert claimed.read(text, zone=PARIS, named_at=NAMED, now=NOW) == Moment(utc(at), exact)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "03:61", "2026-13-01 03:10", "03:10 CET", "٠٣:١٠x", "3"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(UnclearTime) as error:
        claimed.read(text, zone=PARIS, named_at=NAMED, now=NOW)
    assert error.value.why is Unclear.UNREADABLE


@pytest.mark.parametrize("text", ["03:43", "04:30", "23:50", "2026-11-22 03:10", "2027-01-01 00:00"])
def test_more_than_two_minutes_ahead_is_refused(text: str) -> None:
    with pytest.raises(UnclearTime) as error:
        claimed.read(text, zone=PARIS, named_at=NAMED, now=NOW)
    assert error.value.why is Unclear.FUTURE
    assert list(error.value.fields) == ["happened_at"]


def test_yesterday_evening_is_meant_when_we_asked_before_midnight() -> None:
    named, now = utc("2026-11-20 22:30:00"), utc("2026-11-20 23:10:00")  # 23:30 and 00:10 in Paris
    assert claimed.read("23:50", zone=PARIS, named_at=named, now=now).at == utc("2026-11-20 22:50:00")


def test_two_minutes_ahead_may_be_tomorrow() -> None:
    named, now = utc("2026-11-20 22:30:00"), utc("2026-11-20 22:59:30")
    assert claimed.read("00:01", zone=PARIS, named_at=named, now=now).at == utc("2026-11-20 23:01:00")


def test_when_the_clock_is_turned_back_only_one_of_two_may_be_meant() -> None:
    named = utc("2026-10-25 00:40:00")  # 02:40 in summer time
    first = claimed.read("02:50", zone=PARIS, named_at=named, now=utc("2026-10-25 00:55:00"))
    assert first.at == utc("2026-10-25 00:50:00")
    second = claimed.read("02:30", zone=PARIS, named_at=named, now=utc("2026-10-25 01:35:00"))
    assert second.at == utc("2026-10-25 01:30:00")


def test_when_both_may_be_meant_it_is_asked_in_utc() -> None:
    named, now = utc("2026-10-25 00:10:00"), utc("2026-10-25 01:50:00")
    with pytest.raises(UnclearTime) as error:
        claimed.read("02:30", zone=PARIS, named_at=named, now=now)
    assert error.value.why is Unclear.TWICE
    assert claimed.read("00:30 UTC", zone=PARIS, named_at=named, now=now).at == utc("2026-10-25 00:30:00")


def test_when_the_clock_is_turned_forward_an_hour_never_came() -> None:
    with pytest.raises(UnclearTime) as error:
        claimed.read(
            "2026-03-29 02:30", zone=PARIS, named_at=utc("2026-03-29 00:50:00"), now=utc("2026-03-29 01:40:00")
        )
    assert error.value.why is Unclear.SKIPPED


def test_the_minute_in_which_we_asked_is_not_before() -> None:
    told = claimed.read("03:02", zone=PARIS, named_at=NAMED, now=NOW)
    assert not told.is_before(NAMED)
    assert told.since(NAMED) == NAMED
    assert claimed.read("03:01", zone=PARIS, named_at=NAMED, now=NOW).is_before(NAMED)
    assert Moment(utc("2026-11-21 02:02:29")).is_before(NAMED)


def test_an_instant_given_by_a_program_is_not_to_come() -> None:
    assert claimed.instant(utc("2026-11-21 02:42:10"), now=NOW) == Moment(utc("2026-11-21 02:42:10"))
    with pytest.raises(UnclearTime):
        claimed.instant(utc("2026-11-21 02:42:11"), now=NOW)
