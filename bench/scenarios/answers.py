"""Contacts who answer by their links, all at once: alone, and while ten thousand mails leave."""

import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ThreadPoolExecutor

from bench import peers
from bench.desk import Desk, FanOut
from bench.figures import Goal, Sample
from bench.place import Place
from bench.sinks import ROOT
from tests.parts import registries

CONNECTIONS = 64
COUNT = 10_000
_PLATFORMS = COUNT // 2
_ALONE = 2_000  # answers
_DURING = 2_500
_WARM_UP = 200  # of the baseline; the desk has served as many pages before

#: When it was sent (Unix seconds), how long it took (seconds), whether it was taken.
Answered = tuple[float, float, bool]

ANSWERS = [
    Goal("rate", f"durable answers, {CONNECTIONS} kept connections, {_ALONE:,} answers", "/s", 800, 2_000, True),
    Goal("to_peer", "÷ Flask and the mapper, a commit each: {peer:,.0f}/s; 800 was 0.8 × where it was set", "×"),
    Goal("p99", "p99; {peer_p99:,.0f} ms there", "ms", 150),
    Goal("p50", "median; {peer_p50:,.0f} ms there", "ms"),
    Goal("health", "beside it: GET /healthz by as many connections, nothing read or written", "/s"),
    Goal("unwritten", "answers that were confirmed and are not in the database", "", 0),
    Goal("refused", "answers that were not taken", "", 0),
    Goal("during_p99", "during a fan-out of 10,000, p99 of {during:,.0f} answers", "ms", 300),
    Goal("during_rate", "the same, answers", "/s"),
    Goal("fan_out", "the fan-out meanwhile, from its declaration until every outcome is durable", "s"),
]


def answers(place: Place) -> Generator[Sample, None, None]:
    """Every answer acknowledges another notice; the pages were fetched before, by GET."""
    while True:
        place.mail.ask("set", delay_ms=0, offers="pipelining chunking")
        with place.desk(registries.text(_PLATFORMS, COUNT)) as desk, contextlib.ExitStack() as stack:
            ref = _fan_out(desk, place).ref
            paths = _links(desk, ref)
            peer = _plain(place)
            alone = stack.enter_context(Load(desk.port, paths[:_ALONE]))
            alone.wait_until_ready()
            during = stack.enter_context(Load(desk.port, paths[_ALONE : _ALONE + _DURING]))
            during.wait_until_ready()
            calm = alone.answers()
            fan_out, busy = _at_once(lambda: _fan_out(desk, place), during.answers)
            inside = [one for one in busy if fan_out.asked <= one[0] <= fan_out.durable]
            written = _written(desk)
            taken = [one for one in (*calm, *busy) if one[2]]
            health = stack.enter_context(Load(desk.port, ["/healthz"] * _ALONE, "--gets")).pages()
        yield {
            "rate": _rate(calm),
            "p50": _quantile_ms(calm, 0.5),
            "p99": _quantile_ms(calm, 0.99),
            "peer": _rate(peer),
            "peer_p50": _quantile_ms(peer, 0.5),
            "peer_p99": _quantile_ms(peer, 0.99),
            "to_peer": _rate(calm) / _rate(peer),
            "health": _rate(health),
            "unwritten": max(len(taken) - written, 0),
            "refused": _ALONE + _DURING - len(taken),
            "during": len(inside),
            "during_rate": _rate(inside),
            "during_p99": _quantile_ms(inside, 0.99),
            "fan_out": fan_out.seconds,
        }


class Load(contextlib.AbstractContextManager["Load"]):
    """Contacts in a process of their own, whose pages are fetched and old enough to be believed."""

    def __init__(self, port: int, paths: Sequence[str], *more: str) -> None:
        command = [sys.executable, "-m", "bench.answer_load", "--port", str(port), "--count", str(len(paths))]
        self._process = subprocess.Popen(
            [*command, "--connections", str(CONNECTIONS), *more],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdin is not None
        self._process.stdin.write("".join(f"{path}\n" for path in paths))
        self._process.stdin.flush()

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.communicate(timeout=5)

    def wait_until_ready(self) -> None:
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n", "the load of answers ended"

    def answers(self) -> list[Answered]:
        """Send them all; when each was sent (Unix seconds), how long it took, whether it was taken."""
        assert self._process.stdin is not None
        self._process.stdin.write("go\n")
        self._process.stdin.flush()
        return self._samples("answers")

    def pages(self) -> list[Answered]:
        """What ``--gets`` fetched."""
        return self._samples("pages")

    def _samples(self, what: str) -> list[Answered]:
        assert self._process.stdout is not None
        return [tuple(one) for one in json.loads(self._process.stdout.readline())[what]["samples"]]


def _plain(place: Place) -> list[Answered]:
    """The baseline's answers, after a few that warm it up."""
    with peers.plain_answers(place, _ALONE + _WARM_UP) as (port, paths), contextlib.ExitStack() as stack:
        loads = [stack.enter_context(Load(port, part)) for part in (paths[:_WARM_UP], paths[_WARM_UP:])]
        for one in loads:
            one.wait_until_ready()
        _, answered = [one.answers() for one in loads]
    assert all(taken for _, _, taken in answered), "the baseline did not take every answer"
    return answered


def _fan_out(desk: Desk, place: Place) -> FanOut:
    return desk.fan_out(place.mail, COUNT, items=registries.items(120, _PLATFORMS), seconds=240)


def _links(desk: Desk, ref: str) -> list[str]:
    """The path of one link of each notice."""
    rows = desk.query(
        "SELECT DISTINCT ON (notice_id) link.id, generation FROM link JOIN notice ON notice.id = notice_id "
        f"JOIN incident ON incident.id = incident_id WHERE ref = '{ref}'"
    )
    return [desk.link(link_id, generation) for link_id, generation in rows]


def _at_once(fan_out: Callable[[], FanOut], answers: Callable[[], list[Answered]]) -> tuple[FanOut, list[Answered]]:
    """Both, the answers from a moment before the declaration on."""
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(answers)
        return fan_out(), answering.result()


def _written(desk: Desk) -> int:
    ((count,),) = desk.query("SELECT count(*) FROM answer WHERE kind = 'acknowledge' AND confirmed")
    return int(count)


def _rate(answered: Sequence[Answered]) -> float:
    began, ended = min(at for at, _, _ in answered), max(at + took for at, took, _ in answered)
    return len(answered) / (ended - began)


def _quantile_ms(answered: Sequence[Answered], share: float) -> float:
    took = sorted(one for _, one, _ in answered)
    return took[min(int(len(took) * share), len(took) - 1)] * 1000
