"""How long a fan-out takes: of the right size for the limits of each provider."""

from datetime import timedelta

import pytest

from crisis.domain import estimate, pace
from crisis.domain.alert import Channel
from crisis.domain.first_round import Send
from crisis.domain.registry import Contact, Endpoint
from crisis.store import keys

MS = timedelta(milliseconds=1)
WHO = Contact(keys.new(), 1, "Desk", "en", "Europe/Brussels", "24/7")


def sends(count: int, channel: Channel, address: str, provider: str = "") -> list[Send]:
    return [Send(WHO, Endpoint(keys.new(), channel, address, provider=provider)) for _ in range(count)]


def mails(count: int) -> list[Send]:
    return sends(count, Channel.EMAIL, "crisis@pixelly.example")


def only(found: tuple[estimate.Line, ...]) -> estimate.Line:
    (line,) = found
    return line


@pytest.mark.parametrize(
    ("limits", "count", "trip", "seconds"),
    [
        ("email connections=20", 10_000, 50 * MS, 25.0),
        ("email rate=100/s connections=64", 10_000, 50 * MS, 100.0),
        ("email rate=30/min connections=4", 61, 200 * MS, 120.2),
    ],
)
def test_connections_or_the_rate_decide_whichever_is_slower(
    limits: str, count: int, trip: timedelta, seconds: float
) -> None:
    line = only(estimate.of(mails(count), limits=pace.parse(limits), round_trips={Channel.EMAIL: trip}))
    assert (line.count, line.measured) == (count, True)
    assert line.seconds == pytest.approx(seconds, rel=0.01)


def test_a_message_service_has_a_line_and_limits_of_its_own() -> None:
    limits = pace.parse("apprise:twilio rate=1/s connections=2")
    asked = sends(30, Channel.APPRISE, "sealed:1:x", "apprise:twilio") + sends(4, Channel.APPRISE, "ntfy://n.example/a")
    first, second = estimate.of(asked, limits=limits, round_trips={})
    assert (first.service, first.count) == ("ntfy", 4)
    assert first.seconds == pytest.approx(0.5)
    assert (second.service, second.count) == ("twilio", 30)
    assert second.seconds == pytest.approx(29.5)
    assert estimate.last_out([first, second]) == second.seconds


def test_hosts_of_webhooks_are_served_at_the_same_time() -> None:
    asked = [send for host in range(50) for send in sends(1, Channel.WEBHOOK, f"https://h{host}.example/crisis")]
    line = only(estimate.of(asked, limits=pace.parse(""), round_trips={Channel.WEBHOOK: 40 * MS}))
    assert (line.channel, line.count, line.seconds) == (Channel.WEBHOOK, 50, pytest.approx(0.04))


def test_what_was_never_measured_is_assumed_and_says_so() -> None:
    line = only(estimate.of(mails(16), limits=pace.parse("email connections=16"), round_trips={}))
    assert (line.measured, line.seconds) == (False, pytest.approx(0.2))
    assert estimate.of([], limits=pace.parse(""), round_trips={}) == ()
    assert estimate.last_out([]) == 0
