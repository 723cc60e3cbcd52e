"""How much of a provider may be used, and how long that takes."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import config, errors
from crisis.domain import pace
from crisis.domain.pace import Bucket, Limit, Part

RULES = (
    "email connections=20 rate=200/s batch=500; webhook connections=4; webhook:hooks.big.example connections=64;"
    " apprise:twilio rate=60/min connections=2;"
)


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        ("email", Limit(20, 200.0, 500)),
        ("webhook:hooks.example", Limit(4, None, 0)),
        ("webhook:hooks.big.example", Limit(64, None, 0)),
        ("webhook", Limit(4, None, 0)),
        ("apprise:twilio", Limit(2, 1.0, 1)),
        ("apprise:slack", Limit(16, None, 1)),
        ("phone", Limit(16, None, 1)),
    ],
)
def test_the_longest_name_that_begins_a_provider_decides(provider: str, expected: Limit) -> None:
    assert pace.parse(RULES).for_provider(provider) == expected


def test_without_rules_each_channel_has_its_default() -> None:
    limits = pace.parse("", mail_connections=12)
    assert limits.for_provider("email") == Limit(12, None, 100)
    assert limits.for_provider("webhook:hooks.example") == Limit(8, None, 0)
    assert limits.for_provider("apprise:ntfys") == Limit(16, None, 1)


def test_a_longer_rule_leaves_alone_what_it_does_not_name() -> None:
    limits = pace.parse("apprise connections=3 rate=2/s; apprise:ntfy connections=9")
    assert limits.for_provider("apprise:ntfys") == Limit(9, 2.0, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("mail connections=2", "“mail” is no channel"),
        ("email", "sets nothing"),
        ("email 16", "neither connections=, rate= nor batch="),
        ("email connections=0", "whole number from 1 to 1024"),
        ("email connections=many", "whole number from 1 to 1024"),
        ("email connections=²", "whole number from 1 to 1024"),
        ("email rate=200", "write it like 200/s"),
        ("email rate=0/s", "write it like 200/s"),
        ("email rate=2/day", "write it like 200/s"),
        ("email batch=-1", "whole number from 0"),
        ("email rate=1/s; email rate=2/s", "two rules for “email”"),
    ],
)
def test_a_rule_that_does_not_fit_stops_the_start_with_what_is_expected(text: str, says: str) -> None:
    with pytest.raises(errors.InvalidSetting, match="CRISIS_LIMITS: ") as caught:
        config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_LIMITS": text})
    assert says in str(caught.value)


def test_the_mail_host_of_the_setting_says_how_many_connections_it_takes_unless_a_rule_does() -> None:
    given = {"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": "smtp://mail.example?connections=5"}
    assert config.load(given).pace.for_provider("email").connections == 5
    given["CRISIS_LIMITS"] = "email connections=7"
    assert config.load(given).pace.for_provider("email").connections == 7


def test_processes_share_what_a_provider_takes_and_waste_none_of_it() -> None:
    limit = Limit(20, 100.0, 100)
    parts = [pace.share(limit, Part(2, place)) for place in (0, 1, None)]
    assert [one.connections for one in parts] == [10, 10, 1]  # the last one beside none of the others
    assert [one.rate_per_second for one in parts] == pytest.approx([45.0, 45.0, 10.0])
    assert pace.share(limit, pace.WHOLE) == limit
    assert [pace.share(Limit(8, None, 0), Part(3, place)).connections for place in (0, 1, 2)] == [3, 3, 2]


def test_every_process_has_at_least_one_connection() -> None:
    assert [pace.share(Limit(2, None, 0), Part(3, place)).connections for place in (0, 1, 2, None)] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("count", "limit", "expected"),
    [
        (0, Limit(8, None, 0), 0.0),
        (1, Limit(8, 1.0, 0), 0.05),
        (10_000, Limit(20, None, 0), 25.0),
        (10_000, Limit(20, 200.0, 0), 50.045),
        (9, Limit(8, None, 0), 0.1),
        (10, Limit(8, 1.0, 0), 9.05),
    ],
)
def test_the_estimate_is_what_connections_and_rate_allow(count: int, limit: Limit, expected: float) -> None:
    assert pace.seconds(count, limit, timedelta(milliseconds=50)) == pytest.approx(expected)


def test_a_full_bucket_lets_a_burst_go_and_then_one_at_a_time() -> None:
    bucket = Bucket(2.0, burst=3)
    assert bucket.room(10.0) == 3
    bucket = bucket.take(10.0, 3)
    assert (bucket.room(10.0), bucket.wait_seconds(10.0)) == (0, 0.5)
    assert (bucket.room(10.5), bucket.wait_seconds(10.5)) == (1, 0.0)
    assert bucket.room(100.0) == 3


def test_what_was_taken_too_early_is_owed() -> None:
    bucket = Bucket(1.0).take(0.0, 5)
    assert (bucket.room(4.9), bucket.wait_seconds(0.0), bucket.room(5.0)) == (0, 5.0, 1)


@given(
    rate=st.floats(0.01, 1000),
    burst=st.integers(1, 50),
    delays=st.lists(st.floats(0, 2), max_size=60),
)
def test_a_bucket_never_gives_more_than_its_rate_and_loses_nothing_to_whoever_waits_exactly(
    rate: float, burst: int, delays: list[float]
) -> None:
    bucket, now, sent = Bucket(rate, burst), 0.0, 0
    for _ in range(40):  # a sender that always has something to send, and starts it the moment that it may
        now += bucket.wait_seconds(now)
        bucket, sent = bucket.take(now), sent + 1
    assert now == pytest.approx((sent - burst) / rate if sent > burst else 0.0, rel=1e-6)
    bucket, now, sent = Bucket(rate, burst), 0.0, 0
    for delay in delays:
        now += delay
        room = bucket.room(now)
        bucket, sent = bucket.take(now, room) if room else bucket, sent + room
        assert sent <= burst + now * rate + 1e-6
