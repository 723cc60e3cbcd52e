"""A name that lies: checked where it may point to, pointing to this network a moment later."""

import socket
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from crisis import config
from crisis.domain.alert import Channel, Outcome
from crisis.notify import links, posting, webhook
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import NOW, envelope, sent
from tests.parts.webhook_sink import WebhookSink

OUTSIDE, INSIDE = "127.0.0.2", "127.0.0.1"  # allowed by the setting, as a public address is; and not
SECRET = links.webhook_secret("k", UUID(int=5), 1)


class Name:
    """``hooks.example``, which points to ``points_to``; after it was asked ``then`` times, to this machine."""

    def __init__(self) -> None:
        self.points_to = [OUTSIDE]
        self.then = 1_000
        self.asked = 0

    def look_up(self, host: str, port: Any, *_: Any, **__: Any) -> list[Any]:
        assert host == "hooks.example", f"{host} was looked up"
        found = self.points_to if self.asked < self.then else [INSIDE]
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port or 0)) for ip in found]


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> Name:
    made, real = Name(), socket.getaddrinfo

    def _look_up(host: Any, port: Any, *args: Any, **more: Any) -> list[Any]:
        is_address = str(host).replace(".", "").isdigit()
        return real(host, port, *args, **more) if is_address else made.look_up(host, port)

    monkeypatch.setattr(socket, "getaddrinfo", _look_up)
    return made


@pytest.fixture
def inside() -> Iterator[WebhookSink]:
    """What must not be reached."""
    with WebhookSink(host=INSIDE) as sink:
        yield sink


@pytest.fixture
def outside(inside: WebhookSink) -> Iterator[WebhookSink]:
    """The same port at another address; free there, for nobody else on this machine uses that address."""
    with WebhookSink(inside.port, host=OUTSIDE) as sink:
        yield sink


@pytest.fixture
def sender() -> Iterator[webhook.Sender]:
    given = {"CRISIS_SECRET_KEY": "k", "CRISIS_OUTBOUND_ALLOW": OUTSIDE}
    made = webhook.Sender(config.load(given))
    yield made
    made.close()


def post(sender: webhook.Sender, to: WebhookSink, number: int = 1) -> Result:
    one: Envelope = envelope(
        f"http://hooks.example:{to.port}/",
        channel=Channel.WEBHOOK,
        payload=b"{}",
        secrets=(SECRET,),
        started_at=NOW,
        alert_id=UUID(int=number),
    )
    [(_, result)] = sent(sender, [one])
    return result


def test_the_post_goes_where_the_check_looked_though_the_name_points_inside_by_then(
    sender: webhook.Sender, name: Name, outside: WebhookSink, inside: WebhookSink
) -> None:
    name.then = 1
    results = [post(sender, outside, number) for number in range(3)]
    assert [one.outcome for one in results] == [Outcome.ACCEPTED] * 3
    assert (len(outside.posted), len(inside.posted), name.asked) == (3, 0, 1)


def test_when_it_is_looked_at_again_a_name_that_points_inside_is_refused(
    sender: webhook.Sender, name: Name, outside: WebhookSink, inside: WebhookSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "CHECKED_SECONDS", 0.0)
    name.then = 1
    first, second = post(sender, outside, 1), post(sender, outside, 2)
    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.PERMANENT)
    assert "CRISIS_OUTBOUND_ALLOW" in second.detail
    assert (len(outside.posted), len(inside.posted), name.asked) == (1, 0, 2)


def test_one_address_inside_among_others_is_enough_to_refuse(
    sender: webhook.Sender, name: Name, outside: WebhookSink, inside: WebhookSink
) -> None:
    name.points_to = [OUTSIDE, INSIDE]
    assert post(sender, outside).outcome is Outcome.PERMANENT
    assert outside.posted == inside.posted == []
