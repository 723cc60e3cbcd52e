"""Tests that the demo sends to its own host only, whatever is configured."""

import argparse
import sys
import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crisis import config
from crisis.cli import up
from crisis.demo import cast, hooks, mailbox
from crisis.demo.platforms import Stage
from crisis.domain import alert
from crisis.jobs import room
from crisis.notify.sender import Envelope
from tests.notify.envelopes import sent

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)
HOSTILE = {
    "CRISIS_SMTP_URL": "smtps://user:password@mail.pixelly.example:465",
    "CRISIS_OUTBOUND_ALLOW": "0.0.0.0/0 ::/0 hooks.pixelly.example 192.0.2.7",
    "CRISIS_PUBLIC_URL": "https://desk.pixelly.example",
    "CRISIS_DEMO": "false",
    "CRISIS_DEMO_WEBHOOK_URL": "https://hooks.pixelly.example",
    "CRISIS_SECRET_KEY": "a-key-for-tests-only-0123456789abcdef",
}
ADDRESSES = {
    alert.Channel.EMAIL: ["crisis@pixelly.example", "crisis@[192.0.2.7]"],
    alert.Channel.WEBHOOK: ["https://hooks.pixelly.example/crisis", "http://192.0.2.7/", "http://[2001:db8::7]/x"],
    alert.Channel.APPRISE: [
        "ntfy://ntfy.pixelly.example/topic",
        "ntfy://topic",
        "mmost://192.0.2.7/token",
        "discord://1234567890/abcdefghijkl",
        "mailto://user:pass@pixelly.example",
    ],
}
# Apprise's own
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")
_seen: list[tuple[str, Any]] = []
_watching = threading.Event()


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _watching.is_set() and event in ("socket.connect", "socket.getaddrinfo"):
        _seen.append((event, arguments[1] if event == "socket.connect" else arguments[0]))


sys.addaudithook(_watch)  # for good: Python knows no way to take one away


@pytest.fixture
def seen() -> Iterator[list[tuple[str, Any]]]:
    """Every address that this process connects to or looks up, in whatever library."""
    _seen.clear()
    _watching.set()
    yield _seen
    _watching.clear()


@pytest.fixture
def hostile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> config.Settings:
    """What the parts of `crisis up --demo` get where the environment wants mail to leave."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("CRISIS_DATA_DIR", str(tmp_path))
    changes, *_ = up._changes(argparse.Namespace(demo=True, host="127.0.0.1", port=8000, speed=None))
    for name, value in config.child_environment({key: str(value) for key, value in changes.items()}).items():
        monkeypatch.setenv(name, value)
    return config.load()


def _is_loopback(event: str, where: Any) -> bool:
    if event == "socket.connect" and isinstance(where, str | bytes):
        return True  # a path: another thread's broker on this host
    host = where[0] if event == "socket.connect" and isinstance(where, tuple) else where
    return str(host) in ("127.0.0.1", "localhost", "::1")


def _envelope(channel: alert.Channel, address: str) -> Envelope:
    return Envelope(
        alert_id=uuid.UUID(int=1),
        channel=channel,
        address=address,
        payload=b'{"type":"crisis.alert"}' if channel is alert.Channel.WEBHOOK else b"Subject: x\r\n\r\nx\r\n",
        started_at=NOW,
        subject="x",
        secrets=("whsec_" + "MDEyMzQ1Njc4OWFiY2RlZg==",),
    )


def test_the_environment_does_not_decide_where_the_demo_sends(hostile: config.Settings, tmp_path: Path) -> None:
    assert hostile.demo
    assert hostile.smtp_url.startswith("smtp://127.0.0.1:")
    assert hostile.demo_webhook_url.startswith("http://127.0.0.1:")
    assert hostile.public_url == "http://127.0.0.1:8000"
    assert hostile.data_dir == tmp_path / "demo"


@pytest.mark.parametrize(("channel", "address"), [(key, one) for key, some in ADDRESSES.items() for one in some])
def test_no_channel_leaves_this_host(
    hostile: config.Settings, seen: list[tuple[str, Any]], channel: alert.Channel, address: str
) -> None:
    sender = room.furnish(hostile, owner="test", place=0).senders[channel]
    results = list(sent(sender, [_envelope(channel, address)]))
    sender.close()
    assert [result.outcome for _, result in results] != [alert.Outcome.ACCEPTED]
    assert [one for one in seen if not _is_loopback(*one)] == []


@pytest.mark.parametrize("channel", list(ADDRESSES))
def test_a_setting_that_reaches_the_senders_themselves_is_refused_too(
    seen: list[tuple[str, Any]], tmp_path: Path, channel: alert.Channel
) -> None:
    settings = config.load(
        {key: value for key, value in HOSTILE.items() if key != "CRISIS_DEMO"}, data_dir=tmp_path, demo=True
    )
    sender = room.furnish(settings, owner="test", place=0).senders[channel]
    for address in ADDRESSES[channel]:
        ((_, result),) = sent(sender, [_envelope(channel, address)])
        assert result.outcome is alert.Outcome.PERMANENT
    sender.close()
    assert [one for one in seen if not _is_loopback(*one)] == []


def test_simulated_platforms_follow_links_of_this_desk_only(tmp_path: Path) -> None:
    box = mailbox.Mailbox(tmp_path)
    own = "http://127.0.0.1:8000/a/7Qk2mN8pR4tV6xZ1aB3cDe"
    others = [
        "https://desk.pixelly.example/a/7Qk2mN8pR4tV6xZ1aB3cDe",
        "http://127.0.0.1:8000.pixelly.example/a/7Qk2mN8pR4tV6xZ1aB3cDe",
        "http://127.0.0.1:80000/a/7Qk2mN8pR4tV6xZ1aB3cDe",
        "http://127.0.0.1:8000/a/7Qk2mN8pR4tV6xZ1aB3cDeX",
    ]
    for link in [*others, own]:
        box.put(f"Subject: x\r\n\r\n{link}\r\n".encode(), recipient="crisis@beaconcast.example", sender="", now=NOW)
    stage = Stage(box, public_url="http://127.0.0.1:8000", speed=1, started_at=NOW)
    stage.look()
    assert {visit.visitor.link for visit in stage.due(datetime(2026, 3, 3, tzinfo=UTC))} == {own}


def test_the_receiver_of_webhooks_listens_on_this_computer_alone(tmp_path: Path) -> None:
    server = hooks.server(0, mailbox.Mailbox(tmp_path))
    assert server.server_address[0] == "127.0.0.1"
    server.server_close()


def test_a_new_start_repeats_nothing(tmp_path: Path) -> None:
    box = mailbox.Mailbox(tmp_path)
    link = "http://127.0.0.1:8000/a/7Qk2mN8pR4tV6xZ1aB3cDe"
    box.put(f"Subject: x\r\n\r\n{link}\r\n".encode(), recipient="crisis@beaconcast.example", sender="", now=NOW)
    later = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
    stage = Stage(box, public_url="http://127.0.0.1:8000", speed=1, started_at=later)
    stage.look()
    assert stage.due(later) == []


def test_what_was_done_a_moment_ago_stays_behind_the_alert_at_any_speed() -> None:
    assert cast.at_speed(cast.PROMPT.acts[1], 20).ago == 0.2
    assert cast.at_speed(cast.EARLY.acts[0], 20).ago == 1_800
    assert cast.at_speed(cast.PROMPT.acts[0], 20) == cast.PROMPT.acts[0]


def test_speed_scales_the_waiting_of_the_platforms() -> None:
    act = cast.PROMPT.acts[0]
    slow = cast.waits(act, address="crisis@beaconcast.example", ref="EX-2026-0001", speed=1)
    assert act.after * 0.7 <= slow <= act.after * 1.3
    assert cast.waits(act, address="crisis@beaconcast.example", ref="EX-2026-0001", speed=10) == slow / 10
