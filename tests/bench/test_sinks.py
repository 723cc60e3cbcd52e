"""Tests that the sinks of `make bench` count what came, and delay nobody but those who are to be delayed."""

import http.client
import smtplib
import socket
from collections.abc import Iterator

import pytest

from bench import web_sink
from bench.sinks import Sink

MAIL = "Message-ID: <{}@desk.example>\r\nSubject: x\r\n\r\nbody\r\n.dot\r\n"
GROUP = b"MAIL FROM:<a@desk.example>\r\nRCPT TO:<b@platform.example>\r\nDATA\r\n"


@pytest.fixture
def mail() -> Iterator[Sink]:
    with Sink("bench.mail_sink") as sink:
        yield sink


@pytest.fixture
def web() -> Iterator[Sink]:
    with Sink("bench.web_sink", "--hosts", "2") as sink:
        yield sink


def _connect(sink: Sink) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", sink.port), 10)
    connection.sendall(b"EHLO test.example\r\n")
    while b"250 SMTPUTF8\r\n" not in connection.recv(4096):
        pass
    return connection


def _post(sink: Sink, host: int, name: str) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection(web_sink.host(host), sink.port, timeout=10)
    connection.request("POST", "/hook", b"{}", {"webhook-id": name})
    return connection


def test_a_mail_is_counted_once_whatever_it_is_sent_by(mail: Sink) -> None:
    with smtplib.SMTP("127.0.0.1", mail.port) as smtp:
        smtp.sendmail("a@desk.example", ["b@platform.example"], MAIL.format("one"))
    with _connect(mail) as connection:
        body = MAIL.format("two").encode()
        chunk = b"BDAT %d LAST\r\n" % len(body) + body
        connection.sendall(GROUP.replace(b"DATA\r\n", chunk) * 2 + b"QUIT\r\n")
        while connection.recv(4096):
            pass
    counts = mail.ask("tell")
    assert (counts["messages"], counts["distinct"], counts["repeats"]) == (3, 2, 1)
    assert mail.ask("copies") == {"one@desk.example": 1, "two@desk.example": 2}
    assert counts["unasked"] == 0


def test_what_was_not_offered_and_is_used_is_counted(mail: Sink) -> None:
    mail.ask("set", offers="")
    with _connect(mail) as connection:
        connection.sendall(GROUP)
        reply = b""
        while b"354" not in reply:
            reply += connection.recv(4096)
    assert mail.ask("tell")["unasked"] == 2


def test_nothing_is_offered_that_was_not_set(mail: Sink) -> None:
    mail.ask("set", offers="pipelining")
    with smtplib.SMTP("127.0.0.1", mail.port) as smtp:
        smtp.ehlo()
        assert smtp.has_extn("pipelining")
        assert not smtp.has_extn("chunking")


def test_the_most_connections_at_once_are_counted(mail: Sink) -> None:
    with _connect(mail), _connect(mail):
        pass
    with _connect(mail):
        assert mail.ask("tell")["most"] == 2


def test_what_another_sender_keeps_open_does_not_count_after_a_setting(mail: Sink) -> None:
    with _connect(mail), _connect(mail):
        mail.ask("set", offers="pipelining")
        with _connect(mail):
            mail.ask("forget")
            assert mail.ask("tell")["most"] == 1


def test_a_host_that_hangs_delays_no_other(web: Sink) -> None:
    web.ask("set", hang_s=600, hanging=1)
    hung = _post(web, 0, "hung")
    try:
        healthy = _post(web, 1, "healthy")
        answer = healthy.getresponse()
        assert (answer.status, answer.read()) == (200, b"ok")
        healthy.request("POST", "/hook", b"{}", {"webhook-id": "again"})
        assert healthy.getresponse().status == 200
        healthy.close()
        web.wait_for("hung", 1, seconds=10)
        counts = web.ask("tell")
        assert (counts["requests"], counts["answers"], counts["hung"], counts["connections"]) == (2, 2, 1, 2)
    finally:
        hung.close()


def test_a_request_is_kept_whole_for_its_signature(web: Sink) -> None:
    connection = _post(web, 0, "first")
    connection.getresponse().read()
    connection.close()
    ((head, body),) = web.ask("kept")
    assert "webhook-id: first" in head
    assert body == "{}"
