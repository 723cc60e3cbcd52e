"""A story of a desk that is watched: probes arrive and the outside hears of it, until the mail host is gone."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.parts.mail_sink import MailSink
from tests.parts.running import Running, until_true

pytestmark = pytest.mark.flow

SECONDS = 30  # far above what it takes: the machine may be doing other things


class Watcher:
    """The dead man's switch elsewhere: keeps when it was asked."""

    def __init__(self) -> None:
        self.asked_at: list[float] = []
        watcher = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                watcher.asked_at.append(time.monotonic())
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/beat"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def asked_within(self, seconds: float) -> bool:
        return bool(self.asked_at) and time.monotonic() - self.asked_at[-1] < seconds


@pytest.fixture
def watcher() -> Iterator[Watcher]:
    one = Watcher()
    yield one
    one.close()


def _metrics(desk: Running) -> dict[str, float]:
    lines = (line.rpartition(" ") for line in desk.get("/metrics").text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


def test_the_outside_hears_of_a_desk_until_its_mail_host_is_gone(folder: Path, watcher: Watcher) -> None:
    told = folder / "told.txt"
    script = folder / "alarm.sh"
    script.write_text(f'#!/bin/sh\ncat >> "{told}"\n')
    script.chmod(0o700)
    with MailSink() as mail:
        desk = Running(
            folder,
            smtp_url=mail.url,
            canary_seconds="3",
            canary_mail="probe@desk.example",
            canary_webhook="own",
            heartbeat_url=watcher.url,
            alarm_command=str(script),
            outbound_allow="127.0.0.1",
        )
        try:
            desk.start()
            until_true(lambda: len(watcher.asked_at) >= 2, seconds=SECONDS, what="the watcher was not asked")
            found = _metrics(desk)
            assert found['crisis_canary_success{channel="email"}'] == 1
            assert found['crisis_canary_success{channel="webhook"}'] == 1
            assert found['crisis_alerts{channel="email",state="accepted"}'] == 0
            assert {one.message["X-Crisis-Ref"] for one in mail.to("probe@desk.example")} == {"CANARY"}
            assert not told.exists()
        except BaseException:
            desk.destroy()
            raise
    try:
        until_true(
            lambda: told.exists() and "The probe by email failed" in told.read_text(),
            seconds=2 * SECONDS,
            what="the operators were not told",
        )
        until_true(lambda: not watcher.asked_within(8), seconds=SECONDS, what="the watcher is still asked")
        found = _metrics(desk)
        assert found['crisis_canary_success{channel="email"}'] == 0
        assert found['crisis_canary_success{channel="webhook"}'] == 1
        desk.stop()
    finally:
        desk.destroy()
