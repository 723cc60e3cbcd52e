"""The simulated platforms: they read the mails that were caught, and answer by the links in them."""

import argparse
import heapq
import itertools
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from crisis import config
from crisis.demo import cast, hooks, mailbox, seed
from crisis.demo.cast import Act, Do
from crisis.demo.visitor import NothingToDo, Visitor
from crisis.notify import addresses
from crisis.workflows import import_registry

_AT_ONCE = 24  # visits
_LOOK_EVERY_SECONDS = 0.3
_AGAIN_SECONDS = 4.0
_TRIES = 5
_FORGOTTEN = timedelta(hours=1)  # longer than anybody waits; older messages are not read again at a new start

#: What contacts do about a message that follows the first: whatever has no outcome yet.
_FOLLOW_UP = Act(30, Do.REPORT, outcomes=("removed", "removed", "restricted"), found="0")


@dataclass(frozen=True)
class Visit:
    """One act of one contact, to be done ``due`` (UTC)."""

    due: datetime
    visitor: Visitor
    act: Act
    tries: int = 0


class Stage:
    """Everybody who acts: what is due when, and who has done with it.

    Args:
        public_url: of the desk; links to anywhere else are never followed.
        started_at: what was due before is left alone, so that a new start repeats nothing.
    """

    def __init__(self, box: mailbox.Mailbox, *, public_url: str, speed: float, started_at: datetime) -> None:
        self._box = box
        self._link = re.compile(re.escape(public_url) + r"/a/[0-9A-Za-z]{22}(?![0-9A-Za-z])")
        self._speed = speed
        self._started_at = started_at
        self._names = _names()
        self._seen: set[str] = set()
        self._links: set[str] = set()
        self._numbers = itertools.count()
        self._due: list[tuple[datetime, int, Visit]] = []
        self._over: set[str] = set()
        self._lock = threading.Lock()

    def look(self) -> None:
        """Read what was caught since, and plan what its recipients do."""
        for name in self._box.ids():
            if name in self._seen:
                continue
            self._seen.add(name)
            if mailbox.caught_at(name) < self._started_at - _FORGOTTEN:
                continue
            caught = self._box.get(name)
            if caught is not None and not caught.is_webhook:
                for visit in self._planned(caught):
                    self._push(visit)

    def due(self, now: datetime) -> list[Visit]:
        """What is to be done by now; each once."""
        found = []
        with self._lock:
            while self._due and self._due[0][0] <= now:
                found.append(heapq.heappop(self._due)[2])
        return [visit for visit in found if visit.visitor.link not in self._over]

    def perform(self, visit: Visit) -> None:
        """Do it; again a little later where the desk can't be reached."""
        try:
            visit.visitor.do(visit.act)
        except NothingToDo:
            self._over.add(visit.visitor.link)
        except OSError as error:
            if visit.tries + 1 < _TRIES:
                later = visit.due + timedelta(seconds=_AGAIN_SECONDS * (visit.tries + 1))
                self._push(replace(visit, due=later, tries=visit.tries + 1))
            else:
                print(f"A simulated contact gave up: {error}", flush=True)

    def _planned(self, caught: mailbox.Caught) -> list[Visit]:
        found = self._link.search(caught.text)
        if found is None:
            return []
        link, address = found.group(), caught.recipient
        manner = cast.manner_of(address)
        again = link in self._links
        self._links.add(link)
        reports = any(act.do is Do.REPORT for act in manner.acts)
        acts = ((_FOLLOW_UP,) if reports else ()) if again else manner.acts
        visitor = Visitor(link, self._names.get(address.lower(), address.partition("@")[0]))
        visits = [
            Visit(
                caught.caught_at
                + timedelta(seconds=cast.waits(act, address=address, ref=caught.ref, speed=self._speed)),
                visitor,
                cast.at_speed(act, self._speed),
            )
            for act in acts
        ]
        return [visit for visit in visits if visit.due >= self._started_at]

    def _push(self, visit: Visit) -> None:
        with self._lock:
            heapq.heappush(self._due, (visit.due, next(self._numbers), visit))


def _names() -> dict[str, str]:
    """The name of each contact of the fictional registry, by mail address."""
    rows = import_registry.read(seed.registry())
    mails = [row for row in rows if row.channel == "email"]
    return {str(addresses.mail_address(row.address)).lower(): row.contact_name for row in mails}


def main() -> None:
    """Play until this process ends, or its parent does."""
    parser = argparse.ArgumentParser(prog="crisis.demo.platforms", description="The demo's simulated platforms.")
    parser.add_argument("--webhook-port", type=int, required=True)
    parser.add_argument("--speed", type=float, default=1.0)
    arguments = parser.parse_args()
    settings = config.load()
    box = mailbox.of(settings)
    receiver = hooks.server(arguments.webhook_port, box)
    threading.Thread(target=receiver.serve_forever, name="webhooks", daemon=True).start()
    stage = Stage(box, public_url=settings.public_url, speed=arguments.speed, started_at=datetime.now(UTC))
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="contact") as contacts:
        while True:
            stage.look()
            for visit in stage.due(datetime.now(UTC)):
                contacts.submit(stage.perform, visit)
            time.sleep(_LOOK_EVERY_SECONDS)


if __name__ == "__main__":
    main()
