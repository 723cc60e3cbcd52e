"""A running desk with a mail server beside it, for one measurement."""

import contextlib
import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from crisis.notify import links
from tests import postgres
from tests.parts import registries
from tests.parts.running import SECRET, Running, free_port

ROOT = Path(__file__).parents[1]


class Sink:
    """The mail server's process."""

    def __init__(self) -> None:
        self.port, self.control = free_port(), free_port()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.sink", "--port", str(self.port), "--control", str(self.control)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert self.process.stdout is not None
        self.process.stdout.readline()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(10)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def counts(self, order: str = "tell") -> dict[str, Any]:
        with socket.create_connection(("127.0.0.1", self.control), 5) as connection:
            connection.sendall(f"{order}\n".encode())
            return json.loads(connection.makefile().readline())


@dataclass
class Bench:
    """What a scenario works with."""

    desk: Running
    sink: Sink
    token: str

    def register(self, platforms: int, mails: int) -> None:
        path = self.desk.folder / "registry.csv"
        path.write_text(registries.text(platforms, mails), encoding="utf-8")
        self.desk.cli("platforms", "import", str(path))

    def declare(self, items: list[dict[str, str]]) -> tuple[dict[str, Any], float, float]:
        """The answer, when it was asked for (Unix seconds), and how long the answer took (s)."""
        body = {
            "title": "Measurement",
            "summary": "Fictional.",
            "kind": "terrorist-violent-extremist",
            "severity": "extreme",
            "instrument": "alert",
            "exercise": True,
            "tlp": "AMBER",
            "occurred_at": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "member_states": ["BE"],
            "audience": {"all": True},
            "items": items,
        }
        self.sink.counts("forget")
        asked, start = time.time(), time.perf_counter()
        reply = self.desk.post("/api/v1/incidents", body, token=self.token)
        took = time.perf_counter() - start
        assert reply.status == 201, reply.text[:2000]
        return reply.json, asked, took

    def link(self, notice_id: str) -> str:
        """The answer link of a notice, derived as the mail has it: the mail server throws bodies away."""
        (row,) = self.desk.rows(f"SELECT id, generation FROM link WHERE notice_id = '{UUID(notice_id).hex}'")
        return links.address(self.desk.url, links.token(SECRET, UUID(str(row["id"])), row["generation"]))

    def head(self, ref: str) -> int:
        """The number of the newest entry of an incident's record."""
        return int(self.desk.pages(f"/api/v1/incidents/{ref}/events", token=self.token)[-1]["n"])

    def wait_for_mails(self, count: int, *, seconds: float) -> dict[str, Any]:
        """The mail server's counts once it has taken ``count``, or when the time is up."""
        until = time.monotonic() + seconds
        while (counts := self.sink.counts())["messages"] < count and time.monotonic() < until:
            time.sleep(0.05)
        return counts


@contextlib.contextmanager
def running(database: str) -> Iterator[Bench]:
    """A desk on ``sqlite`` or ``postgresql``, durable as in production; stopped and removed at the end."""
    folder = Path(tempfile.mkdtemp(prefix="crisis-bench-"))
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        sink = Sink()
        stack.callback(sink.stop)
        url = ""
        if database == "postgresql":
            url = stack.enter_context(postgres.running(durable=True)).url()
        desk = Running(folder, smtp_url=f"smtp://127.0.0.1:{sink.port}", database_url=url)
        stack.callback(desk.destroy)
        desk.start()
        yield Bench(desk, sink, desk.token("incidents:read", "incidents:write"))
        desk.stop()
