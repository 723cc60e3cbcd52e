"""Print what this machine reaches: `make bench`, or `python -m bench --only page`."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bench import machine, scenarios
from bench.desk import Bench, running
from bench.scenarios import Figure

MOST_SECONDS = 600  # then it ends itself, whatever it is doing


@dataclass(frozen=True)
class Scenario:
    """One measurement on one database; ``measure`` yields its figures."""

    name: str
    database: str
    measure: Callable[[Bench], Iterator[Figure]]


def _fan_out(platforms: int, mails: int, answer_ms: float, last_s: float) -> Callable[[Bench], Iterator[Figure]]:
    return lambda bench: scenarios.fan_out(bench, platforms=platforms, mails=mails, answer_ms=answer_ms, last_s=last_s)


SCENARIOS = [
    Scenario("small", "sqlite", _fan_out(60, 123, 300, 2)),
    Scenario("small", "postgresql", _fan_out(60, 123, 300, 2)),
    Scenario("large", "sqlite", _fan_out(500, 1_000, 3_000, 20)),
    Scenario("large", "postgresql", _fan_out(5_000, 10_000, 3_000, 20)),
    Scenario("page", "sqlite", lambda bench: scenarios.page(bench, platforms=240, goal_ms=300)),
    Scenario("page", "postgresql", lambda bench: scenarios.page(bench, platforms=240, goal_ms=300)),
]


def main() -> int:
    """Measure and print; 0 if every figure was reached, 1 if one was not."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=sorted({one.name for one in SCENARIOS}), help="one kind of measurement")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="one database")
    given = parser.parse_args()
    signal.signal(signal.SIGALRM, _end)
    signal.alarm(MOST_SECONDS)
    print("\n".join(machine.lines()), end="\n\n", flush=True)
    print(f"{'':11} {'':62} {'measured':>10} {'goal':>10}", flush=True)
    all_reached = True
    for one in SCENARIOS:
        if given.only in (None, one.name) and given.database in (None, one.database):
            with running(one.database) as bench:
                for figure in one.measure(bench):
                    all_reached &= figure.reached
                    _print(one.database, figure)
    return 0 if all_reached else 1


def _print(database: str, figure: Figure) -> None:
    value, goal = (
        f"{number:.0f}" if figure.unit == "ms" else f"{number:.2f}" for number in (figure.value, figure.goal)
    )
    mark = "" if figure.reached else "  not reached"
    print(
        f"{database:11} {figure.name:62} {value + ' ' + figure.unit:>10} {goal + ' ' + figure.unit:>10}{mark}",
        flush=True,
    )


def _end(*_: object) -> None:
    raise TimeoutError(f"bench: not done after {MOST_SECONDS} s")


if __name__ == "__main__":
    sys.exit(main())
