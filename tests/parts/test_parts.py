"""Tests of what the other tests stand on."""

import base64
import os
import smtplib
import urllib.request
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext
from standardwebhooks import Webhook, WebhookVerificationError

from crisis import config
from crisis.store import db
from crisis.store.models import Platform
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.mail_sink import HANG_UP, MailSink
from tests.parts.webhook_sink import WebhookSink


@pytest.mark.parametrize("turn", [1, 2])
def test_a_database_is_empty_at_the_start_of_each_test(desk_db: AppContext, turn: int) -> None:
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Platform)) == 0
    samples.add(*samples.registry(3))
    with db.reading() as session:
        assert session.scalars(sa.select(Platform.registry_id).order_by(Platform.registry_id)).all() == [
            "p-001",
            "p-002",
            "p-003",
        ]


def test_the_fixture_is_the_kind_of_database_that_its_name_says(desk_db: AppContext, database_url: str) -> None:
    assert database_url.startswith(db.db.engine.dialect.name)


def test_settings_of_a_test_come_from_nowhere_else(settings: config.Settings) -> None:
    assert not [name for name in os.environ if name.startswith("CRISIS_") and not name.startswith("CRISIS_TEST_")]
    assert settings.desk_phone == "+32 2 555 01 99"


def test_the_clock_moves_only_when_told(clock: FakeClock) -> None:
    first = clock.now()
    assert clock.now() == first
    assert (clock.advance(minutes=5) - first).total_seconds() == 300


def test_the_mail_sink_keeps_what_it_is_given() -> None:
    with MailSink() as sink, smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as sender:
        sender.sendmail("desk@desk.example", ["crisis@pixelly.example"], "Subject: s\r\n\r\n.dot\r\n")
        (one,) = sink.wait(1, seconds=2)
    assert (one.sender, one.recipient, one.subject) == ("desk@desk.example", "crisis@pixelly.example", "s")
    assert one.text == ".dot\n"


def test_the_mail_sink_refuses_and_hangs_up_when_told() -> None:
    with MailSink() as sink:
        sink.behaviour.answer = lambda recipient, tries: "550 5.1.1 nobody" if recipient.startswith("no") else HANG_UP
        with smtplib.SMTP("127.0.0.1", sink.port, timeout=5) as sender, pytest.raises(smtplib.SMTPDataError):
            sender.sendmail("desk@desk.example", ["nobody@pixelly.example"], "Subject: s\r\n\r\nt\r\n")
        sender = smtplib.SMTP("127.0.0.1", sink.port, timeout=5)
        with pytest.raises(smtplib.SMTPServerDisconnected):
            sender.sendmail("desk@desk.example", ["crisis@pixelly.example"], "Subject: s\r\n\r\nt\r\n")
        sender.close()
        assert sink.accepted == []
        assert len(sink.received) == 2


def test_the_webhook_sink_checks_signatures() -> None:
    secret = "whsec_" + base64.b64encode(b"fictional secret of 24 b").decode()
    raw = b'{"type":"test"}'
    at = datetime.now(UTC)
    headers = {
        "webhook-id": "m1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("m1", at, raw.decode()),
    }
    with WebhookSink() as sink:
        urllib.request.urlopen(urllib.request.Request(sink.url("/hook"), data=raw, headers=headers), timeout=5).close()
        (one,) = sink.wait(1, seconds=2)
    assert one.verified(secret) == {"type": "test"}
    with pytest.raises(WebhookVerificationError):
        one.verified("whsec_" + base64.b64encode(b"another secret of 24 b..").decode())
