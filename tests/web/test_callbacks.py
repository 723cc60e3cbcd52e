"""Receipts over HTTP: nothing is believed without its signature, nothing counts twice."""

import base64
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from werkzeug.test import TestResponse

from crisis import config
from crisis.store import db
from crisis.store.models import Alert, Receipt
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.web import incident_site, site

TOKEN = "twilios-token-of-tests"
SECRET = "whsec_" + base64.b64encode(b"a-gateways-secret-of-24b").decode()
SENT = {"MessageSid": "SM0123456789abcdef", "MessageStatus": "delivered", "AccountSid": "AC1", "To": "+15550100"}


@pytest.fixture
def website(settings: config.Settings, clock: FakeClock) -> Iterator[site.Website]:
    keys = {"twilio_auth_token": f"an-older-one {TOKEN}", "callback_secret": SECRET}
    built = site.build(settings.model_copy(update=keys), clock)
    incident_site.register(built)
    incident_site.declared(built)
    with built.app.app_context(), db.transaction() as session:
        row = session.query(Alert).order_by(Alert.id).first()
        row.state, row.provider, row.channel, row.remote_id = (
            "accepted",
            "apprise:twilio",
            "apprise",
            SENT["MessageSid"],
        )
        row.accepted_at = clock.now()
    yield built
    with built.app.app_context():
        db.db.session.remove()
        db.db.engine.dispose()


def state(website: site.Website) -> str:
    with website.app.app_context():
        return str(rows(Alert)[0].state)


def kept(website: site.Website) -> int:
    with website.app.app_context():
        return len(rows(Receipt))


def twilio(website: site.Website, fields: dict[str, str], *, key: str = TOKEN, **parts: Any) -> TestResponse:
    url = "http://127.0.0.1:8000/callbacks/twilio"
    message = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    signature = base64.b64encode(hmac.digest(key.encode(), message.encode(), "sha1")).decode()
    headers = {"X-Twilio-Signature": signature, **parts.pop("headers", {})}
    return website.anonymous().post("/callbacks/twilio", data={**fields, **parts}, headers=headers)


def gateway(website: site.Website, body: object, *, key: str = SECRET, age: int = 0, **headers: str) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    stamp = str(int((website.clock.now() - timedelta(seconds=age)).timestamp()))
    secret = base64.b64decode(key.removeprefix("whsec_"))
    signature = base64.b64encode(hmac.digest(secret, f"msg_1.{stamp}.".encode() + raw, "sha256")).decode()
    sent = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,bm8= v1,{signature}",
        **headers,
    }
    return website.anonymous().post("/callbacks/signed", data=raw, headers=sent)


def test_the_signature_is_the_one_of_twilios_own_example() -> None:
    """*Source:* Twilio, "Security", whose example has these values."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    fields = {"CallSid": "CA1234567890ABCDE", "Caller": "+12349013030", "Digits": "1234", "From": "+12349013030",
              "To": "+18005551212"}  # fmt: skip
    message = url + "".join(f"{name}{fields[name]}" for name in sorted(fields))
    assert base64.b64encode(hmac.digest(b"12345", message.encode(), "sha1")) == b"0/KCTR6DLpKmkAf8muzZqo1nDgQ="


def test_a_delivery_told_by_twilio_is_taken(website: site.Website) -> None:
    assert twilio(website, SENT).status_code == 200
    assert state(website) == "delivered"


def test_a_failure_told_by_twilio_has_its_code(website: site.Website) -> None:
    assert twilio(website, {**SENT, "MessageStatus": "undelivered", "ErrorCode": "30003"}).status_code == 200
    with website.app.app_context():
        assert rows(Alert)[0].state == "failed"
        assert rows(Alert)[0].detail == "error 30003"


def test_the_same_receipt_again_is_answered_and_changes_nothing(website: site.Website) -> None:
    assert [twilio(website, SENT).status_code for _ in range(3)] == [200, 200, 200]
    assert kept(website) == 1


def test_an_older_status_changes_nothing(website: site.Website) -> None:
    twilio(website, SENT)
    assert twilio(website, {**SENT, "MessageStatus": "sent"}).status_code == 200
    assert state(website) == "delivered"


def test_what_is_unknown_is_kept_for_a_while(website: site.Website) -> None:
    assert twilio(website, {**SENT, "MessageSid": "SMffff"}).status_code == 200
    assert kept(website) == 1
    assert state(website) == "accepted"


@pytest.mark.parametrize(
    ("key", "parts"),
    [
        ("another-token", {}),
        ("", {}),
        (TOKEN, {"MessageStatus": "failed"}),
        (TOKEN, {"Extra": "1"}),
        (TOKEN, {"headers": {"X-Twilio-Signature": ""}}),
        (TOKEN, {"headers": {"X-Twilio-Signature": "é"}}),
    ],
)
def test_a_forged_receipt_is_refused_and_not_kept(website: site.Website, key: str, parts: dict[str, Any]) -> None:
    assert twilio(website, SENT, key=key, **parts).status_code == 403
    assert kept(website) == 0
    assert state(website) == "accepted"


def test_forgers_are_slowed_down_and_the_provider_is_not(website: site.Website) -> None:
    statuses = [twilio(website, SENT, key="forged").status_code for _ in range(40)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    assert twilio(website, SENT).status_code == 200


@pytest.mark.parametrize("status", ["delivered", "failed", "sent"])
def test_a_gateway_tells_by_our_id(website: site.Website, status: str) -> None:
    with website.app.app_context():
        key = str(rows(Alert)[0].id)
    assert gateway(website, {"id": key, "status": status, "at": "2026-03-02T01:03:00Z"}).status_code == 200
    assert state(website) == {"sent": "accepted"}.get(status, status)


@pytest.mark.parametrize(
    "parts", [{"key": "whsec_" + base64.b64encode(b"another-secret-of-24-byt").decode()}, {"age": 301}, {"age": -301}]
)
def test_a_gateways_receipt_that_is_forged_or_stale_is_refused(website: site.Website, parts: dict[str, Any]) -> None:
    assert gateway(website, {"id": "x", "status": "delivered"}, **parts).status_code == 403
    assert kept(website) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"[" * 30_000,
        {"id": "", "status": "delivered"},
        {"id": "x" * 201, "status": "delivered"},
        {"id": "a\u202eb", "status": "delivered"},
        {"id": "x\x00", "status": "delivered"},
        {"id": 7, "status": "delivered"},
        {"id": "x", "status": "read"},
        {"id": "x", "status": "delivered", "at": "yesterday"},
    ],
)
def test_what_is_signed_but_makes_no_sense_is_refused(website: site.Website, body: object) -> None:
    assert gateway(website, body).status_code == 422
    assert kept(website) == 0


def test_a_body_that_is_too_large_is_not_read(website: site.Website) -> None:
    assert gateway(website, b"x" * 65_537).status_code == 413


@pytest.mark.parametrize("path", ["/callbacks/nobody", "/callbacks/twilio/more"])
def test_there_is_no_other_door(website: site.Website, path: str) -> None:
    assert website.anonymous().post(path, data=SENT).status_code == 404


def test_without_a_key_nothing_is_taken(settings: config.Settings, clock: FakeClock) -> None:
    built = site.build(settings, clock)
    assert twilio(built, SENT).status_code == 404
    assert gateway(built, {"id": "x", "status": "delivered"}).status_code == 404


def test_looking_is_refused(website: site.Website) -> None:
    assert website.anonymous().get("/callbacks/twilio").status_code == 405
