"""A night in which processes die, stop and wake again, and the mail host has moods; the same seed, the same night.

Everything happens on a clock that is only moved. A worker is the real drain, taken turn by turn; its
rows are in memory. It may die at each commit, before and after it, and at each mail that goes on the wire.
"""

import heapq
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from crisis import config
from crisis.domain import alert, retry
from crisis.domain.alert import Outcome, Purpose, State
from crisis.notify.sender import Envelope, Result, Results
from crisis.workflows.deliver import Drain
from tests.parts.clock import FakeClock
from tests.parts.sending import Died
from tests.simulation.memory import MemoryBook, Tables
from tests.simulation.worlds import MemoryWorld

_OPEN = (State.PLANNED, State.CLAIMED, State.STARTED, State.WAITING_RETRY, State.UNKNOWN)
_FAULTS = timedelta(minutes=8)  # so long faults happen; then the night has to come to its end by itself
_END = timedelta(minutes=20)


@dataclass
class Received:
    """One copy of an alert that reached the mail host."""

    alert_id: UUID
    at: datetime
    purpose: str
    address: str


class CrashingBook(MemoryBook):
    """Whoever commits may die before it, so that nothing was written, or just after it."""

    def __init__(self, night: "Night") -> None:
        super().__init__()
        self._night = night

    def before_commit(self, tables: Tables) -> None:
        self._night.may_die("before commit")


@dataclass
class Worker:
    """One sending process: the drain that it is in, if any, and how often it was started."""

    night: "Night"
    name: str
    boot: int = 0
    drain: Drain | None = None
    asleep_until: float = 0.0
    overdue_by: timedelta = timedelta(0)

    @property
    def settings(self) -> config.Settings:
        return self.night.settings

    @property
    def clock(self) -> FakeClock:
        return self.night.clock

    @property
    def owner(self) -> str:
        return f"{self.name}@night/boot-{self.boot}/1"

    @property
    def senders(self) -> Mapping[alert.Channel, "Worker"]:
        return dict.fromkeys(alert.Channel, self)

    # ── as a sender ──

    def room(self, _provider: str) -> int:
        return self.night.chance.choice([1, 3, 20])

    def submit(self, envelopes: Sequence[Envelope], into: Results) -> None:
        for envelope in envelopes:
            self.night.may_die("on the wire")
            self.night.send(self, envelope, into)

    def close(self) -> None:
        """Nothing is kept."""

    # ── as a process ──

    def step(self) -> float:
        """One turn of its drain, or a new drain; in how many seconds it wants to go on."""
        drain = self.drain or Drain(
            alert.Queue.MAIL,
            room=self,
            overdue_by=self.overdue_by,
            book=self.night.book,
            ticks=lambda: self.night.seconds,
        )
        self.drain = drain
        _, taken = drain.turn(drain.collect(0.0), stop=False)
        if drain.is_empty and not taken:
            self.drain = None
            return self.night.chance.choice([0.2, 2.0, 5.0])  # until the bell or the sweep rings
        return 0.02 if taken else 0.1

    def die(self) -> None:
        self.drain, self.boot = None, self.boot + 1


@dataclass
class Night:
    """One seed."""

    seed: int
    settings: config.Settings
    clock: FakeClock = field(default_factory=FakeClock)
    seconds: float = 0.0
    received: list[Received] = field(default_factory=list)
    story: list[str] = field(default_factory=list)  # for whoever replays the seed
    deaths: int = 0
    pauses: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.book = CrashingBook(self)
        self.world = MemoryWorld(self.clock, self.book)
        self.workers = [Worker(self, "mail-1"), Worker(self, "mail-2")]
        self.workers.append(Worker(self, "metronome", overdue_by=timedelta(seconds=5)))
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0
        self._mortal: Worker | None = None
        self._accepted: set[UUID] = set()
        self._began = self.clock.now()
        self._skews = self.chance.random() < 0.3
        self._death = self.chance.choice([0.0, 0.002, 0.01])

    def run(self) -> None:
        """The whole night, invariants looked at after each event."""
        platforms = self.chance.randint(1, 12)
        self.world.declare(platforms=platforms, contacts=3)
        for worker in self.workers:
            self._at(self.chance.random(), lambda worker=worker: self._live(worker))
        self._at(2.0, self._sweep)
        for _ in range(self.chance.randint(0, 6)):
            platform = self.chance.randint(1, platforms)
            self._at(self.chance.uniform(0, 1_000), lambda platform=platform: self.world.acknowledge(platform))
        if self.chance.random() < 0.3:
            latest = self.chance.choice([2, 5, 304, 700])
            self._at(self.chance.uniform(0, latest), self.world.stand_down)
        if self.chance.random() < 0.3:
            self._at(self.chance.uniform(0, 700), lambda: self.world.retire(1, self.chance.randint(1, 3)))
        while self._events and self.seconds < _END.total_seconds():
            at, _, event = heapq.heappop(self._events)
            self.clock.advance(seconds=at - self.seconds)
            self.seconds = at
            event()
        self._check_end()

    @property
    def _faulty(self) -> bool:
        return self.seconds < _FAULTS.total_seconds()

    def may_die(self, where: str) -> None:
        """A crash point of whichever worker is at work now."""
        if self._mortal is not None and self._faulty and self.chance.random() < self._death:
            self._tell(f"{self._mortal.name} dies {where}")
            raise Died

    def send(self, worker: Worker, envelope: Envelope, into: Results) -> None:
        """Put a mail on the wire: sometimes it does not arrive, sometimes its answer does not."""
        boot, latency = worker.boot, self.chance.choice([0.001, 0.02, 0.3])
        moods = (Outcome.ACCEPTED, Outcome.TEMPORARY, Outcome.PERMANENT, Outcome.UNKNOWN)
        weights = (70, 12, 3, 15) if self._faulty else (1, 0, 0, 0)
        (outcome,) = self.chance.choices(moods, weights)
        arrives = outcome is Outcome.ACCEPTED or (outcome is Outcome.UNKNOWN and self.chance.random() < 0.7)
        hangs = 8.0 if self._faulty and self.chance.random() < 0.05 else 0.0
        purpose = self.book.tables.alerts[envelope.alert_id].claimed.purpose

        def arrive() -> None:
            self.received.append(Received(envelope.alert_id, self.clock.now(), purpose, envelope.address))

        def answer() -> None:
            if worker.boot == boot:
                took = timedelta(seconds=latency + hangs)
                into.put((envelope.alert_id, Result(outcome, "simulated", 10, "00", timedelta(0), took)))

        if arrives:
            self._at(self.seconds + latency / 2 + hangs, arrive)
        self._at(self.seconds + latency + hangs, answer)

    def _live(self, worker: Worker) -> None:
        self._mortal = worker
        try:
            wait = worker.step()
            self.may_die("after commit")
        except Died:
            worker.die()
            self.deaths += 1
            wait = self.chance.choice([0.2, 3.0, 20.0])
        finally:
            self._mortal = None
        self._check_accepted()
        if self._faulty and self.chance.random() < 0.002:
            wait = self.chance.uniform(10, 90)  # stopped, as by a debugger or a full disk, and woken again
            self.pauses += 1
            self._tell(f"{worker.name} is stopped for {wait:.0f} s")
        self._at(self.seconds + wait, lambda: self._live(worker))

    def _sweep(self) -> None:
        if self._skews and self._faulty and self.chance.random() < 0.02:
            step = self.chance.choice([-3.0, 2.0, 30.0])
            self._tell(f"the clock steps by {step:.0f} s")
            self.clock.advance(seconds=step)
        self.world.fire()
        self._at(self.seconds + 2.0, self._sweep)

    def _at(self, seconds: float, event: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._events, (seconds, self._count, event))

    def _tell(self, what: str) -> None:
        self.story.append(f"{self.seconds:8.3f} {what}")

    # ── what must hold ──

    def _check_end(self) -> None:
        tables = self.book.tables
        copies: dict[UUID, list[Received]] = defaultdict(list)
        for one in self.received:
            copies[one.alert_id].append(one)
        for key, row in tables.alerts.items():
            tries = [one for one in tables.attempts.values() if one.alert_id == key]
            self._holds(row.state not in _OPEN, f"{key} was forgotten: {row}")
            self._holds(row.claimed.attempts == len(tries) <= retry.CAP, f"{key}: {tries}")
            self._holds(len(copies[key]) <= len(tries), f"{key} came more often than it was tried")
            self._holds(len(copies[key]) <= 1 or row.possible_repeat, f"{key}: unmarked repeat")
            self._holds(row.state is not State.ACCEPTED or bool(copies[key]), f"{key} is said to be accepted")
            self._holds(bool(tries) or not copies[key], f"{key} was never tried, and came")
            if row.state is State.FAILED:
                self._holds(bool(tries), f"{key} failed without a try")
        self._check_ladder(tables)
        if not self.pauses and not self._skews:
            self._check_order(copies)

    def _check_accepted(self) -> None:
        """What was accepted stays so, whoever comes late with another result."""
        alerts = self.book.tables.alerts
        for key in self._accepted:
            self._holds(alerts[key].state is State.ACCEPTED, f"{key} was accepted, and is {alerts[key].state}")
        self._accepted = {key for key, row in alerts.items() if row.state is State.ACCEPTED}

    def _check_ladder(self, tables: Tables) -> None:
        steps = [(one.notice_id, one.step) for one in tables.fired]
        self._holds(len(steps) == len(set(steps)), "a step fired twice")
        for one in tables.fired:
            answered = tables.notices[one.notice_id].acknowledged_at
            self._holds(one.at >= one.due_at, "a step fired early")
            self._holds(answered is None or one.at <= answered, "a step fired after the answer")

    def _check_order(self, copies: Mapping[UUID, Sequence[Received]]) -> None:
        """Nobody hears of the end before the beginning, and nothing of the beginning after the end."""
        ends: dict[str, datetime] = {}
        for one in sorted(self.received, key=lambda one: one.at):
            if one.purpose == Purpose.STAND_DOWN:
                ends.setdefault(one.address, one.at)
            else:
                self._holds(one.address not in ends, f"{one.address} heard of the end first")

    def _holds(self, true: bool, what: str) -> None:
        assert true, f"seed {self.seed}: {what}\n" + "\n".join(self.story[-40:])
