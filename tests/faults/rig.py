"""The rig: a desk of real processes with sinks around it, a history of what was done, and the verdict at the end."""

import itertools
import os
import random
import re
import shutil
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psycopg
import sqlalchemy as sa
from flask import Flask

from crisis import config
from crisis.store import db
from crisis.store.models import Answer, Attempt, StreamHead, Timer
from tests import postgres
from tests.faults import checker
from tests.faults.broker import Broker
from tests.faults.checker import Answered, Declared, Evidence, Trouble
from tests.faults.proxy import Proxy
from tests.parts import rebuilt, registries, samples
from tests.parts.mail_sink import ACCEPTED, HANG_UP, MailSink
from tests.parts.running import SECRET, Running, until_true
from tests.parts.visitor import Visitor
from tests.parts.webhook_sink import WebhookSink

PLATFORMS, MAILS = 60, 240
RECOVERY_SECONDS = 65  # of the fault matrix: lease and sweep, with the machine busy
ROOT = Path(__file__).parents[2]
HOOKS = Path(__file__).parent / "hooks"
_FORM = re.compile(r'name="form" value="([^"]+)"')
_RECEIPT = re.compile(r'role="status">.*?\d\d:\d\d:\d\d', re.DOTALL)
_numbers = itertools.count(1)
_OLD_ENOUGH_SECONDS = 2.3  # an answer sooner than 2 s after its page does not count


def seed() -> int:
    """The seed of this run; CRISIS_TEST_SEED plays one again."""
    return int(os.environ.get("CRISIS_TEST_SEED") or random.SystemRandom().randrange(10**6))


class Desk(Running):
    """A desk whose processes load the hooks, and whose database is read past whatever is put before it."""

    behind = ""  # the URL of the database without a proxy
    hooked: dict[str, str]

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, **self.hooked}

    def rows(self, query: str) -> list[dict[str, Any]]:
        shown = self._settings["CRISIS_DATABASE_URL"]
        self._settings["CRISIS_DATABASE_URL"] = self.behind
        try:
            return super().rows(query)
        finally:
            self._settings["CRISIS_DATABASE_URL"] = shown


class Rig(ExitStack):
    """One desk with its surroundings; everything of it ends with the block.

    Args:
        server: where its database is made; without one it keeps SQLite.
        far: over a proxy: ``broker``, ``database``.
    """

    def __init__(
        self,
        server: postgres.Server | None = None,
        *,
        far: Sequence[str] = (),
        own_broker: bool = False,
        clock: bool = False,
        registry: str = "",
        **settings: str,
    ) -> None:
        super().__init__()
        self.seed = seed()
        self.dice = random.Random(self.seed)
        print(f"seed {self.seed}")
        self.server = server
        self._far, self._own_broker, self._clock, self._settings = far, own_broker, clock, settings
        self._registry = registry or registries.text(PLATFORMS, MAILS)
        self.declared: list[Declared] = []
        self.answered: list[Answered] = []
        self.refused: list[int] = []  # statuses of answers that were tried again; 0 where no reply came
        self.troubles: list[Trouble] = []
        self.crashes = 0
        self.sound = True  # until a test has failed on it
        self.broker: Broker | None = None
        self._officer: Visitor | None = None
        self.sinks: list[WebhookSink] = []  # of webhooks
        self.proxies: dict[str, Proxy] = {}

    def __enter__(self) -> Self:
        super().__enter__()
        try:
            self._build()
        except BaseException:
            self.close()
            raise
        return self

    def _build(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="crisis-fault-"))  # short: the broker's socket is inside
        self.callback(shutil.rmtree, self.folder, ignore_errors=True)
        self.mail = self.enter_context(MailSink())
        self.asked = self.folder / "asked"  # what the hooks are told
        self.asked.mkdir()
        self.desk = Desk(self.folder, smtp_url=self.mail.url, database_url=self._database(), **self._brokered())
        self.desk.behind = self.server.url(self.name) if self.server else ""
        self.desk.hooked = {"PYTHONPATH": f"{HOOKS}:{ROOT}", "CRISIS_TEST_HOOKS": str(self.asked)}
        if self._clock:
            self.desk.hooked["CRISIS_TEST_CLOCK"] = "1"
        self.callback(self.desk.destroy)
        self.desk.start()
        self.token = self.desk.token("incidents:read", "incidents:write", "registry:write")
        self._credentials = self.desk.officer()
        path = self.folder / "registry.csv"
        path.write_text(self._registry, encoding="utf-8")
        self.desk.cli("platforms", "import", str(path))

    def _database(self) -> str:
        if self.server is None:
            return ""
        self.name = self.server.create()
        self.callback(self.server.drop, self.name)
        if "database" not in self._far:
            return self.server.url(self.name)
        proxy = self.proxies["database"] = self.enter_context(Proxy(self.server.socket))
        return f"postgresql://postgres@127.0.0.1:{proxy.port}/{self.name}"

    def _brokered(self) -> dict[str, str]:
        if not self._own_broker:
            return self._settings
        self.broker = Broker(self.folder)
        self.broker.start()
        self.callback(self.broker.stop)
        if "broker" not in self._far:
            return {**self._settings, "broker_url": self.broker.url}
        proxy = self.proxies["broker"] = self.enter_context(Proxy(self.broker.port))
        return {**self._settings, "broker_url": f"redis://127.0.0.1:{proxy.port}/0"}

    def declare(self, *, platforms: int = PLATFORMS, items: int = 10) -> str:
        """Declare by the API; the reference, or nothing where it was not taken."""
        minute_ago = (datetime.now(UTC) - timedelta(minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        number = len(self.declared)
        asked = [{**one, "url": f"{one['url']}/{number}"} for one in registries.items(items, platforms) if "url" in one]
        body = samples.declaration(occurred_at=minute_ago, items=[*asked, {"sha256": f"{number:064x}"}], exercise=True)
        started = time.monotonic()
        try:
            reply = self.desk.post("/api/v1/incidents", body, token=self.token)
        except OSError:
            self.declared.append(Declared("", 0, time.monotonic() - started))
            return ""
        ref = reply.json["ref"] if reply.status == 201 else ""
        self.declared.append(Declared(ref, reply.status, time.monotonic() - started))
        return str(ref)

    def is_served(self) -> bool:
        """Whether a web server answers."""
        try:
            return self.desk.get("/readyz").status == 200
        except OSError:
            return False

    def health_line(self) -> str:
        """What the last line of every page says to an officer."""
        if self._officer is None:
            self._officer = Visitor(self.desk.url)
            self._officer.log_in(*self._credentials)
        return " ".join(self._officer.get("/health").text.split())

    def answer(self, count: int, *, pause: Callable[[], None] = lambda: None, over_seconds: float = 0) -> None:
        """So many contacts acknowledge by their links, eight at a time, each trying again until it has a receipt.

        Args:
            pause: called between reading the pages and sending the forms.
            over_seconds: the forms are sent at moments within so long.
        """
        links = list(dict.fromkeys(link for one in self.mail.accepted for link in one.links))
        links = self.dice.sample(links, min(count, len(links)))
        with ThreadPoolExecutor(8) as pool:
            forms = list(pool.map(self._form, links))
            time.sleep(_OLD_ENOUGH_SECONDS)
            pause()
            waits = [self.dice.uniform(0, over_seconds) for _ in links]
            list(pool.map(self._send, links, forms, sorted(waits), [time.monotonic()] * len(links)))

    def _form(self, link: str) -> str:
        page = self.desk.get(link.removeprefix(self.desk.url))
        found = _FORM.search(page.text)
        assert found, f"no form: {page.status} {page.text[:500]}"
        return unescape(found[1])

    def _send(self, link: str, form: str, wait: float, since: float) -> None:
        time.sleep(max(0.0, since + wait - time.monotonic()))
        name = f"Ana Costa {next(_numbers):05}"  # one step of CPython: no two threads get the same
        body = urlencode({"form": form, "name": name, "answer": "acknowledge"}).encode()
        # of the first try: it may have been written though its reply was lost, and keeps that time
        sent_at, until = datetime.now(UTC), time.monotonic() + RECOVERY_SECONDS
        while True:
            status, recorded = 0, False
            with suppress(OSError):
                reply = self.desk.post(
                    link.removeprefix(self.desk.url),
                    body,
                    Content_Type="application/x-www-form-urlencoded",
                    Origin=self.desk.url,
                )
                status, recorded = reply.status, reply.status == 200 and bool(_RECEIPT.search(reply.text))
            if status == 200 or time.monotonic() > until:
                break
            self.refused.append(status)
            time.sleep(0.2)
        self.answered.append(Answered(name, sent_at, datetime.now(UTC), status, recorded))

    def trouble(self, *, crashes: int = 0) -> "_Trouble":
        """What is done in this block breaks something; ``crashes`` of processes that send are part of it."""
        self.crashes += crashes
        return _Trouble(self)

    def crash_at(self, point: str, count: int = 1) -> None:
        """The process that passes ``point`` for the ``count``-th time from now on is killed there."""
        (self.asked / f"passed-{point}").unlink(missing_ok=True)
        (self.asked / f"died-{point}").unlink(missing_ok=True)
        made = self.asked / "new"
        made.write_text(f"{point} {count}", encoding="ascii")
        made.rename(self.asked / "crash")

    def has_died(self, point: str) -> bool:
        return (self.asked / f"died-{point}").exists()

    def set_clock(self, seconds: float) -> None:
        """Make this host's clock wrong for all our processes."""
        (self.asked / "clock").write_text(str(seconds), encoding="ascii")

    def workers(self) -> list[int]:
        """The processes that send, without the parents that only start them."""
        return [pid for pid, command in self.desk.senders().items() if command.startswith("celery -A worker")]

    def kill_one(self) -> int:
        """kill -9 of one process that sends; how many."""
        found = self.workers()
        if not found:
            return 0
        with suppress(ProcessLookupError):
            os.kill(self.dice.choice(found), signal.SIGKILL)
        return 1

    def signal(self, pids: Sequence[int], number: signal.Signals) -> None:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def metronomes(self) -> list[int]:
        return [pid for pid, command in self.desk.processes().items() if "crisis metronome" in command]

    def execute(self, statement: str, **values: Any) -> None:
        """Change rows behind the desk's back."""
        with self._behind(), db.transaction() as session:
            session.execute(sa.text(statement), values)

    def hasten(self, *, over_seconds: float = 8.0, shift: timedelta | None = None) -> int:
        """Make every armed timer due within the next seconds, or ``shift`` earlier; how many there are."""
        now = datetime.now(UTC)
        with self._behind(), db.transaction() as session:
            armed = sa.select(Timer).where(Timer.state == "armed").order_by(Timer.id)
            # one that fires at this moment is left as it is: moved after that, it would seem to have fired early
            waiting = session.scalars(armed.with_for_update(skip_locked=True)).all()
            for one in waiting:
                soon = now + timedelta(seconds=self.dice.uniform(0, over_seconds))
                due_at = soon if shift is None else one.due_at - shift
                one.starts_at += due_at - one.due_at
                one.due_at = due_at
            return len(waiting)

    def settle(self, seconds: float = RECOVERY_SECONDS) -> None:
        """Wait until every alert has ended.

        Raises:
            AssertionError: one has not.
        """
        until_true(
            self.is_settled,
            seconds=seconds,
            what=lambda: f"seed {self.seed}: {self._open()} {self.desk.output[-3000:]}",
        )

    def is_settled(self) -> bool:
        with suppress(psycopg.OperationalError):
            return not self._open()
        return False

    def _open(self) -> list[dict[str, Any]]:
        return self.desk.rows(
            "SELECT state, attempts, count(*) AS alerts FROM alert "
            "WHERE state NOT IN ('accepted', 'failed', 'cancelled') GROUP BY state, attempts"
        )

    def fired(self) -> int:
        (row,) = self.desk.rows("SELECT count(*) AS fired FROM timer WHERE state = 'fired'")
        return int(row["fired"])

    def evidence(self) -> Evidence:
        """All of it, as it was while nothing was sent: what arrives while the rows are read is in none of them."""
        while (found := self._evidence()).copies != self._copies():
            pass
        return found

    def _evidence(self) -> Evidence:
        copies = self._copies()
        with self._behind(), db.reading() as session:
            rows = rebuilt.read(session)
            timers, attempts, answers = (list(session.scalars(sa.select(one))) for one in (Timer, Attempt, Answer))
            heads = {one.stream: one.n for one in session.scalars(sa.select(StreamHead))}
        known = {one.id for one in rows.alerts}
        return Evidence(
            rows=rows,
            timers=timers,
            attempts=[one for one in attempts if one.alert_id in known],
            answers=answers,
            heads=heads,
            copies=copies,
            answered=self.answered,
            declared=self.declared,
            troubles=self.troubles,
            crashes=self.crashes,
            read_at=datetime.now(UTC),
        )

    def _copies(self) -> Counter[str]:
        """What was taken over, whether or not the desk was told so."""
        taken = [one.message_id[1:37] for one in self.mail.received if one.reply in (ACCEPTED, HANG_UP)]
        taken += [one.headers["webhook-id"] for sink in self.sinks for one in sink.posted]
        return Counter(one.replace("-", "") for one in taken)

    def verify(self) -> Evidence:
        """The verdict.

        Raises:
            AssertionError: an invariant does not hold; with the seed.
        """
        evidence = self.evidence()
        while any(one.state not in checker.ENDED for one in evidence.alerts):
            self.settle()  # a timer has fired meanwhile, and what it sends is on its way
            evidence = self.evidence()
        found = checker.violations(evidence)
        assert not found, f"seed {self.seed}, {len(found)} violations: " + "\n".join(found[:20])
        return evidence

    @contextmanager
    def _behind(self) -> Iterator[None]:
        """The desk's database in this process, without what was put before it."""
        url = self.desk.behind or f"sqlite:///{self.desk.data / 'crisis.sqlite'}"
        app = Flask("faults")
        db.init(app, config.load({}, database_url=url, secret_key=SECRET))
        with app.app_context():
            try:
                yield
            finally:
                db.db.session.remove()
                db.db.engine.dispose()


class _Trouble:
    def __init__(self, rig: Rig) -> None:
        self._rig = rig

    def __enter__(self) -> None:
        self._since = datetime.now(UTC)

    def __exit__(self, *_: object) -> None:
        # what a dead process held is free again when its lease has run out
        self._rig.troubles.append(Trouble(self._since, datetime.now(UTC) + timedelta(seconds=15)))
