"""Tests of the preflight: what is tried, what is said of it, and what to do."""

import http.server
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.ctx import AppContext

from crisis import config
from crisis.domain import alert, sealed
from crisis.domain.alert import Queue
from crisis.domain.readiness import Line
from crisis.notify.sender import Envelope
from crisis.store import canaries, db, processes, rota
from crisis.store.models import Alert
from crisis.workflows import canary, deliver, preflight
from crisis.workflows.preflight import certificates, host, probes, quota
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom, KeepingSender


@pytest.fixture
def public() -> Iterator[str]:
    """A public address that answers."""

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


def run(settings: config.Settings, clock: FakeClock, room: KeepingRoom) -> dict[str, Line]:
    def ring() -> None:
        for queue in Queue:
            deliver.drain(queue, room=room)

    found = preflight.run(settings, clock=clock, ring=ring, host_now=clock.now())
    return {line.part: line for line in found}


def test_each_channel_gets_a_real_message_through_the_queue(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    wanted = settings.model_copy(
        update={
            "canary_mail": "probe@desk.example",
            "canary_webhook": "https://hooks.example/probe",
            "canary_apprise": "json://hooks.example/secret",
        }
    )
    room = KeepingRoom(wanted, clock)
    found = run(wanted, clock, room)
    assert [found[part].ok for part in ("email out", "webhook out", "apprise out")] == [True, True, True]
    assert {envelope.channel.value for envelope in room.sender.sent} == {"email", "webhook", "apprise"}
    (kept,) = rows(Alert, Alert.channel == "apprise")
    assert sealed.is_sealed(kept.address)


def test_a_probe_to_the_desk_itself_must_come_back(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = settings.model_copy(update={"canary_webhook": "own"})
    room = KeepingRoom(own, clock)
    monkeypatch.setattr(probes, "_WAIT_SECONDS", 0.0)
    found = run(own, clock, room)
    assert not found["webhook out and back"].ok
    assert "look at the proxy and CRISIS_PUBLIC_URL" in found["webhook out and back"].text

    def answer(envelope: Envelope) -> alert.Outcome:
        pending.append(envelope.alert_id)
        return alert.Outcome.ACCEPTED

    pending: list[Any] = []
    room = KeepingRoom(own, clock, KeepingSender(answer))

    def ring() -> None:
        deliver.drain(Queue.OTHER, room=room)
        for one in pending:
            canary.arrive(one, now=clock.now() + timedelta(milliseconds=40))

    found = {line.part: line for line in preflight.run(own, clock=clock, ring=ring, host_now=clock.now())}
    assert found["webhook out and back"] == Line("webhook out and back", True, "after 0.0 s")


def test_mail_must_come_back_where_it_goes_to_the_mailbox_that_the_desk_reads(settings: config.Settings) -> None:
    from crisis.notify import canary as texts

    reading = {"imap_url": "imaps://desk:word@mail.example/INBOX", "reply_to": "Answers@desk.example"}
    for address, returns in (("answers@desk.example", True), ("probe@desk.example", False)):
        (sink,) = texts.sinks(settings.model_copy(update={**reading, "canary_mail": address}))
        assert sink.returns is returns
    (sink,) = texts.sinks(settings.model_copy(update={"canary_mail": settings.mail_from}))
    assert not sink.returns


def test_what_fails_is_said_with_what_to_do(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = settings.model_copy(update={"canary_mail": "probe@desk.example", "public_url": "http://127.0.0.1:9"})
    monkeypatch.setattr(probes, "_WAIT_SECONDS", 0.0)
    nobody = preflight.run(wanted, clock=clock, ring=lambda: None, host_now=clock.now())
    found = {line.part: line for line in nobody}
    said = {part: line.text for part, line in found.items() if not line.ok}
    assert said["email out"] == "nobody took it for 0 s: start workers and metronome, see `crisis check`"
    assert said["webhook out"] == "not tried: set CRISIS_CANARY_WEBHOOK=own, or to a receiver of yours"
    assert "look at the proxy" in said["public address"]
    assert said["heartbeat"] == "nobody outside would notice: set CRISIS_HEARTBEAT_URL"
    assert "CRISIS_ALARM_COMMAND" in said["alarms"]
    assert found["quota"].text.startswith("not offered")

    def refuse(_envelope: Envelope) -> alert.Outcome:
        return alert.Outcome.PERMANENT

    refused = run(wanted, clock, KeepingRoom(wanted, clock, KeepingSender(refuse)))
    assert refused["email out"].text.startswith("refused: ")


def test_a_desk_that_is_set_up_is_told_so(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock, public: str
) -> None:
    wanted = settings.model_copy(
        update={
            "canary_mail": "probe@desk.example",
            "heartbeat_url": "https://watcher.example/1",
            "alarm_command": "true",
            "public_url": public,
        }
    )
    with db.transaction() as session:
        rota.take(session, rota.HEARTBEAT_SENT, every=timedelta(0), now=clock.now())
        processes.beat(session, role="metronome", node="m@one", boot="1", now=clock.now())
    found = run(wanted, clock, KeepingRoom(wanted, clock))
    assert found["heartbeat"].text == "last sent 0 s ago"
    assert found["probes"].text == "by email, every 60 s"
    assert found["public address"].ok
    assert not found["clock outside"].ok  # the clock of the tests stands in March
    assert found["alarms"].ok


def test_probes_of_a_preflight_say_nothing_about_those_of_the_last_minute(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    from crisis.store import signs

    wanted = settings.model_copy(update={"canary_mail": "probe@desk.example"})
    run(wanted, clock, KeepingRoom(wanted, clock))
    with db.reading() as session:
        assert signs.probes(session, limit=5) == []
    with db.transaction() as session:
        canaries.forget_old(session, before=clock.advance(seconds=1))
    assert rows(Alert) == []


TWILIO = "twilio://AC00000000000000000000000000000001:word@+3225550100/+3225550199"


@pytest.mark.parametrize(
    ("status", "body", "line"),
    [
        (200, b'{"balance": "42.50", "currency": "EUR"}', Line("quota", True, "Twilio: 42.50 EUR left")),
        (200, b'{"balance": "-1", "currency": "USD"}', Line("quota", False, "Twilio: -1.00 USD left: top it up")),
        (
            401,
            b"{}",
            Line(
                "quota",
                False,
                "Twilio does not say its balance (it answered 401): look at the account and its token",
            ),
        ),
        (
            200,
            b"rubbish",
            Line(
                "quota", False, "Twilio does not say its balance (JSONDecodeError): look at the account and its token"
            ),
        ),
    ],
)
def test_what_is_left_at_twilio_is_asked(
    settings: config.Settings, monkeypatch: pytest.MonkeyPatch, status: int, body: bytes, line: Line
) -> None:
    asked: list[tuple[str, str]] = []

    class Answer(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(quota, "_API", f"http://127.0.0.1:{server.server_address[1]}")
    assert quota.line(settings.model_copy(update={"canary_apprise": TWILIO})) == line
    server.shutdown()
    server.server_close()
    ((path, authorization),) = asked
    assert path == "/2010-04-01/Accounts/AC00000000000000000000000000000001/Balance.json"
    assert authorization.startswith("Basic ")
    assert quota.line(settings).ok  # not offered by the others


NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("ends", "ok", "says"),
    [
        ("Jun 10 00:00:00 2026 GMT", True, "desk.example: 100 days left, until 2026-06-10"),
        ("Mar 15 00:00:00 2026 GMT", False, "desk.example: 13 days left, until 2026-03-15: renew it"),
    ],
)
def test_a_certificate_is_renewed_in_time(ends: str, ok: bool, says: str) -> None:
    assert certificates._judged("certificate", "desk.example", {"notAfter": ends}, now=NOW) == Line(
        "certificate", ok, says
    )


@pytest.mark.parametrize(("seconds", "ok"), [(1.9, True), (2.1, False), (-2.1, False)])
def test_the_hosts_clock_is_held_against_the_databases(seconds: float, ok: bool) -> None:
    assert host.database_clock(NOW, host_now=NOW + timedelta(seconds=seconds)).ok is ok


def test_a_full_disk_and_too_few_descriptors_are_said(
    settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host.shutil, "disk_usage", lambda _path: (100 << 30, 96 << 30, 4 << 30))
    assert host.disk(settings).text.endswith("make room")
    monkeypatch.setattr(host.resource, "getrlimit", lambda _which: (256, 4096))
    assert not host.descriptors(settings).ok


def test_a_mail_host_that_is_not_there_is_said(settings: config.Settings) -> None:
    line = certificates.mail(settings.model_copy(update={"smtp_url": "smtp://127.0.0.1:9"}), now=NOW)
    assert not line.ok
    assert "no TLS connection" in line.text
