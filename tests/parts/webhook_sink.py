"""A web server that keeps the webhooks it is given, checks their signatures, and can be slow or refuse."""

import json
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks import Webhook


@dataclass(frozen=True)
class Posted:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    raw: bytes
    received_at: datetime

    @property
    def body(self) -> Any:
        return json.loads(self.raw)

    def verified(self, secret: str) -> Any:
        """The body, when the signature is good.

        Raises:
            standardwebhooks.WebhookVerificationError: otherwise.
        """
        return Webhook(secret).verify(self.raw, self.headers)


class WebhookSink:
    """The server, in threads of this process; ``with WebhookSink() as sink: … sink.url("/hook")``."""

    def __init__(self, port: int = 0, *, host: str = "127.0.0.1") -> None:
        self.status = 200
        self.delay = 0.0  # s before the answer
        self.location = ""  # where it redirects to, with a status of 3xx
        self._posted: list[Posted] = []
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                sink._posted.append(Posted(self.path, headers, raw, datetime.now(UTC)))
                time.sleep(sink.delay)
                self.send_response(sink.status)
                if sink.location:
                    self.send_header("Location", sink.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test says what went wrong."""

        self._server = ThreadingHTTPServer((host, port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="webhook-sink", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def url(self, path: str = "/") -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}{path}"

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def posted(self) -> list[Posted]:
        """Every request that came, in order."""
        return list(self._posted)

    def wait(self, count: int, *, seconds: float) -> list[Posted]:
        """The requests once there are ``count`` of them.

        Raises:
            AssertionError: when there are fewer after ``seconds``.
        """
        until = time.monotonic() + seconds
        while len(self._posted) < count:
            assert time.monotonic() < until, f"{len(self._posted)} of {count} webhooks after {seconds} s"
            time.sleep(0.02)
        return self.posted
