"""What an officer waits for: small and large declarations, the incident page, an answer on an open page."""

import json
import statistics
import threading
import time
from collections.abc import Generator
from uuid import UUID

from bench.desk import Desk
from bench.figures import Goal, Sample
from bench.place import Place
from tests.parts import registries
from tests.parts.visitor import Visitor

_PAGE_TIMES = 9


def fan_out_goals(*, answer_s: float, last_s: float) -> list[Goal]:
    return [
        Goal("declare", "the declaration answers after", "s", answer_s),
        Goal("first", "first mail accepted, after the answer", "s", last_s),
        Goal("last", "last mail accepted, after the answer", "s", last_s),
    ]


def fan_out(place: Place, *, platforms: int, mails: int) -> Generator[Sample, None, None]:
    """Declare once; how long the answer takes, and from then how long until the last mail is accepted."""
    while True:
        with place.desk(registries.text(platforms, mails)) as desk:
            ours = desk.fan_out(place.mail, mails, items=registries.items(120, platforms), seconds=120)
        yield {
            "declare": ours.declare_seconds,
            "first": max(ours.seen["first"] - ours.answered, 0),
            "last": max(ours.seen["last"] - ours.answered, 0),
        }


_PLATFORMS = 240

PAGE = [
    Goal("page", "the incident page, {kilobytes:.0f} kB", "ms", 300),
    Goal("stream", "an answer, from sending it until an open page has it", "s", 1),
]


def page(place: Place) -> Generator[Sample, None, None]:
    """The incident page of 240 platforms as a browser asks for it, log-in and first round left out."""
    while True:
        with place.desk(registries.text(_PLATFORMS, _PLATFORMS)) as desk:
            ref = desk.fan_out(place.mail, _PLATFORMS, items=registries.items(480, _PLATFORMS), seconds=60).ref
            officer = Visitor(desk.url)
            officer.log_in(*desk.running.officer())
            path = f"/incidents/{ref}"
            size = len(officer.get(path).body)
            yield {
                "page": statistics.median(_took_ms(officer, path) for _ in range(_PAGE_TIMES)),
                "kilobytes": size / 1000,
                "stream": _answer(desk, officer, ref),
            }


def _took_ms(officer: Visitor, path: str) -> float:
    start = time.perf_counter()
    shown = officer.get(path)
    took = (time.perf_counter() - start) * 1000
    assert shown.status == 200, shown.text[:500]
    return took


def _answer(desk: Desk, officer: Visitor, ref: str) -> float:
    """Seconds from sending an answer until the stream of an open page has it; median of three."""
    query = (
        "SELECT link.id, generation, notice_id FROM link JOIN notice ON notice.id = notice_id "
        f"JOIN incident ON incident.id = incident_id WHERE ref = '{ref}' LIMIT 3"
    )
    taken = []
    for link_id, generation, notice_id in desk.query(query):
        contact = Visitor(desk.url)
        form = contact.get(desk.link(link_id, generation)).form("answer")
        with Stream(officer, ref, after=desk.head(ref)) as stream:
            time.sleep(2.2)  # an answer sooner than 2 s after its page does not count
            start = time.perf_counter()
            answered = contact.submit(form, name="Ada Fictional", answer="acknowledge")
            assert answered.status == 200, answered.text[:2000]
            taken.append(stream.wait(UUID(str(notice_id)).hex, seconds=10) - start)
    return statistics.median(taken)


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
