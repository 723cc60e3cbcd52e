"""The long round: random faults by seed on one desk, judged after each, until the time is up or something is wrong.

``python -m tests.faults.chaos --minutes 30 --seed 4711`` plays one again, as far as the machine lets it.
"""

import argparse
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

from tests import postgres
from tests.faults.rig import Rig, seed
from tests.parts import registries
from tests.parts.mail_sink import ACCEPTED, HANG_UP
from tests.parts.running import until_true

PLATFORMS = 60
_GROUP_PAUSE_SECONDS = 30.0  # a part that dies five times in a minute ends the desk, as it should


class Chaos:
    """Faults on one rig; each method breaks something, waits, and heals it."""

    def __init__(self, rig: Rig, server: postgres.Server) -> None:
        self._rig, self._server, self._dice = rig, server, rig.dice
        self._group_killed_at = 0.0
        self.faults: tuple[Callable[[], None], ...] = (
            *(self.workers_killed, self.groups_killed, self.workers_frozen, self.metronome_killed, self.crash_points),
            *(self.broker_empty, self.broker_flushed, self.broker_frozen, self.broker_behind_dead_link),
            *(self.broker_full, self.database_restarted, self.connections_ended, self.database_behind_dead_link),
            *(self.links_slow, self.mail_host_bad),
        )

    def round(self) -> str:
        """Load, one or two faults, and the verdict; what was done.

        Raises:
            AssertionError: an invariant does not hold, or something did not recover.
        """
        rig, chosen = self._rig, self._dice.sample(self.faults, self._dice.choice([1, 1, 2]))
        names = " + ".join(one.__name__ for one in chosen)
        with rig.trouble(crashes=2):
            rig.mail.behaviour.message_delay = self._dice.choice([0.05, 0.2, 0.4])
            before = len(rig.mail.accepted)
            rig.declare(platforms=PLATFORMS)
            with suppress(AssertionError):
                rig.mail.wait(before + self._dice.randint(1, 60), seconds=10)
            rig.hasten(over_seconds=20)
            for one in chosen:
                _say(one.__name__)
                one()
            rig.mail.behaviour.message_delay = 0
            rig.answer(self._dice.randint(0, 20))
            rig.settle(130)
        rig.verify()
        return names

    def _pause(self, least: float = 0.3, most: float = 2.0) -> None:
        time.sleep(self._dice.uniform(least, most))

    def workers_killed(self) -> None:
        for _ in range(self._dice.randint(1, 10)):
            self._pause()
            self._rig.crashes += self._rig.kill_one()

    def groups_killed(self) -> None:
        if time.monotonic() - self._group_killed_at > _GROUP_PAUSE_SECONDS:
            self._group_killed_at = time.monotonic()
            self._rig.crashes += until_true(self._rig.desk.kill_senders, seconds=60)

    def workers_frozen(self) -> None:
        frozen = self._rig.workers()
        self._rig.crashes += len(frozen)
        self._rig.signal(frozen, signal.SIGSTOP)
        self._pause(5, 40)
        self._rig.signal(frozen, signal.SIGCONT)

    def metronome_killed(self) -> None:
        if time.monotonic() - self._group_killed_at > _GROUP_PAUSE_SECONDS:
            self._group_killed_at = time.monotonic()
            self._rig.crashes += 1
            self._rig.signal(self._rig.metronomes(), signal.SIGKILL)

    def crash_points(self) -> None:
        points = ["claim-uncommitted", "claim-committed", "unsent", "on-the-wire", "sent", "finish-unwritten"]
        for point in self._dice.sample([*points, "finish-uncommitted", "finish-committed"], 3):
            self._rig.crash_at(point, self._dice.randint(1, 4))
            with suppress(AssertionError):
                until_true(lambda point=point: self._rig.has_died(point), seconds=5)
            self._rig.crashes += self._rig.has_died(point)
        (self._rig.asked / "crash").unlink(missing_ok=True)

    def broker_empty(self) -> None:
        assert self._rig.broker
        self._rig.broker.kill()
        self._pause(0, 10)
        self._rig.broker.start()

    def broker_flushed(self) -> None:
        assert self._rig.broker
        for _ in range(5):
            self._rig.broker.say("FLUSHALL")
            self._pause()

    def broker_frozen(self) -> None:
        assert self._rig.broker
        self._rig.broker.freeze()
        self._pause(3, 30)
        self._rig.broker.thaw()

    def broker_full(self) -> None:
        assert self._rig.broker
        self._rig.broker.say("CONFIG", "SET", "maxmemory", "1")
        self._pause(3, 15)
        self._rig.broker.say("CONFIG", "SET", "maxmemory", "0")

    def broker_behind_dead_link(self) -> None:
        self._rig.proxies["broker"].black_hole(now_open_only=self._dice.random() < 0.5)
        self._pause(3, 30)
        self._rig.proxies["broker"].heal()

    def database_restarted(self) -> None:
        self._server.restart_at_once()

    def connections_ended(self) -> None:
        for _ in range(6):
            self._server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                f"WHERE datname = '{self._rig.name}' ORDER BY random() LIMIT 3"
            )
            self._pause(0, 0.5)

    def database_behind_dead_link(self) -> None:
        self._rig.crashes += 4  # leases run out while nobody can renew them
        self._rig.proxies["database"].black_hole()
        self._pause(2, 25)
        self._rig.proxies["database"].heal()

    def links_slow(self) -> None:
        for one in self._rig.proxies.values():
            one.delay = self._dice.uniform(0.005, 0.05)
        self._pause(3, 10)
        for one in self._rig.proxies.values():
            one.heal()

    def mail_host_bad(self) -> None:
        replies = [*[ACCEPTED] * 5, *["451 4.3.0 later"] * 3, "550 5.1.1 never", HANG_UP]
        self._rig.mail.behaviour.answer = lambda _recipient, _tries: self._dice.choice(replies)
        self._pause(5, 20)
        self._rig.mail.behaviour.answer = lambda _recipient, _tries: ACCEPTED


def _say(text: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} UTC  {text}", flush=True)


def main() -> int:
    """The long round; 1 when something was violated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=None)
    given = parser.parse_args()
    number = given.seed if given.seed is not None else seed()
    os.environ["CRISIS_TEST_SEED"] = str(number)
    ends, done = time.monotonic() + given.minutes * 60, Counter[str]()
    registry = registries.stepped(PLATFORMS)
    with (
        postgres.running(durable=True) as server,
        Rig(server, own_broker=True, far=("broker", "database"), registry=registry) as rig,
    ):
        chaos = Chaos(rig, server)
        while time.monotonic() < ends:
            try:
                done[chaos.round()] += 1
            except Exception as error:  # a door: the seed must be said whatever was wrong
                _say(f"VIOLATED with seed {number} after {sum(done.values())} rounds: {error}")
                print(rig.desk.output[-5000:], file=sys.stderr)
                return 1
            _say(f"  holds: {len(rig.mail.accepted)} mails, {len(rig.answered)} answers, {rig.crashes} crashes")
    _say(f"seed {number}: {sum(done.values())} rounds, nothing was violated")
    return 0


if __name__ == "__main__":
    sys.exit(main())
