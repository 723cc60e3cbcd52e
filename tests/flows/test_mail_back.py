"""The story of mail that comes back, on real processes: a bounce moves the ladder on, a reply waits for an officer."""

import base64
import hmac
import json
import time
import urllib.request
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from tests.parts import dovecot
from tests.parts import world as worlds
from tests.parts.letters import letter
from tests.parts.running import until_true
from tests.parts.world import World

pytestmark = pytest.mark.flow

SECRET = "whsec_" + base64.b64encode(b"a-gateways-secret-of-24b").decode()


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Server]:
    with dovecot.running() as one:
        yield one


@pytest.fixture(scope="module")
def desk(server: dovecot.Server) -> Iterator[World]:
    with worlds.running(imap_url=server.url, callback_secret=SECRET) as one:
        yield one


def first_alert(desk: World, ref: str, platform: str = "p-001") -> dict[str, Any]:
    def found() -> dict[str, Any] | None:
        mine = [one for one in desk.alerts(ref) if one["platform"]["id"] == platform and one["purpose"] == "first"]
        return mine[0] if mine and mine[0]["state"] == "accepted" else None

    alert: dict[str, Any] = until_true(found, seconds=20, what="the alert was not accepted")
    return alert


def state(desk: World, ref: str, alert_id: str) -> str:
    return str(next(one["state"] for one in desk.alerts(ref) if one["id"] == alert_id))


def declare(desk: World) -> str:
    items = [{"url": "https://pixelly.example/watch/back"}]
    return str(desk.declare(items=items, audience={"affected": True})["ref"])


def test_a_bounce_fails_the_alert_and_the_next_contact_is_alerted_at_once(desk: World, server: dovecot.Server) -> None:
    ref = declare(desk)
    alert = first_alert(desk, ref)
    (sent,) = desk.mails(ref, "crisis1@pixelly.example")
    assert UUID(alert["id"]).hex in sent.sender  # where a mail host reports to
    server.drop(letter("postfix-failed", UUID(alert["id"]), ref=ref))
    until_true(lambda: state(desk, ref, alert["id"]) == "failed", seconds=20, what="the bounce was not read")
    assert len(desk.mails(ref, "crisis2@pixelly.example", seconds=20)) == 1  # long before its five minutes
    until_true(lambda: server.waiting() == 0, seconds=10, what="the bounce was not put away")


def test_a_reply_waits_on_the_page_and_becomes_an_answer_by_a_click(desk: World, server: dovecot.Server) -> None:
    ref = declare(desk)
    alert = first_alert(desk, ref)
    server.drop(letter("reply-person", UUID(alert["id"]), ref=ref))
    until_true(lambda: desk.notices(ref)["p-001"]["flags"] == ["reply"], seconds=20, what="the reply was not read")
    assert desk.notices(ref)["p-001"]["state"] == "awaiting"
    officer = desk.officer()
    page = officer.get(f"/incidents/{ref}?open={alert['notice_id']}")
    assert "we have it, our case number" in page.text
    sent = officer.submit(page.form("answer"), name="Ana Costa", answer="in_progress")
    assert sent.status == 200
    assert desk.notices(ref)["p-001"]["state"] == "in_progress"
    assert desk.notices(ref)["p-001"]["acknowledged_by"] == "Ana Costa"


def test_a_receipt_that_is_signed_is_proof(desk: World) -> None:
    ref = declare(desk)
    alert = first_alert(desk, ref)
    body = json.dumps({"id": alert["id"], "status": "delivered"}).encode()
    stamp = str(int(time.time()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(key, f"m1.{stamp}.".encode() + body, "sha256")).decode()
    headers = {"webhook-id": "m1", "webhook-timestamp": stamp, "webhook-signature": f"v1,{signature}"}
    request = urllib.request.Request(f"{desk.desk.url}/callbacks/signed", data=body, headers=headers, method="POST")
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status == 200
    assert state(desk, ref, alert["id"]) == "delivered"
    assert desk.notices(ref)["p-001"]["received_at"] is not None


def test_check_says_that_the_mailbox_is_read(desk: World) -> None:
    assert "mailbox         OK    read; nothing waits" in desk.desk.cli("check")
