"""Reading a real mailbox: what is put away was committed, what is not comes again, and nothing counts twice."""

import logging
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask, current_app

from crisis import config
from crisis.notify import mailbox
from crisis.notify.mailbox import Mailbox, MailboxUnavailable
from crisis.processes import mail_in, plans
from crisis.store.models import Beat, Mail
from crisis.workflows import receive_mail
from tests.parts import dovecot
from tests.parts.clock import FakeClock
from tests.parts.letters import letter
from tests.parts.rows import rows

CERTIFICATE = Path(__file__).parents[1] / "notify" / "mail.example.pem"

pytestmark = pytest.mark.usefixtures("sqlite_db")


@pytest.fixture(scope="module")
def server() -> Iterator[dovecot.Server]:
    with dovecot.running() as one:
        yield one


@pytest.fixture
def desk(settings: config.Settings, server: dovecot.Server) -> config.Settings:
    return settings.model_copy(update={"imap_url": server.url})


def mail(name: str = "reply-person") -> bytes:
    return letter(name, uuid4()) + uuid4().hex.encode()


def until(condition: object, seconds: float = 20) -> None:
    ends = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_what_waits_is_kept_and_put_away(desk: config.Settings, clock: FakeClock, server: dovecot.Server) -> None:
    before = server.handled()
    for name in ("reply-person", "postfix-failed", "away-fr"):
        server.drop(mail(name))
    assert mail_in.once(desk, clock) == (3, 0)
    assert sorted(one.kind for one in rows(Mail)) == ["auto_reply", "reply", "report"]
    assert (server.waiting(), server.handled() - before) == (0, 3)
    assert mail_in.once(desk, clock) == (0, 0)


def test_a_crash_between_the_commit_and_the_mailbox_has_no_second_effect(
    desk: config.Settings, clock: FakeClock, server: dovecot.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(_self: Mailbox, _uid: int) -> None:
        raise SystemExit

    server.drop(mail())
    with monkeypatch.context() as patched:
        patched.setattr(Mailbox, "put_away", dies)
        with pytest.raises(SystemExit):
            mail_in.once(desk, clock)
    assert (len(rows(Mail)), server.waiting()) == (1, 1)
    assert mail_in.once(desk, clock) == (1, 0)
    assert (len(rows(Mail)), server.waiting()) == (1, 0)


def test_a_mail_that_can_not_be_kept_stays_and_stops_no_other(
    desk: config.Settings, clock: FakeClock, server: dovecot.Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    take = receive_mail.take

    def refuses(raw: bytes, **parts: object) -> receive_mail.Received:
        if b"poison" in raw:
            raise RuntimeError("a mistake of ours")
        return take(raw, **parts)  # type: ignore[arg-type]

    server.drop(b"Subject: poison\r\n\r\n")
    server.drop(mail())
    with monkeypatch.context() as patched:
        patched.setattr(receive_mail, "take", refuses)
        assert mail_in.once(desk, clock) == (1, 1)
    assert (len(rows(Mail)), server.waiting()) == (1, 1)
    assert mail_in.once(desk, clock) == (1, 0)


def test_what_others_have_read_is_read_all_the_same(
    desk: config.Settings, clock: FakeClock, server: dovecot.Server
) -> None:
    server.drop(mail())
    with mailbox.opened(desk.imap_url) as box:
        box._client.add_flags(box.waiting(), [b"\\Seen", b"\\Flagged"])
    assert mail_in.once(desk, clock) == (1, 0)


def test_what_comes_in_is_told_at_once(desk: config.Settings, clock: FakeClock, server: dovecot.Server) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    stop = threading.Event()

    def run() -> None:
        with app.app_context():
            mail_in.watch(desk, clock, stop)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(lambda: any(one.role == mail_in.ROLE for one in rows(Beat)))
        server.drop(mail())
        until(lambda: rows(Mail))
        until(lambda: server.waiting() == 0)
    finally:
        stop.set()
        thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_mail_that_comes_between_the_look_and_the_wait_is_told_at_once(
    desk: config.Settings, clock: FakeClock, server: dovecot.Server
) -> None:
    given_up = threading.Event()
    timer = threading.Timer(10, given_up.set)
    with mailbox.opened(desk.imap_url) as box:
        assert box.waiting() == []
        server.drop(mail())
        timer.start()
        box.wait(60, given_up)
        timer.cancel()
        assert not given_up.is_set()
    assert mail_in.once(desk, clock) == (1, 0)


def test_a_server_that_can_neither_tell_nor_move_is_read_as_well(settings: config.Settings, clock: FakeClock) -> None:
    with dovecot.running(capability="IMAP4rev1") as plain:
        plain.drop(mail())
        assert mail_in.once(settings.model_copy(update={"imap_url": plain.url}), clock) == (1, 0)
        assert (plain.waiting(), plain.handled()) == (0, 1)


def test_where_tls_is_offered_it_is_used_and_the_certificate_must_be_right(
    settings: config.Settings, clock: FakeClock
) -> None:
    with dovecot.running(certificate=CERTIFICATE) as server:
        own = settings.model_copy(update={"imap_url": server.url})
        with pytest.raises(MailboxUnavailable, match="certificate verify failed"):
            mail_in.once(own, clock)
        trusting = ssl.create_default_context(cafile=str(CERTIFICATE))
        with pytest.raises(MailboxUnavailable, match="IP address mismatch"):  # it is made out to another host
            mail_in.once(own, clock, context=trusting)
        trusting.check_hostname = False
        server.drop(mail())
        assert mail_in.once(own, clock, context=trusting) == (1, 0)


def test_no_password_is_sent_to_another_host_without_tls(
    desk: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "_is_loopback", lambda _host: False)
    with pytest.raises(MailboxUnavailable, match="offers no TLS, so no password is sent"):
        mail_in.once(desk, clock)


def test_a_wrong_password_is_said_without_saying_it(
    desk: config.Settings, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = desk.model_copy(update={"imap_url": desk.imap_url.replace("a-p%40ss%2Fword", "not-this-one")})
    with caplog.at_level(logging.DEBUG), pytest.raises(MailboxUnavailable) as refused:
        mail_in.once(wrong, clock)
    assert "not-this-one" not in str(refused.value) + caplog.text
    assert "CRISIS_IMAP_URL" in str(refused.value)


def test_a_mailbox_that_is_away_is_tried_again(settings: config.Settings, clock: FakeClock) -> None:
    away = settings.model_copy(update={"imap_url": "imap://desk:x@127.0.0.1:1/INBOX"})
    stop = threading.Event()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]

    def run() -> None:
        with app.app_context():
            mail_in.watch(away, clock, stop)

    thread = threading.Thread(target=run)
    thread.start()
    assert thread.is_alive()
    stop.set()
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_it_is_a_part_of_the_desk_where_a_mailbox_is_set(desk: config.Settings, settings: config.Settings) -> None:
    assert [one.name for one in plans.mailbox(desk)] == ["mail-in"]
    assert plans.mailbox(settings) == []
    assert plans.mailbox(desk.model_copy(update={"demo": True})) == []


@pytest.mark.parametrize("url", ["http://desk@mail.example", "imaps://mail.example/INBOX", "imaps://", "mail.example"])
def test_a_url_of_no_mailbox_stops_the_start(url: str) -> None:
    with pytest.raises(Exception, match="CRISIS_IMAP_URL"):
        config.load({}, secret_key="x" * 32, imap_url=url)
