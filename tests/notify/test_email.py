"""What the mail sender does with what a mail host does."""

import contextlib
import os
import socket
import ssl
import threading
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crisis import config
from crisis.domain.alert import Outcome
from crisis.notify import email, smtp
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import envelope, sent
from tests.notify.mail_host import HANG_UP, MailHost, Script, certificate
from tests.parts.mail_sink import MailSink


def settings(url: str, **parts: Any) -> config.Settings:
    return config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_SMTP_URL": url}, **parts)


def send(url: str, *envelopes: Envelope, connections: int = 1, **parts: Any) -> list[Result]:
    """The results in the order of the envelopes."""
    sender = email.Sender(settings(url, **parts), connections=connections)
    try:
        found = dict(sent(sender, envelopes or [envelope()]))
    finally:
        sender.close()
    return [found[one.alert_id] for one in envelopes or [envelope()]]


def many(count: int) -> list[Envelope]:
    return [envelope(f"c{number}@pixelly.example", alert_id=UUID(int=number)) for number in range(count)]


def says(verb: str, reply: bytes, *, times: int | None = None) -> Script:
    """The host says ``reply`` to ``verb``: always, or at one time only."""
    return lambda given, so_far: reply if given == verb and times in (None, so_far) else None


def outcome(script: Script, *envelopes: Envelope, **parts: Any) -> tuple[Outcome, str]:
    with MailHost(script, **parts) as host:
        result = send(f"smtp://127.0.0.1:{host.port}", *envelopes)[0]
    return result.outcome, result.detail


def test_a_mail_is_handed_over_as_it_was_rendered_and_its_bytes_are_accounted_for() -> None:
    with MailHost() as host:
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
    assert host.mails == [envelope().payload]
    assert host.lines[:4] == [
        "EHLO desk.example",
        "MAIL FROM:<alerts@desk.example>",
        "RCPT TO:<crisis1@pixelly.example>",
        "DATA",
    ]
    assert (result.outcome, result.detail, result.size) == (
        Outcome.ACCEPTED,
        "250 queued as 12AB",
        len(envelope().payload),
    )
    assert result.sha256 == "d2d3c742ff6c0b864197e81b2965286ebc9367cf2760fc68428a0cf5c96e3863"
    assert result.started_after <= result.finished_after


@pytest.mark.parametrize("offers", [("PIPELINING", "8BITMIME"), ("8BITMIME",)])
@pytest.mark.parametrize(
    ("verb", "reply", "expected", "detail"),
    [
        ("CONNECT", b"421 too many connections", Outcome.TEMPORARY, "421 too many connections"),
        ("CONNECT", b"554 go away", Outcome.PERMANENT, "554 go away"),
        ("MAIL", b"451 4.3.0 try later", Outcome.TEMPORARY, "451 4.3.0 try later"),
        ("MAIL", b"550 5.7.1 not you", Outcome.PERMANENT, "550 5.7.1 not you"),
        ("RCPT", b"450 4.2.1 busy", Outcome.TEMPORARY, "450 4.2.1 busy"),
        ("RCPT", b"550 5.1.1 <crisis1@pixelly.example>: unknown", Outcome.PERMANENT, "550 5.1.1 … unknown"),
        ("DATA", b"452 4.3.1 full", Outcome.TEMPORARY, "452 4.3.1 full"),
        ("END", b"554-5.6.0 no\r\n554 5.6.0 thanks", Outcome.PERMANENT, "554 5.6.0 no 5.6.0 thanks"),
        ("END", b"421 4.3.2 shutting down", Outcome.TEMPORARY, "421 4.3.2 shutting down"),
        ("CONNECT", HANG_UP, Outcome.TEMPORARY, "The mail host closed the connection."),
        ("RCPT", HANG_UP, Outcome.TEMPORARY, "The mail host closed the connection."),
        ("DATA", HANG_UP, Outcome.TEMPORARY, "The mail host closed the connection."),
        ("END", HANG_UP, Outcome.UNKNOWN, "The connection broke after the mail had left."),
    ],
)
def test_the_outcome_follows_what_the_host_says_and_when(
    verb: str, reply: bytes, expected: Outcome, detail: str, offers: tuple[str, ...]
) -> None:
    assert outcome(says(verb, reply), offers=offers) == (expected, detail)


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_refused_recipient_does_not_spoil_the_next_mail_on_the_connection(offers: tuple[str, ...]) -> None:
    with MailHost(says("RCPT", b"550 5.1.1 unknown", times=1), offers=offers) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(2))
    assert [one.outcome for one in results] == [Outcome.PERMANENT, Outcome.ACCEPTED]
    assert (results[0].size, results[0].sha256) == (0, "")
    assert host.connections == 1


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_host_that_does_not_begin_anew_gets_the_next_mail_on_another_connection(offers: tuple[str, ...]) -> None:
    answers = {("RCPT", 1): b"550 5.1.1 unknown", ("RSET", 1): b"502 5.5.1 no"}
    with MailHost(lambda verb, times: answers.get((verb, times)), offers=offers) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(2))
    assert [one.outcome for one in results] == [Outcome.PERMANENT, Outcome.ACCEPTED]
    assert host.connections == 2


def test_a_host_that_waits_for_a_mail_to_nobody_gets_an_end() -> None:
    answers = {"RCPT": b"550 5.1.1 unknown", "END": b"554 no valid recipients"}
    with MailHost(lambda verb, times: answers.get(verb) if times == 1 else None) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(2))
    assert [one.detail for one in results] == ["550 5.1.1 unknown", "250 queued as 12AB"]
    assert host.mails[0] == b""


def test_a_kept_connection_that_was_closed_meanwhile_is_made_anew() -> None:
    with MailHost(says("MAIL", HANG_UP, times=2)) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(3))
    assert [one.outcome for one in results] == [Outcome.ACCEPTED] * 3
    assert host.connections == 2


def test_a_mail_that_may_have_arrived_is_not_sent_again_by_the_sender() -> None:
    with MailHost(says("END", HANG_UP, times=2)) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(2))
    assert [one.outcome for one in results] == [Outcome.ACCEPTED, Outcome.UNKNOWN]
    assert len(host.mails) == 2
    assert results[1].size > 0


def test_connections_are_kept_between_calls_and_renewed_after_a_hundred_mails() -> None:
    with MailHost() as host:
        sender = email.Sender(settings(f"smtp://127.0.0.1:{host.port}"), connections=1)
        for _ in range(5):
            assert len(list(sent(sender, many(50)))) == 50
        sender.close()
    assert host.connections == 3
    assert host.lines.count("QUIT") == 3


def test_no_more_connections_are_opened_than_allowed() -> None:
    with MailHost() as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(60), connections=4)
    assert {one.outcome for one in results} == {Outcome.ACCEPTED}
    assert 1 <= host.connections <= 4


def test_a_host_that_takes_fewer_connections_gets_every_mail_over_those() -> None:
    def crowded(verb: str, times: int) -> bytes | None:
        return b"421 4.7.0 too many connections" if verb == "CONNECT" and times > 2 else None

    with MailHost(crowded) as host:
        results = send(f"smtp://127.0.0.1:{host.port}", *many(90), connections=6)
    assert {one.outcome for one in results} == {Outcome.ACCEPTED}
    assert host.connections <= 6


def test_a_host_that_is_not_there_fails_every_mail_fast() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    results = send(f"smtp://127.0.0.1:{port}", *many(3))
    assert {(one.outcome, one.detail) for one in results} == {
        (Outcome.TEMPORARY, "The mail host can't be reached: Connection refused.")
    }


def test_an_address_of_the_host_where_nobody_answers_leaves_time_for_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 1.0)
    with MailHost() as host, socket.create_server(("127.0.0.2", host.port), backlog=0) as full:
        crowd = [socket.socket() for _ in range(3)]
        for one in crowd:  # its queue is full, so it answers no more
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        entries = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, host.port)) for ip in ("127.0.0.2", "127.0.0.1")]

        async def both(*_: object, **__: object) -> list[object]:
            return list(entries)

        monkeypatch.setattr(email.handshake, "_resolved", both)
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
        for one in crowd:
            one.close()
    assert result.outcome is Outcome.ACCEPTED


def test_a_host_that_says_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        result = send(f"smtp://127.0.0.1:{server.getsockname()[1]}")[0]
    assert (result.outcome, result.detail) == (Outcome.TEMPORARY, "The mail host did not answer within 0 s.")


def test_silence_after_the_last_byte_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp, "TIMEOUT_SECONDS", 0.3)
    waiting = threading.Event()

    def silent(verb: str, _times: int) -> bytes | None:
        return HANG_UP if verb == "END" and waiting.wait(1.0) else None

    with MailHost(silent) as host:
        assert send(f"smtp://127.0.0.1:{host.port}")[0].outcome is Outcome.UNKNOWN


def test_starttls_is_used_where_it_is_offered() -> None:
    with MailHost(tls=certificate()) as host:
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
    assert result.outcome is Outcome.ACCEPTED
    assert host.lines[:2] == ["EHLO desk.example", "STARTTLS"]
    assert "MAIL FROM:<alerts@desk.example>" in host.encrypted


def test_tls_can_be_declined_by_the_setting() -> None:
    with MailHost(tls=certificate()) as host:
        send(f"smtp://127.0.0.1:{host.port}?tls=none")
    assert "STARTTLS" not in host.lines


def test_credentials_go_over_tls() -> None:
    with MailHost(tls=certificate(), offers=("AUTH PLAIN",)) as host:
        result = send(f"smtp://user:p%40ss@127.0.0.1:{host.port}")[0]
    assert result.outcome is Outcome.ACCEPTED
    assert [line.split()[0] for line in host.encrypted[:2]] == ["EHLO", "AUTH"]


@pytest.mark.parametrize("query", ["", "?tls=none"])
def test_credentials_never_go_without_tls(query: str) -> None:
    tls = certificate() if query else None
    with MailHost(offers=("AUTH PLAIN LOGIN",), tls=tls) as host:
        result = send(f"smtp://user:secret@127.0.0.1:{host.port}{query}")[0]
    assert (result.outcome, "without" in result.detail) == (Outcome.PERMANENT, True)
    assert not [line for line in host.lines if line.startswith("AUTH") or "secret" in line]


def test_a_host_that_knows_log_in_only_gets_user_and_password_in_turn() -> None:
    user, password = "dXNlckB4LmV4YW1wbGU=", "c2VjcmV0"
    answers = {"AUTH": b"334 VXNlcm5hbWU6", user.upper(): b"334 UGFzc3dvcmQ6", password.upper(): b"235 welcome"}
    script: Script = lambda verb, _times: answers.get(verb)  # noqa: E731
    with MailHost(script, tls=certificate(), offers=("AUTH LOGIN",)) as host:
        result = send(f"smtp://user%40x.example:secret@127.0.0.1:{host.port}")[0]
    assert result.outcome is Outcome.ACCEPTED
    assert len(host.encrypted) > 3


def test_a_log_in_that_is_not_known_here_is_not_tried() -> None:
    with MailHost(tls=certificate(), offers=("AUTH XOAUTH2 GSSAPI",)) as host:
        result = send(f"smtp://user:secret@127.0.0.1:{host.port}")[0]
    assert (result.outcome, "PLAIN or LOGIN" in result.detail) == (Outcome.PERMANENT, True)
    assert not [line for line in host.lines if line.startswith("AUTH")]


def test_what_is_said_before_tls_is_not_taken_for_what_is_said_in_it() -> None:
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"220 ready\r\n")
                connection.recv(1000)
                connection.sendall(b"250-x\r\n250 STARTTLS\r\n")
                connection.recv(1000)
                connection.sendall(b"220 go on\r\n250 injected\r\n")
                connection.recv(1000)

    threading.Thread(target=talk, daemon=True).start()
    result = send(f"smtp://127.0.0.1:{server.getsockname()[1]}")[0]
    server.close()
    assert (result.outcome, result.detail) == (
        Outcome.TEMPORARY,
        "The mail host said more than it was asked before TLS began.",
    )


def test_a_certificate_of_another_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=str(Path(__file__).with_name("mail.example.pem")))
    monkeypatch.setattr(smtp.addresses, "is_loopback", lambda _host: False)
    monkeypatch.setattr(email.ssl, "create_default_context", lambda: trusting)
    with MailHost(tls=certificate()) as host:
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
    assert (result.outcome, result.detail) == (
        Outcome.TEMPORARY,
        "TLS with the mail host failed: CERTIFICATE_VERIFY_FAILED.",
    )
    assert host.encrypted == []


@pytest.mark.parametrize("offers", [("PIPELINING",), ()])
def test_a_host_that_says_250_to_data_has_taken_nothing(offers: tuple[str, ...]) -> None:
    assert outcome(says("DATA", b"250 fine"), offers=offers) == (Outcome.TEMPORARY, "250 fine")


@pytest.mark.parametrize(
    ("reply", "remote_id"),
    [
        (b"250 2.0.0 Ok: queued as 4XbC9f2Qz", "4XbC9f2Qz"),
        (b"250 2.0.0 Ok:  queued as <4XbC9f2Qz>, thank you", "4XbC9f2Qz"),
        (b"250 QUEUED AS 4XbC9f2Qz", "4XbC9f2Qz"),
        (b"250 queued as \xe2\x80\xa6", ""),
        (b"250 OK id=1rAbCd-0002Xy-3K", "1rAbCd-0002Xy-3K"),
        (b"250 2.0.0 4AL7x9bT012345 Message accepted for delivery", "4AL7x9bT012345"),
        (b"250 2.6.0 <x@y.example> [InternalId=3865470566434, Hostname=a.example] Queued mail", "3865470566434"),
        (b"250 Ok 0100018c2f1e7a3b-4f5e6d7c", "0100018c2f1e7a3b-4f5e6d7c"),
        (b"250 2.0.0 accepted", ""),
    ],
)
def test_the_queue_id_is_found_where_hosts_put_it(reply: bytes, remote_id: str) -> None:
    with MailHost(says("END", reply)) as host:
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
    assert (result.code, result.remote_id, result.evidence) == (250, remote_id, "our_relay")


def test_what_acceptance_proves_is_a_setting() -> None:
    with MailHost() as host:
        url = f"smtp://127.0.0.1:{host.port}"
        assert send(url, smtp_evidence="their_server")[0].evidence == "their_server"
    with MailHost(says("END", b"451 later")) as host:
        assert send(f"smtp://127.0.0.1:{host.port}")[0].evidence == ""


def test_wrong_credentials_are_permanent_and_not_repeated_in_the_detail() -> None:
    with MailHost(
        says("AUTH", b"535 5.7.8 user@x.example is wrong"), tls=certificate(), offers=("AUTH PLAIN",)
    ) as host:
        result = send(f"smtp://user%40x.example:secret@127.0.0.1:{host.port}")[0]
    assert (result.outcome, result.detail) == (Outcome.PERMANENT, "535 5.7.8 … is wrong")


def test_a_host_without_log_in_says_so() -> None:
    with MailHost(tls=certificate()) as host:
        result = send(f"smtp://user:secret@127.0.0.1:{host.port}")[0]
    assert result.detail == "The mail host takes no log-in. Leave user and password out of CRISIS_SMTP_URL."


def test_mail_to_another_machine_needs_tls_or_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp.addresses, "is_loopback", lambda _host: False)
    with MailHost() as host:
        assert "add ?tls=none" in send(f"smtp://127.0.0.1:{host.port}")[0].detail
        assert send(f"smtp://127.0.0.1:{host.port}?tls=none")[0].outcome is Outcome.ACCEPTED


def test_a_certificate_that_nobody_signed_is_refused_from_another_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp.addresses, "is_loopback", lambda _host: False)
    with MailHost(tls=certificate()) as host:
        result = send(f"smtp://127.0.0.1:{host.port}")[0]
    assert (result.outcome, result.detail[:30]) == (Outcome.TEMPORARY, "TLS with the mail host failed:")


def test_a_local_part_beyond_ascii_is_sent_where_the_host_takes_it() -> None:
    with MailHost() as host:
        result = send(f"smtp://127.0.0.1:{host.port}", envelope("élodie@bücher.example"))[0]
    assert result.outcome is Outcome.ACCEPTED
    assert host.lines[1:3] == [
        "MAIL FROM:<alerts@desk.example> SMTPUTF8 BODY=8BITMIME",
        "RCPT TO:<élodie@xn--bcher-kva.example>",
    ]


def test_a_local_part_beyond_ascii_is_else_refused_with_the_reason() -> None:
    expected = "The mail host takes no address with letters beyond ASCII before the @ (SMTPUTF8)."
    assert outcome(says("", b""), envelope("élodie@bücher.example"), offers=("PIPELINING",)) == (
        Outcome.PERMANENT,
        expected,
    )


def test_a_domain_beyond_ascii_needs_nothing_special() -> None:
    with MailHost(offers=()) as host:
        send(f"smtp://127.0.0.1:{host.port}", envelope("crisis1@žurnálfórum.example"))
    assert host.lines[2] == "RCPT TO:<crisis1@xn--urnlfrum-bza6po2d.example>"


def test_without_a_mail_host_every_mail_fails_at_once_with_that_reason() -> None:
    results = send("", *many(2))
    assert {one.outcome for one in results} == {Outcome.PERMANENT}
    assert results[0].detail.startswith("CRISIS_SMTP_URL is not set")


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.1", "localhost.example"])
def test_the_demo_sends_to_its_own_catcher_only(host: str) -> None:
    result = send(f"smtp://{host}:25", demo=True)[0]
    assert (result.outcome, result.detail) == (
        Outcome.PERMANENT,
        "The demo sends to its own catcher only; CRISIS_SMTP_URL names another host.",
    )


def test_the_demo_does_send_to_its_own_catcher() -> None:
    with MailHost() as host:
        assert send(f"smtp://127.0.0.1:{host.port}", demo=True)[0].outcome is Outcome.ACCEPTED


@pytest.mark.parametrize(
    ("wrong", "detail"),
    [
        (envelope("a@x.example>\r\nRCPT TO:<b@y.example"), "The address can't be put on an envelope."),
        (envelope(payload=b""), "The message could not be written: its address or a value does not fit."),
    ],
)
def test_what_can_not_be_sent_opens_no_connection(wrong: Envelope, detail: str) -> None:
    with MailHost() as host:
        result = send(f"smtp://127.0.0.1:{host.port}", wrong)[0]
    assert (result.outcome, result.detail, host.connections) == (Outcome.PERMANENT, detail, 0)


def test_a_sender_made_before_a_fork_sends_after_it() -> None:
    with MailHost() as host:
        sender = email.Sender(settings(f"smtp://127.0.0.1:{host.port}"), connections=2)
        assert len(list(sent(sender, many(4)))) == 4
        child = os.fork()
        if child == 0:
            status = 1
            with contextlib.suppress(BaseException):
                outcomes = {result.outcome for _, result in sent(sender, many(4))}
                sender.close()
                status = 0 if outcomes == {Outcome.ACCEPTED} else 2
            os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert {result.outcome for _, result in sent(sender, many(4))} == {Outcome.ACCEPTED}
        sender.close()
    assert len(host.mails) == 12


def test_a_thousand_mails_all_arrive_once() -> None:
    with MailSink() as sink:
        results = send(sink.url, *many(1000), connections=16)
        assert {one.outcome for one in results} == {Outcome.ACCEPTED}
        assert sorted(one.recipient for one in sink.accepted) == sorted(one.address for one in many(1000))
