"""Print what this machine reaches: `make bench`, or `make bench ARGS="--only mails --rounds 1"`."""

import argparse
import contextlib
import functools
import itertools
import signal
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

from bench import figures, machine
from bench.figures import Goal, Sample
from bench.place import Place
from bench.scenarios import answers, declaring, hooks, killing, mails, pages

_ROUNDS = 5
_START_SECONDS = 240  # of a scenario: databases, registries, sinks
_ROUND_SECONDS = 300  # then it ends itself, whatever it is doing


@dataclass(frozen=True)
class Scenario:
    """One measurement on one database; ``measure`` yields one sample a round, without end."""

    name: str
    database: str
    text: str
    goals: Sequence[Goal]
    measure: Callable[[Place], Generator[Sample, None, None]]


def _fan_out(name: str, database: str, platforms: int, mails: int) -> Scenario:
    goals = pages.fan_out_goals(answer_s=0.3 if name == "small" else 3, last_s=2 if name == "small" else 20)
    measure = functools.partial(pages.fan_out, platforms=platforms, mails=mails)
    return Scenario(name, database, f"{platforms:,} platforms, {mails:,} mails", goals, measure)


SCENARIOS = [
    Scenario("mails", "postgresql", "10,000 mails, sink without delay", mails.NO_DELAY, mails.no_delay),
    Scenario("line", "postgresql", "10,000 mails, 50 ms, plain DATA", mails.ROUND_TRIP, mails.round_trip),
    Scenario("chunking", "postgresql", "10,000 mails, 50 ms, CHUNKING", mails.CHUNKING, mails.chunking),
    Scenario("scale", "postgresql", "50,000 alerts against 10,000", mails.SCALE, mails.scale),
    Scenario("hooks", "postgresql", "2,000 signed webhooks, 50 ms", hooks.LINE, hooks.line),
    Scenario("hanging", "postgresql", "2,000 webhooks, 5 % of the hosts hang", hooks.HANGING, hooks.hanging),
    Scenario("declare", "postgresql", "declare with 10,000 endpoints", declaring.DECLARE, declaring.declare),
    Scenario("first", "postgresql", "declare to first attempt, 200 endpoints", declaring.FIRST, declaring.first),
    Scenario("silent", "postgresql", "5,000 silent platforms at minute 5", declaring.SILENT, declaring.silent),
    Scenario("answers", "postgresql", "answers by link", answers.ANSWERS, answers.answers),
    Scenario("sqlite", "sqlite", "1,000 mails on SQLite and the bundled Valkey", mails.SQLITE, mails.sqlite),
    Scenario("killed", "postgresql", "kill -9 of all workers in mid fan-out", killing.KILLED, killing.killed),
    *[_fan_out("small", database, 60, 123) for database in ("sqlite", "postgresql")],
    _fan_out("large", "sqlite", 500, 1_000),
    _fan_out("large", "postgresql", 5_000, 10_000),
    *[Scenario("page", database, "the incident page", pages.PAGE, pages.page) for database in ("sqlite", "postgresql")],
]


def main() -> int:
    """Measure and print; 0 if everything that must be reached was, 1 if not."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    names = sorted({one.name for one in SCENARIOS})
    parser.add_argument("--only", choices=names, nargs="+", default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one database")
    parser.add_argument("--rounds", type=int, default=_ROUNDS, help=f"of which the medians are printed ({_ROUNDS})")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, _end)
    print("\n".join(machine.lines()), end="\n\n", flush=True)
    print(figures.header(), flush=True)
    missed = failed = 0
    for database in ("postgresql", "sqlite"):
        with Place(database) as place:  # one for all of them: a registry is prepared once
            for one in SCENARIOS:
                if one.database == database and one.name in given.only and given.database in (None, database):
                    found = _measured(one, place, given.rounds)
                    failed += not found
                    missed += sum(figure.missed for figure in found)
    print(f"\n{missed} missed of what must be reached" + (f", {failed} not measured" if failed else ""))
    return 1 if missed or failed else 0


def _measured(one: Scenario, place: Place, rounds: int) -> list[figures.Figure]:
    """The figures of a scenario, printed; none where it failed, with the reason."""
    began = time.monotonic()
    samples: list[Sample] = []
    paces = [machine.pace_ms()]
    signal.alarm(_START_SECONDS + rounds * _ROUND_SECONDS)
    try:
        with contextlib.closing(one.measure(place)) as measuring:
            for sample in itertools.islice(measuring, rounds):
                samples.append(sample)
                paces.append(machine.pace_ms())
    except Exception as error:  # a door: what can't be measured does not keep the rest from it
        traceback.print_exc()
        print(f"\n{one.name}: {one.text} ({one.database}): not measured: {str(error)[:500]}", flush=True)
        return []
    finally:
        signal.alarm(0)
    taken = time.monotonic() - began
    pace = f"pace {statistics.median(paces):.0f} ms, {min(paces):.0f} – {max(paces):.0f}"
    print(f"\n{one.name}: {one.text} ({one.database}, rounds: {rounds}, took {taken:.0f} s, {pace})", flush=True)
    found = figures.judge(one.goals, samples)
    print("\n".join(map(figures.row, found)), flush=True)
    return found


def _end(*_: object) -> None:
    raise TimeoutError("it took too long")


if __name__ == "__main__":
    sys.exit(main())
