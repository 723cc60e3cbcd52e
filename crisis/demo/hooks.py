"""The receivers of webhooks that the fictional platforms run, all behind one address on loopback."""

from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from crisis.demo import cast, mailbox

HOST = "127.0.0.1"

_MOST = 256 * 1024  # bytes
_KEPT_HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature", "content-type")


def server(port: int, box: mailbox.Mailbox) -> ThreadingHTTPServer:
    """The receiver, listening and not yet serving; port 0 lets the kernel choose."""
    made = ThreadingHTTPServer((HOST, port), _handler(box))
    made.daemon_threads = True
    return made


def _handler(box: mailbox.Mailbox) -> Callable[..., BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        timeout = 10

        def do_POST(self) -> None:  # the library's name
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > _MOST:
                self._say(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
                return
            body = self.rfile.read(int(length))
            url = self.headers.get("X-Crisis-Original-Url", "")
            if not cast.hook_works(urlsplit(url).hostname or ""):
                self._say(HTTPStatus.SERVICE_UNAVAILABLE)
                return
            kept = "".join(f"{name}: {value}\r\n" for name in _KEPT_HEADERS if (value := self.headers.get(name)))
            box.put(kept.encode() + b"\r\n" + body, recipient=url or self.path, sender="", now=datetime.now(UTC))
            self._say(HTTPStatus.OK)

        def _say(self, status: HTTPStatus) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Nothing: what came is in the mailbox."""

    return Receiver
