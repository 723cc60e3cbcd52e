"""One signed POST, to where it may go, and what comes of it."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from crisis import config
from crisis.domain.alert import Channel, Outcome
from crisis.notify import links, resolving, webhook
from crisis.notify.sender import Envelope, Result
from tests.notify.envelopes import NOW, envelope, sent
from tests.notify.mail_host import certificate
from tests.parts.webhook_sink import WebhookSink

SECRET = links.webhook_secret("k", UUID(int=5), 1)
BODY = '{"type":"crisis.alert","data":{"ref":"INC-2026-0007","é":1}}'.encode()


def settings(allow: str = "127.0.0.0/8", **parts: Any) -> config.Settings:
    return config.load({"CRISIS_SECRET_KEY": "k", "CRISIS_OUTBOUND_ALLOW": allow}, **parts)


def post(url: str, **parts: Any) -> Envelope:
    given = {"channel": Channel.WEBHOOK, "payload": BODY, "secrets": (SECRET,), "started_at": NOW}
    return envelope(url, **(given | parts))


def send(url: str, *, allow: str = "127.0.0.0/8", demo: bool = False, base: str | None = None, **parts: Any) -> Result:
    sender = webhook.Sender(settings(allow, demo=demo), demo_webhook_base=base)
    try:
        [(alert_id, result)] = sent(sender, [post(url, **parts)])
    finally:
        sender.close()
    assert alert_id == UUID(int=1)
    return result


@contextlib.contextmanager
def speaking(answer: bytes, *, drip: float = 0.0, tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A server that reads a request, gives ``answer`` (a byte each ``drip`` seconds, if any) and hangs up; its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def talk() -> None:
        with contextlib.suppress(OSError):
            connection, _ = server.accept()
            with tls.wrap_socket(connection, server_side=True) if tls else connection as open_one:
                read = b""
                while BODY not in read:
                    read += open_one.recv(65536)
                for piece in [answer[at : at + 1] for at in range(len(answer))] if drip else [answer]:
                    open_one.sendall(piece)
                    time.sleep(drip)

    threading.Thread(target=talk, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()


def test_a_receiver_verifies_what_was_posted() -> None:
    with WebhookSink() as sink:
        result = send(sink.url("/hook?desk=1"), started_at=datetime.now(UTC))
    [posted] = sink.posted
    assert (result.outcome, result.detail, result.size) == (Outcome.ACCEPTED, "200 OK", len(BODY))
    assert posted.raw == BODY
    assert posted.path == "/hook?desk=1"
    assert posted.verified(SECRET)["type"] == "crisis.alert"
    assert posted.headers["webhook-id"] == "00000000-0000-0000-0000-000000000001"
    assert posted.headers["content-type"] == "application/json"
    assert posted.headers["host"].startswith("127.0.0.1:")


@pytest.mark.parametrize(
    ("status", "expected", "detail"),
    [
        (204, Outcome.ACCEPTED, "204 No Content"),
        (302, Outcome.PERMANENT, "302 Found. Redirects are not followed; correct the address."),
        (400, Outcome.PERMANENT, "400 Bad Request"),
        (404, Outcome.PERMANENT, "404 Not Found"),
        (408, Outcome.TEMPORARY, "408 Request Timeout"),
        (410, Outcome.PERMANENT, "410 Gone. The receiver has ended this webhook."),
        (429, Outcome.TEMPORARY, "429 Too Many Requests"),
        (500, Outcome.TEMPORARY, "500 Internal Server Error"),
        (503, Outcome.TEMPORARY, "503 Service Unavailable"),
    ],
)
def test_the_outcome_follows_the_status(status: int, expected: Outcome, detail: str) -> None:
    with WebhookSink() as sink, WebhookSink() as elsewhere:
        sink.status, sink.location = status, elsewhere.url("/elsewhere") if status == 302 else ""
        result = send(sink.url())
    assert (result.outcome, result.detail) == (expected, detail)
    assert elsewhere.posted == []


def test_private_addresses_are_refused_unless_the_setting_allows_them() -> None:
    with WebhookSink() as sink:
        refused = send(sink.url(), allow="10.0.0.0/8")
        allowed = send(sink.url(), allow="127.0.0.1")
    assert (refused.outcome, allowed.outcome) == (Outcome.PERMANENT, Outcome.ACCEPTED)
    assert "CRISIS_OUTBOUND_ALLOW" in refused.detail
    assert len(sink.posted) == 1


def test_a_name_is_resolved_once_and_the_checked_address_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        resolving.socket,
        "getaddrinfo",
        lambda host, *a, **k: real(host, *a, **k) if host[0].isdigit() else resolve(host),
    )
    with WebhookSink() as sink:
        port = sink.url().rsplit(":")[-1].rstrip("/")
        result = send(f"http://hooks.bücher.example:{port}/x", allow="hooks.xn--bcher-kva.example")
    assert result.outcome is Outcome.ACCEPTED
    assert asked == ["hooks.xn--bcher-kva.example"]
    assert sink.posted[0].headers["host"] == f"hooks.xn--bcher-kva.example:{port}"


def test_a_name_without_address_is_tried_again_later(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror("unknown")

    monkeypatch.setattr(resolving.socket, "getaddrinfo", nobody)
    result = send("https://hooks.nowhere.example/")
    assert (result.outcome, result.detail, result.size) == (
        Outcome.TEMPORARY,
        "The name of the host has no address now.",
        0,
    )


def test_a_dead_resolver_does_not_hold_the_sender(monkeypatch: pytest.MonkeyPatch) -> None:
    released = threading.Event()
    monkeypatch.setattr(webhook, "_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr(resolving.socket, "getaddrinfo", lambda *_, **__: [str(released.wait(5))][:0])
    result = send("https://hooks.nowhere.example/")
    released.set()
    assert result.outcome is Outcome.TEMPORARY
    assert result.finished_after.total_seconds() < 2


def test_nobody_listening_is_temporary() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    result = send(f"http://127.0.0.1:{port}/")
    assert (result.outcome, result.detail) == (Outcome.TEMPORARY, "The host can't be reached: Connection refused.")


def test_a_hang_up_after_the_request_is_unknown() -> None:
    with speaking(b"") as port:
        result = send(f"http://127.0.0.1:{port}/")
    assert (result.outcome, result.size) == (Outcome.UNKNOWN, len(BODY))


def test_an_answer_that_drips_is_cut_after_the_whole_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_TIMEOUT_SECONDS", 0.5)
    with speaking(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500, drip=0.05) as port:
        result = send(f"http://127.0.0.1:{port}/")
    assert result.outcome is Outcome.UNKNOWN
    assert result.finished_after.total_seconds() < 3


def test_no_more_than_64_kib_of_an_answer_are_read() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000) as port:
        assert send(f"http://127.0.0.1:{port}/").outcome is Outcome.ACCEPTED


def test_a_status_line_with_signs_that_do_not_print_is_shown_without_them() -> None:
    with speaking(b"HTTP/1.1 404 \x1b[31mno\r\nContent-Length: 0\r\n\r\n") as port:
        assert send(f"http://127.0.0.1:{port}/").detail == "404 [31mno"


def test_a_certificate_that_nobody_signed_is_not_trusted_even_where_the_host_is_allowed() -> None:
    with speaking(b"HTTP/1.1 200 OK\r\n\r\n", tls=certificate()) as port:
        result = send(f"https://127.0.0.1:{port}/")
    assert (result.outcome, result.detail) == (Outcome.TEMPORARY, "TLS failed: CERTIFICATE_VERIFY_FAILED.")


def test_tls_is_for_the_name_while_the_connection_goes_to_the_checked_address(monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = ssl.create_default_context(cafile=str(Path(__file__).with_name("mail.example.pem")))
    monkeypatch.setattr(webhook, "_tls", lambda: trusting)
    real = socket.getaddrinfo
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(
        resolving.socket, "getaddrinfo", lambda host, *a, **k: real(host, *a, **k) if host[0].isdigit() else found
    )
    for host, expected in (("hooks.example", Outcome.ACCEPTED), ("other.example", Outcome.TEMPORARY)):
        with speaking(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", tls=certificate()) as port:
            assert send(f"https://{host}:{port}/", allow=host).outcome is expected


def test_a_slow_receiver_delays_no_other() -> None:
    with WebhookSink() as slow, WebhookSink() as fast:
        slow.delay = 1.0
        sender = webhook.Sender(settings("127.0.0.0/8 localhost"))
        envelopes = [post(slow.url(), alert_id=UUID(int=number)) for number in range(8)]
        envelopes.append(post(fast.url().replace("127.0.0.1", "localhost"), alert_id=UUID(int=99)))
        results = list(sent(sender, envelopes))
        sender.close()
    assert results[0][0] == UUID(int=99)
    assert max(result.finished_after.total_seconds() for _, result in results) < 3


def test_the_demo_posts_to_its_simulated_platforms_whatever_the_address_says() -> None:
    with WebhookSink() as sink:
        result = send("https://hooks.pixelly.example/crisis", demo=True, base=sink.url("/simulated"))
    assert result.outcome is Outcome.ACCEPTED
    assert sink.posted[0].path == "/simulated"
    assert sink.posted[0].headers["x-crisis-original-url"] == "https://hooks.pixelly.example/crisis"


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://hooks.pixelly.example/crisis", None),
        ("https://hooks.pixelly.example/crisis", "https://hooks.pixelly.example/"),
        ("http://10.0.0.1/", None),
    ],
)
def test_the_demo_reaches_no_other_machine(url: str, base: str | None) -> None:
    result = send(url, allow="10.0.0.0/8 hooks.pixelly.example", demo=True, base=base)
    assert (result.outcome, result.detail) == (Outcome.PERMANENT, "The demo posts to its own simulated platforms only.")
