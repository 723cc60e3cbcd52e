"""What is measured, and the figure that each measurement has to reach."""

import json
import statistics
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from bench.desk import Bench
from tests.parts import registries
from tests.parts.visitor import Visitor

PAGE_ROUNDS = 9


@dataclass(frozen=True)
class Figure:
    """One measured value; both in ``unit``."""

    name: str
    value: float
    goal: float
    unit: str

    @property
    def reached(self) -> bool:
        return self.value <= self.goal


def fan_out(bench: Bench, *, platforms: int, mails: int, answer_ms: float, last_s: float) -> Iterator[Figure]:
    """Declare once; how long the answer takes, and from then how long until the last mail is accepted."""
    bench.register(platforms, mails)
    answer, asked, took = bench.declare(registries.items(120, platforms))
    counts = bench.wait_for_mails(mails, seconds=max(last_s * 6, 30))
    assert answer["counts"]["alerts"] == mails, answer
    assert counts["messages"] >= mails, f"{counts['messages']} of {mails} mails"
    label = f"{platforms} platforms, {mails} mails"
    yield Figure(f"{label}: declare answers", took * 1000, answer_ms, "ms")
    yield Figure(f"{label}: first mail after the answer", max(counts["first"] - asked - took, 0), last_s, "s")
    yield Figure(f"{label}: last mail after the answer", counts["last"] - asked - took, last_s, "s")


def page(bench: Bench, *, platforms: int, goal_ms: float) -> Iterator[Figure]:
    """The incident page as a browser asks for it, median of some rounds, log-in and first round left out."""
    bench.register(platforms, platforms)
    answer, _, _ = bench.declare(registries.items(480, platforms))
    bench.wait_for_mails(platforms, seconds=30)
    officer = Visitor(bench.desk.url)
    officer.log_in(*bench.desk.officer())
    path = f"/incidents/{answer['ref']}"
    officer.get(path)
    taken = []
    for _ in range(PAGE_ROUNDS):
        start = time.perf_counter()
        shown = officer.get(path)
        taken.append((time.perf_counter() - start) * 1000)
        assert shown.status == 200, shown.text[:500]
    size = f"{len(shown.body) / 1000:.0f} kB"
    yield Figure(f"incident page of {platforms} platforms ({size})", statistics.median(taken), goal_ms, "ms")
    yield from _answer(bench, officer, answer["ref"], goal_s=1.0)


def _answer(bench: Bench, officer: Visitor, ref: str, *, goal_s: float) -> Iterator[Figure]:
    """An answer, from the moment it is sent until the stream of an open page has it; median of three."""
    notices = bench.desk.pages(f"/api/v1/incidents/{ref}/notices", token=bench.token)
    taken = []
    for notice in notices[:3]:
        link = bench.link(notice["id"])
        contact = Visitor(bench.desk.url)
        form = contact.get(link).form("answer")
        with Stream(officer, ref, after=bench.head(ref)) as stream:
            time.sleep(2.2)  # an answer sooner than 2 s after its page does not count
            start = time.perf_counter()
            answered = contact.submit(form, name="Ada Fictional", answer="acknowledge")
            assert answered.status == 200, answered.text[:2000]
            taken.append(stream.wait(UUID(notice["id"]).hex, seconds=10) - start)
    yield Figure("answer, on the stream of an open page", statistics.median(taken), goal_s, "s")


class Stream:
    """The event stream of an open page, read in a thread; ``wait`` gives when a text was first in it."""

    def __init__(self, officer: Visitor, ref: str, *, after: int) -> None:
        self._response = officer.open(f"/incidents/{ref}/stream?after={after}", Accept="text/event-stream")
        self._lines: list[tuple[float, str]] = []
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> "Stream":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._response.close()

    def _read(self) -> None:
        try:
            while line := self._response.readline():
                self._lines.append((time.perf_counter(), line.decode("utf-8", "replace")))
        except (OSError, ValueError, AttributeError):
            return  # closed by us

    def wait(self, text: str, *, seconds: float) -> float:
        until = time.perf_counter() + seconds
        seen = 0
        while time.perf_counter() < until:
            while seen < len(self._lines):
                at, line = self._lines[seen]
                seen += 1
                if text in line:
                    return at
            time.sleep(0.005)
        told = json.dumps([line[:80] for _, line in self._lines[-5:]])
        raise AssertionError(f"nothing of {text} on the stream after {seconds} s: {told}")
