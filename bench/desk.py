"""A running desk as a measurement uses it: declare, look into the tables, know what it costs."""

import contextlib
import sqlite3
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from bench import usage
from bench.sinks import Sink
from crisis.notify import links
from tests.parts.running import SECRET, Running

_WARM_UPS = 6  # small incidents: each web and worker process has most likely seen one


@dataclass(frozen=True)
class FanOut:
    """One declaration until every outcome was in the database; times are Unix seconds, durations seconds."""

    ref: str
    count: int
    asked: float
    answered: float
    durable: float
    cpu: float
    seen: dict[str, Any]  # by the sink

    @property
    def seconds(self) -> float:
        """From the declaration until the last outcome was durable."""
        return self.durable - self.asked

    @property
    def declare_seconds(self) -> float:
        return self.answered - self.asked

    @property
    def a_second(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_a_thousand(self) -> float:
        return self.cpu / self.count * 1000


class Desk(contextlib.ExitStack):
    """``running`` with an API token; ``roots`` are the processes above all that works for it."""

    def __init__(self, running: Running, token: str, roots: list[int]) -> None:
        super().__init__()
        self.running, self.token, self.roots = running, token, roots
        self.url, self.port = running.url, running.port
        self._connection = self._connect()
        self.callback(self._connection.close)

    def declare(self, items: list[dict[str, str]], audience: dict[str, Any] | None = None) -> dict[str, Any]:
        """What the API answers to a declaration."""
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
            "audience": audience or {"all": True},
            "items": items,
        }
        reply = self.running.post("/api/v1/incidents", body, token=self.token)
        assert reply.status == 201, reply.text[:2000]
        return dict(reply.json)

    def fan_out(self, sink: Sink, count: int, *, items: list[dict[str, str]], seconds: float) -> FanOut:
        """Declare, and wait until every outcome of its ``count`` alerts is durable.

        Raises:
            AssertionError: not in ``seconds``.
        """
        sink.ask("forget")
        cpu, asked = usage.cpu_seconds(self.roots), time.time()
        answer = self.declare(items)
        answered = time.time()
        assert answer["counts"]["alerts"] == count, answer["counts"]
        sink.wait_for("distinct", count, seconds=seconds)
        durable = self.wait_for_outcomes(answer["ref"], count, seconds=seconds - (time.time() - answered))
        cpu = usage.cpu_seconds(self.roots) - cpu
        return FanOut(answer["ref"], count, asked, answered, durable, cpu, sink.ask("tell"))

    def wait_for_outcomes(self, ref: str, count: int, *, seconds: float) -> float:
        """When (Unix seconds) ``count`` alerts of the incident were seen as accepted.

        Raises:
            AssertionError: not in ``seconds``.
        """
        ((incident,),) = self.query(f"SELECT id FROM incident WHERE ref = '{ref}'")
        query = f"SELECT count(*) FROM alert WHERE incident_id = '{incident}' AND state IN ('accepted', 'delivered')"
        until = time.monotonic() + max(seconds, 1)
        while (found := self.query(query)[0][0]) < count:
            assert time.monotonic() < until, f"{found} of {count} alerts accepted: {self._states(incident)}"
            time.sleep(0.01)
        return time.time()

    def warm_up(self, sink: Sink) -> None:
        """A few small incidents, to one platform each."""
        sink.ask("forget")
        for number in range(1, _WARM_UPS + 1):
            item = {"url": f"https://bench-{number:05}.example/v/{number}"}
            one = self.declare([item], {"platforms": [f"b-{number:05}"]})
            self.wait_for_outcomes(one["ref"], one["counts"]["alerts"], seconds=60)

    def query(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the database, by a connection that is kept."""
        return self._connection.execute(query).fetchall()

    def link(self, link_id: Any, generation: int) -> str:
        """The path of an answer page, derived as the mail has it: the mail server throws bodies away."""
        return links.address("", links.token(SECRET, UUID(str(link_id)), generation))

    def head(self, ref: str) -> int:
        """The number of the newest entry of an incident's record."""
        return int(self.running.pages(f"/api/v1/incidents/{ref}/events", token=self.token)[-1]["n"])

    def senders(self) -> list[int]:
        """The processes that send."""
        return [*self.running.senders()]

    def _connect(self) -> Any:
        url = self.running.environment.get("CRISIS_DATABASE_URL")
        if url:
            return psycopg.connect(url, autocommit=True)
        return sqlite3.connect(self.running.data / "crisis.sqlite", timeout=10, isolation_level=None)

    def _states(self, incident: Any) -> dict[str, int]:
        query = f"SELECT state, count(*) FROM alert WHERE incident_id = '{incident}' GROUP BY state"
        return dict(self.query(query))
