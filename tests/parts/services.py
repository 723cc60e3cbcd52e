"""Fakes of an SMS, two chat and a push service: they take what the real ones take, and refuse what those refuse.

*Source:* the services' own references: Twilio Messages (2010-04-01), Slack and Mattermost incoming
webhooks, Gotify's POST /message.
"""

import base64
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

ACCOUNT, TOKEN = "AC00000000000000000000000000000001", "twilio-token"
GOTIFY_KEY = "AbCdEfGhIjKlMnO"
MATTERMOST_HOOK = "3ccdd113474722377935511fc85d3dd4"
SLACK_HOOK = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


@dataclass(frozen=True)
class Taken:
    """A message that a service has accepted."""

    service: str
    fields: dict[str, Any]


Reply = tuple[int, str, bytes]


class Services:
    """All of them on one port; ``taken`` holds what each accepted."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.hanging: set[str] = set()
        self.released = threading.Event()
        self.status: int | None = None  # what every service answers instead
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, kind, answer = fake._answer(urlsplit(self.path).path, dict(self.headers.items()), body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None:
                """Say nothing: the test says what went wrong."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        routes: list[tuple[str, Callable[[str, dict[str, str], bytes], Reply]]] = [
            ("/2010-04-01/Accounts/", self._twilio),
            ("/hooks/", self._mattermost),
            ("/services/", self._slack),
            ("/message", self._gotify),
        ]
        for start, act in routes:
            if path.startswith(start):
                until = time.monotonic() + 20
                while act.__name__ in self.hanging and not self.released.wait(0.05) and time.monotonic() < until:
                    pass
                return (self.status, "text/plain", b"") if self.status else act(path, headers, body)
        return 404, "text/plain", b"404 page not found"

    def _twilio(self, path: str, headers: dict[str, str], body: bytes) -> Reply:
        def refused(status: int, code: int, message: str) -> Reply:
            told = {"code": code, "message": message, "more_info": "", "status": status}
            return status, "application/json", json.dumps(told).encode()

        account = path.removeprefix("/2010-04-01/Accounts/").removesuffix("/Messages.json")
        expected = "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode()
        if account != ACCOUNT or headers.get("Authorization") != expected:
            return refused(401, 20003, "Authenticate")
        if headers.get("Content-Type") != "application/x-www-form-urlencoded":
            return refused(400, 21604, "A 'To' phone number is required.")
        fields = {name: values[0] for name, values in parse_qs(body.decode("ascii"), strict_parsing=True).items()}
        if not fields.get("Body") or len(fields["Body"]) > 1600:
            return refused(400, 21602, "Message body is required.")
        if ("From" in fields) == ("MessagingServiceSid" in fields):
            return refused(400, 21603, "A 'From' phone number is required.")
        if not fields.get("To", "").startswith("+"):
            return refused(400, 21211, f"The 'To' number {fields.get('To')} is not a valid phone number.")
        if "StatusCallback" in fields and not fields["StatusCallback"].startswith("https://"):
            return refused(400, 21609, "The StatusCallback URL is not a valid URL.")
        self.taken.append(Taken("twilio", fields))
        sid = f"SM{len(self.taken):032x}"
        told = {"sid": sid, "status": "queued", "to": fields["To"], "account_sid": account, "error_code": None}
        return 201, "application/json", json.dumps(told).encode()

    def _mattermost(self, path: str, _headers: dict[str, str], body: bytes) -> Reply:
        fields = json.loads(body)
        if path != f"/hooks/{MATTERMOST_HOOK}" or not fields.get("text"):
            return 400, "application/json", b'{"id":"web.incoming_webhook.invalid.app_error","status_code":400}'
        self.taken.append(Taken("mattermost", fields))
        return 200, "text/plain", b"ok"

    def _slack(self, path: str, _headers: dict[str, str], body: bytes) -> Reply:
        fields = json.loads(body)
        if path != f"/services/{SLACK_HOOK}":
            return 403, "text/plain", b"invalid_token"
        if not fields.get("text") and not fields.get("attachments") and not fields.get("blocks"):
            return 400, "text/plain", b"no_text"
        self.taken.append(Taken("slack", fields))
        return 200, "text/plain", b"ok"

    def _gotify(self, _path: str, headers: dict[str, str], body: bytes) -> Reply:
        if headers.get("X-Gotify-Key") != GOTIFY_KEY:
            return 401, "application/json", b'{"error":"Unauthorized","errorCode":401}'
        fields = json.loads(body)
        if not fields.get("message"):
            return 400, "application/json", b'{"error":"Bad Request","errorCode":400}'
        self.taken.append(Taken("gotify", fields))
        return 200, "application/json", json.dumps({"id": len(self.taken), "appid": 1, **fields}).encode()
