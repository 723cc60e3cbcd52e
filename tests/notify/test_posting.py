"""Where a POST goes and over which connection, whatever names and hosts do."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest

from crisis import config
from crisis.domain.alert import Channel, Outcome
from crisis.notify import links, posting, resolving, webhook
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import NOW, sent
from tests.parts.webhook_sink import WebhookSink

SECRETS = (links.webhook_secret("k", UUID(int=5), 2), links.webhook_secret("k", UUID(int=5), 1))
BODY = b'{"type":"crisis.alert"}'


def envelope(url: str, number: int = 1) -> Envelope:
    return Envelope(UUID(int=number), Channel.WEBHOOK, url, BODY, NOW, secrets=SECRETS)


@contextlib.contextmanager
def sending(allow: str = "127.0.0.0/8", **parts: Any) -> Iterator[Callable[..., list[Result]]]:
    sender = webhook.Sender(config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_OUTBOUND_ALLOW": allow, **parts}))
    try:
        yield lambda *urls: [
            result for _, result in sent(sender, [envelope(url, number) for number, url in enumerate(urls)])
        ]
    finally:
        sender.close()


@contextlib.contextmanager
def host(*answers: bytes, pause: float = 0.0) -> Iterator[tuple[int, list[int]]]:
    """Gives each request of each connection the next answer, the last one again and again; its port,
    and how many requests each connection has carried."""
    server = socket.create_server(("127.0.0.1", 0))
    carried: list[int] = []
    left = list(answers)

    def serve(connection: socket.socket, place: int) -> None:
        with contextlib.suppress(OSError), connection:
            read = b""
            while data := connection.recv(65536):
                read += data
                while BODY in read:
                    read = read.partition(BODY)[2]
                    carried[place] += 1
                    connection.sendall(left.pop(0) if len(left) > 1 else left[0])
                    time.sleep(pause)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = server.accept()
                carried.append(0)
                threading.Thread(target=serve, args=(connection, len(carried) - 1), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1], carried
    finally:
        server.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def named(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[list[str]]]) -> list[str]:
    """A resolver that gives each name the next answer of its list, the last one again and again."""
    asked: list[str] = []

    def look_up(name: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(name)
        found = answers[name].pop(0) if len(answers[name]) > 1 else answers[name][0]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 0)) for one in found]

    monkeypatch.setattr(resolving.socket, "getaddrinfo", look_up)
    return asked


def test_a_connection_carries_one_message_after_the_other() -> None:
    with host(OK) as (port, carried), sending() as send:
        for _ in range(5):
            [result] = send(f"http://127.0.0.1:{port}/a")
            assert (result.outcome, result.code) == (Outcome.ACCEPTED, 200)
    assert carried == [5]


def test_a_batch_is_what_one_connection_carries() -> None:
    with host(OK) as (port, carried), sending(CRISIS_LIMITS="webhook batch=2") as send:
        for _ in range(5):
            send(f"http://127.0.0.1:{port}/a")
    assert carried == [2, 2, 1]


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ],
)
def test_a_connection_whose_answer_was_long_or_strange_carries_no_other(answer: bytes) -> None:
    with host(answer) as (port, carried), sending() as send:
        outcomes = [send(f"http://127.0.0.1:{port}/a")[0].outcome for _ in range(2)]
    assert (outcomes, carried) == ([Outcome.ACCEPTED, Outcome.ACCEPTED], [1, 1])


def test_of_a_long_answer_the_result_says_that_it_was_not_read() -> None:
    with host(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000) as (port, _), sending() as send:
        [result] = send(f"http://127.0.0.1:{port}/a")
    assert (result.outcome, result.detail) == (Outcome.ACCEPTED, "200 OK. Of its long answer 64 KiB were read")


def test_a_body_that_drips_does_not_change_what_the_status_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_TIMEOUT_SECONDS", 0.3)
    with host(b"HTTP/1.1 503 x\r\nContent-Length: 9\r\n\r\nab") as (port, _), sending() as send:
        [result] = send(f"http://127.0.0.1:{port}/a")
    assert (result.outcome, result.code) == (Outcome.TEMPORARY, 503)


@pytest.mark.parametrize("answer", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 200 OK\r\nX" * 2000, b"\x00" * 40_000])
def test_what_is_no_http_leaves_the_outcome_unknown(answer: bytes) -> None:
    with host(answer) as (port, _), sending() as send:
        [result] = send(f"http://127.0.0.1:{port}/a")
    assert (result.outcome, result.code) == (Outcome.UNKNOWN, None)


def test_all_secrets_that_hold_sign() -> None:
    with WebhookSink() as sink, sending() as send:
        send(sink.url())
    signatures = sink.posted[0].headers["webhook-signature"].split(" ")
    assert len(set(signatures)) == 2
    assert {webhook.sign([one], str(UUID(int=0)), NOW, BODY) for one in SECRETS} == set(signatures)


@pytest.mark.parametrize(("status", "retire"), [(200, False), (404, False), (410, True), (500, False)])
def test_only_410_ends_an_endpoint(status: int, retire: bool) -> None:
    with WebhookSink() as sink, sending() as send:
        sink.status = status
        [result] = send(sink.url())
    assert (result.retire, result.code) == (retire, status)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:169.254.169.254]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[::1]/",
        "https://0.0.0.0/",
        "https://10.0.0.1/",
        "http://8.8.8.8/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:70/",
        "https://user:word@hooks.example/",
        "https://hooks.example:99999/",
        "https://hooks.example/\r\nX: y",
        "https://[::1/",
        "//hooks.example/",
        "",
    ],
)
def test_what_must_not_be_connected_to_is_refused_for_good(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(
        resolving.socket, "getaddrinfo", lambda name, *a, **k: real(name, *a, **k) if ":" in name or "." in name else []
    )
    with sending(allow="") as send:
        [result] = send(url)
    assert (result.outcome, result.size) == (Outcome.PERMANENT, 0)


def test_one_private_address_among_public_ones_refuses_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, {"hooks.example": [["93.184.215.14", "127.0.0.1"]]})
    with sending(allow="") as send:
        [result] = send("https://hooks.example/")
    assert (result.outcome, "not on the public internet" in result.detail) == (Outcome.PERMANENT, True)


def test_a_name_that_is_public_when_checked_and_ours_when_connected_to_never_gets_us_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = named(monkeypatch, {"rebind.example": [["192.0.2.1"], ["127.0.0.1"]]})
    monkeypatch.setattr(webhook, "_TIMEOUT_SECONDS", 0.3)
    with host(OK) as (port, carried), sending(allow="192.0.2.0/24") as send:
        [first] = send(f"http://rebind.example:{port}/")
        assert asked == ["rebind.example"]  # what was checked is what was connected to
        monkeypatch.setattr(posting, "CHECKED_SECONDS", 0.0)
        [second] = send(f"http://rebind.example:{port}/")
    assert first.outcome is Outcome.TEMPORARY  # nobody answers at the address that was checked
    assert carried == []
    assert second.size == 0


def test_a_name_that_moved_takes_its_kept_connections_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, {"moves.example": [["127.0.0.1"], ["127.0.0.2"]]})
    monkeypatch.setattr(posting, "CHECKED_SECONDS", 0.0)
    with host(OK) as (port, carried), sending() as send:
        [here] = send(f"http://moves.example:{port}/")
        [there] = send(f"http://moves.example:{port}/")  # nobody listens on the other address
    assert (here.outcome, there.outcome, carried) == (Outcome.ACCEPTED, Outcome.TEMPORARY, [1])


def test_a_name_is_asked_for_once_a_minute_however_many_messages_go(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = named(monkeypatch, {"hooks.example": [["127.0.0.1"]]})
    with host(OK) as (port, _), sending() as send:
        outcomes = {result.outcome for result in send(*[f"http://hooks.example:{port}/{n}" for n in range(30)])}
    assert (outcomes, asked) == ({Outcome.ACCEPTED}, ["hooks.example"])


def test_a_dead_address_of_a_host_leaves_the_other_one(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, {"two.example": [["127.0.0.9", "127.0.0.1"]]})
    with host(OK) as (port, carried), sending() as send:
        [result] = send(f"http://two.example:{port}/")
    assert (result.outcome, carried) == (Outcome.ACCEPTED, [1])


def test_a_path_goes_out_as_it_was_given_and_in_ascii() -> None:
    with WebhookSink() as sink, sending() as send:
        send(sink.url("/a%2Fb/../é?x=1&y=%20z#"))
    assert sink.posted[0].path == "/a%2Fb/../%C3%A9?x=1&y=%20z"
