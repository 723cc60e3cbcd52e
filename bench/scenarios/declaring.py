"""How long a declaration takes, and how long from it until something is on the wire."""

import os
import signal
import time
from collections.abc import Generator
from datetime import datetime

from bench.desk import Desk
from bench.figures import Goal, Sample
from bench.place import Place
from tests.parts import registries
from tests.parts.running import free_port

COUNT = 10_000
_PLATFORMS = COUNT // 2

DECLARE = [
    Goal("alive", "declare with 10,000 endpoints: the API answers after", "s", 1, 0.3),
    Goal("refuses", "the same, nobody listens where the broker was", "s", 1.5, 0.3),
    Goal("hangs", "the same, the broker takes connections and says nothing", "s", 1.5, 0.3),
]


def declare(place: Place) -> Generator[Sample, None, None]:
    """The declaration alone; the fan-out that follows is not waited for."""
    while True:
        with _desk(place) as desk:
            alive = _declared(desk)
        with _desk(place, broker_url=f"redis://127.0.0.1:{free_port()}/0") as desk:
            refuses = _declared(desk)
        with _desk(place) as desk:
            broker = next(pid for pid, command in desk.running.processes().items() if "valkey" in command)
            os.kill(broker, signal.SIGSTOP)
            hangs = _declared(desk)
            os.kill(broker, signal.SIGCONT)
        yield {"alive": alive, "refuses": refuses, "hangs": hangs}


FIRST = [
    Goal("p99", "declare to first attempt, p99 of {alerts:,.0f} alerts", "s", 1, 0.2),
    Goal("p50", "the same, median", "s"),
    Goal("most", "the same, longest", "s"),
]
_TIMES = 10


def first(place: Place) -> Generator[Sample, None, None]:
    """200 endpoints, declared several times, each after the one before has been sent."""
    count = 200
    while True:
        waited: list[float] = []
        place.mail.ask("set", delay_ms=0, offers="pipelining chunking")
        with place.desk(registries.text(count, count)) as desk:
            for _ in range(_TIMES):
                ours = desk.fan_out(place.mail, count, items=registries.items(20, count), seconds=60)
                waited += _waited(desk, ours.ref)
                time.sleep(0.2)  # not in the wake of the one before
        waited.sort()
        yield {
            "alerts": len(waited),
            "p50": waited[len(waited) // 2],
            "p99": waited[int(len(waited) * 0.99)],
            "most": waited[-1],
        }


SILENT = [
    Goal("fired", "{steps:,.0f} steps due at one moment: the last has fired after", "s", 5),
    Goal("early", "of them fired before that moment", "", 0),
]


def silent(place: Place) -> Generator[Sample, None, None]:
    """5,000 platforms answer nothing: the steps of minute 5 are due together, on real processes."""
    while True:
        place.mail.ask("set", delay_ms=0, offers="pipelining chunking")
        with _desk(place) as desk:
            ours = desk.fan_out(place.mail, COUNT, items=registries.items(120, _PLATFORMS), seconds=120)
            ((incident,),) = desk.query(f"SELECT id FROM incident WHERE ref = '{ours.ref}'")
            steps = f"incident_id = '{incident}' AND ladder LIKE 'silence:%' AND step = 0"
            ((due_at,),) = desk.query("SELECT now() + interval '3 seconds'")
            desk.query(f"UPDATE timer SET due_at = '{due_at}' WHERE {steps} RETURNING id")
            armed = f"SELECT count(*) FROM timer WHERE {steps} AND state = 'armed'"
            until = time.monotonic() + 60
            while found := desk.query(armed)[0][0]:
                assert time.monotonic() < until, f"{found} steps are armed"
                time.sleep(0.05)
            fired = time.time() - due_at.timestamp()
            ((count, early),) = desk.query(
                f"SELECT count(*), count(*) FILTER (WHERE ended_at < due_at) FROM timer WHERE {steps}"
            )
            yield {"steps": count, "fired": fired, "early": early}


def _desk(place: Place, **settings: str) -> Desk:
    return place.desk(registries.text(_PLATFORMS, COUNT), **settings)


def _declared(desk: Desk) -> float:
    items = registries.items(120, _PLATFORMS)
    start = time.perf_counter()
    answer = desk.declare(items)
    took = time.perf_counter() - start
    assert answer["counts"]["alerts"] == COUNT, answer["counts"]
    return took


def _waited(desk: Desk, ref: str) -> list[float]:
    """Seconds from the declaration to the first attempt of each alert, as the rows have it."""
    rows: list[tuple[datetime, datetime]] = desk.query(
        "SELECT declared_at, first_attempt_at FROM alert JOIN incident ON incident.id = incident_id "
        f"WHERE ref = '{ref}'"
    )
    return [(attempted - declared).total_seconds() for declared, attempted in rows]
