"""One run of everything: the data folder, the parts in their order, ready, and stopped again."""

import http.client
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crisis import config
from crisis.jobs import app as jobs_app
from crisis.processes import folder, fork, leftovers, plans, ports, valkey
from crisis.processes.part import Plan
from crisis.processes.supervisor import Show, Supervisor

_BROKER_SECONDS = 15.0  # a queue of days takes some to load
_READY_SECONDS = 45.0  # on a busy machine; usually 3
_ASK_SECONDS = 1.0


@dataclass(frozen=True)
class Run:
    """What is to run. ``prepare`` brings the database up to date once the broker answers, before the rest."""

    settings: config.Settings
    host: str
    port: int
    environment: Mapping[str, str]
    prepare: Callable[[], None]
    more: Sequence[Plan] = ()

    def until_stopped(self, *, show: Show, ready: Callable[[Sequence[str], bool], None]) -> None:
        """Start everything, call ``ready`` with the names of the parts and whether the broker answers, and stay.

        Raises:
            StartFailed: a part can't start or keeps dying, a port is taken, the folder can't be written.
                Everything that was started has been stopped.
        """
        with folder.held(self.settings.data_dir) as run_folder:
            for name in leftovers.stop(run_folder):
                show(name, "was left over from an earlier run; stopped")
            ports.require_free(self.host, self.port)
            supervisor = Supervisor(run_folder, self.environment, show)
            try:
                self._start(supervisor, ready)
                supervisor.run()
            finally:
                supervisor.stop()
                supervisor.close()

    def _start(self, supervisor: Supervisor, ready: Callable[[Sequence[str], bool], None]) -> None:
        broker = plans.broker(self.settings)
        supervisor.start(broker)
        self.prepare()
        if broker:
            supervisor.wait_for(self._broker, seconds=_BROKER_SECONDS)
        web = plans.web(host=self.host, port=self.port)
        supervisor.start([web])  # it takes longest; meanwhile this process loads what the others share
        fork.preload(plans.SHARED)
        parts = [web, *plans.senders(self.settings), *plans.mailbox(self.settings), *self.more]
        supervisor.start(parts[1:])
        answer = _Answer(self.host, self.port)
        supervisor.wait_for(answer.missing, seconds=_READY_SECONDS)
        if not supervisor.stopping:
            ready([plan.name for plan in (*broker, *parts)], self._broker_answers())

    def _broker_answers(self) -> bool:
        if not self.settings.broker_url:
            return True  # ours: it was waited for
        try:
            jobs_app.answers(jobs_app.publisher(self.settings))
        except Exception:  # a door: every transport has its own errors
            return False
        return True

    def _broker(self) -> str | None:
        return None if valkey.answers(self.settings) else "Valkey does not answer"


class _Answer:
    """What the web server says of the desk."""

    def __init__(self, host: str, port: int) -> None:
        self._address = (_reachable(host), port)

    def missing(self) -> str | None:
        """What is not ready yet; ``None`` when everything is."""
        try:
            connection = http.client.HTTPConnection(*self._address, timeout=_ASK_SECONDS)
            connection.request("GET", "/readyz")
            response = connection.getresponse()
            found: dict[str, Any] = json.loads(response.read())
            connection.close()
        except (OSError, http.client.HTTPException, ValueError):
            return "the web server does not answer"
        down = [f"{one['part']} {one['text']}" for one in found.get("parts", []) if not one["ok"]]
        return None if response.status == http.HTTPStatus.OK else "; ".join(down) or "/readyz says no"


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
