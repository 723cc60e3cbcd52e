"""Stories of mail hosts and endpoints that refuse, hang, hang up, or lie: F15, F16 and F17 of the fault matrix."""

import socket
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime

import pytest

from tests.faults.conftest import RigOf
from tests.faults.rig import RECOVERY_SECONDS
from tests.parts import registries
from tests.parts.mail_sink import ACCEPTED, HANG_UP
from tests.parts.webhook_sink import WebhookSink

pytestmark = pytest.mark.flow

LATER, NEVER = "451 4.7.1 greylisted, come again", "550 5.1.1 no such mailbox"


def test_f15_every_reply_of_a_bad_mail_host_is_told_apart(rig_of: RigOf) -> None:
    """Of each address: 30 % temporary, 5 % permanent, 10 % hung up on after the data, and all of it slow."""
    rig = rig_of("postgresql")
    said = defaultdict[str, list[str]](list)
    dice = rig.dice

    def answer(recipient: str, _tries: int) -> str:
        at = dice.random()
        reply = LATER if at < 0.3 else NEVER if at < 0.35 else HANG_UP if at < 0.45 else ACCEPTED
        said[recipient].append(reply)
        return reply

    rig.mail.behaviour.answer = answer
    rig.mail.behaviour.message_delay = 0.1
    with rig.trouble():
        rig.declare()
        rig.settle(RECOVERY_SECONDS + 50)  # the last of four tries waits for 42 s in all
        rig.mail.behaviour.answer = lambda _recipient, _tries: ACCEPTED
    evidence = rig.verify()
    expected = {ACCEPTED: "accepted", LATER: "temporary", NEVER: "permanent", HANG_UP: "unknown"}
    told: dict[object, list[str]] = {one.id: [] for one in evidence.alerts}
    for one in sorted(evidence.attempts, key=lambda attempt: attempt.number):
        if one.code is not None or one.outcome == "unknown":  # others waited on a connection that was closed before
            told[one.alert_id].append(one.outcome)
    for one in (one for one in evidence.alerts if one.cause == "first"):
        assert told[one.id] == [expected[reply] for reply in said[one.address]], one.address
    assert {outcome for them in told.values() for outcome in them} == set(expected.values())


@pytest.fixture
def hanging() -> Iterator[list[str]]:
    """Ten hosts that take connections and say nothing."""
    with ExitStack() as stack:
        servers = [
            stack.enter_context(socket.create_server((f"127.0.0.{number}", 0), backlog=512)) for number in range(11, 21)
        ]
        yield [f"http://{host}:{port}/hook" for host, port in (one.getsockname() for one in servers)]


def test_f16_ten_hosts_that_hang_hold_up_no_healthy_one(rig_of: RigOf, hanging: list[str]) -> None:
    with WebhookSink() as sink:
        good = [sink.url(f"/{number}") for number in range(30)]
        addresses = [f"{url}/{number}" for url in hanging for number in range(10)] + good
        rig = rig_of("postgresql", registry=registries.hooks(addresses), outbound_allow="127.0.0.0/8")
        ref = rig.declare(platforms=len(addresses))
        sink.wait(len(good), seconds=30)
        declared = rig.desk.rows(f"SELECT declared_at FROM incident WHERE ref = '{ref}'")[0]["declared_at"]
        slowest = max(one.received_at for one in sink.posted) - _moment(declared)
        assert slowest.total_seconds() <= 5
        rig.settle(RECOVERY_SECONDS + 120)
        states = Counter(one["state"] for one in rig.desk.rows("SELECT state FROM alert WHERE channel = 'webhook'"))
        assert states == {"accepted": len(good), "failed": 100}
        rig.sinks.append(sink)
        rig.verify()


def test_f17_what_is_forbidden_is_never_connected_to_and_says_so(rig_of: RigOf) -> None:
    with WebhookSink() as inside, WebhookSink(host="127.0.0.2") as outside:
        port = inside.port
        outside.status, outside.location = 302, f"http://127.0.0.1:{port}/redirected"
        forbidden = [
            f"http://127.0.0.1:{port}/loopback",
            f"http://localhost:{port}/by-name",
            f"http://[::1]:{port}/v6",
            f"https://[::ffff:127.0.0.1]:{port}/mapped",
            "https://169.254.169.254/latest/meta-data",
            "https://10.0.0.1/private",
        ]
        rig = rig_of(
            "postgresql",
            registry=registries.hooks([*forbidden, outside.url("/redirects")]),
            outbound_allow="127.0.0.2/32",
        )
        rig.declare(platforms=len(forbidden) + 1)
        rig.settle()
        found = rig.desk.rows("SELECT address, state, attempts, detail FROM alert WHERE channel = 'webhook'")
        assert len(found) == len(forbidden) + 1
        assert {one["state"] for one in found} == {"failed"}
        assert all(one["detail"] for one in found)
        time.sleep(1)
        assert inside.posted == []
        assert len(outside.posted) == 1, "a redirect was tried again"
        file = rig.folder / "file.csv"
        for address, channel in (("file:///tmp/x", "apprise"), ("http://10.0.0.1/plain", "webhook")):
            file.write_text(registries.hooks([address]).replace("webhook", channel), encoding="utf-8")
            assert rig.desk.cli("platforms", "import", str(file), expected=1)
        rig.sinks.append(inside)
        rig.verify()


def _moment(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at
