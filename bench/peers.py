"""The baselines as their user sees them: started, set to work, and asked how fast they were and at what cost of CPU."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import answer_peer, letter, peer, usage
from bench.place import MAIL_CONNECTIONS, Place
from bench.sinks import ROOT, Sink
from crisis import config
from crisis.processes import valkey
from tests.parts.running import free_port, until_true

#: The pool of a small desk, and one with as many senders as the desk has connections.
PREFORK = ("prefork", 2)
THREADS = ("threads", MAIL_CONNECTIONS)


@dataclass(frozen=True)
class Sent:
    """So many messages in so many seconds, with the CPU seconds of everything that worked for them."""

    count: int
    seconds: float
    cpu: float

    @property
    def a_second(self) -> float:
        return self.count / self.seconds

    @property
    def cpu_a_thousand(self) -> float:
        return self.cpu / self.count * 1000


class TaskEach:
    """Baseline (a): one Celery task an alert, on the same database server and the same sink."""

    def __init__(self, place: Place, engine: sa.Engine, producer: Any, roots: Sequence[int]) -> None:
        self._place, self._engine, self._producer = place, engine, producer
        self._roots = [*roots, *place.roots()]

    def send(self, count: int, *, task: Any = peer.send, seconds: float = 120) -> Sent:
        """From the first row until the last outcome is committed; ``task`` is one of ``bench.peer``.

        Raises:
            AssertionError: not in ``seconds``.
        """
        with self._engine.begin() as connection:
            connection.execute(sa.delete(peer.Alert))
        self._place.mail.ask("forget")
        cpu, own, start = usage.cpu_seconds(self._roots), time.process_time(), time.perf_counter()
        for row in self._plan(count):
            task.apply_async(row if task is peer.send_tuned else row[:1], producer=self._producer)
        self._place.mail.wait_for("messages", count, seconds=seconds)
        done = sa.select(sa.func.count()).where(peer.Alert.state == "sent")
        with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while (found := connection.scalar(done)) < count:
                assert time.perf_counter() - start < seconds, f"{found} of {count} sent"
                time.sleep(0.01)
        took, own = time.perf_counter() - start, time.process_time() - own
        return Sent(count, took, usage.cpu_seconds(self._roots) - cpu + own)

    def _plan(self, count: int) -> list[tuple[int, str, str, str, str]]:
        rows = [
            (number, f"crisis@bench-{number:05}.example", f"Desk {number:05}", "Platform", letter.link(number))
            for number in range(1, count + 1)
        ]
        names = ("id", "address", "name", "platform", "link")
        with Session(self._engine) as session:
            session.add_all(peer.Alert(**dict(zip(names, row, strict=True))) for row in rows)
            session.commit()
        return rows


@contextlib.contextmanager
def task_each(place: Place, pool: tuple[str, int] = PREFORK) -> Iterator[TaskEach]:
    """A Celery worker with this pool and a Valkey, both of its own; warm."""
    with contextlib.ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="crisis-bench-", ignore_cleanup_errors=True))
        )
        url = f"sqlite:///{folder / 'peer.sqlite'}"
        if not place.is_sqlite:
            name = place.server.create()
            stack.callback(place.server.drop, name)
            url = place.server.url(name).replace("postgresql", "postgresql+psycopg", 1)
        engine = sa.create_engine(url)
        stack.callback(engine.dispose)
        peer.Base.metadata.create_all(engine)
        settings = config.load({}, data_dir=folder, secret_key="for measurements only")
        environment = {
            **os.environ,
            peer.BROKER: settings.broker,
            peer.DATABASE: url,
            peer.SMTP_PORT: str(place.mail.port),
            "PYTHONWARNINGS": "ignore",  # Celery warns of root
        }
        broker = stack.enter_context(_running(valkey.arguments(settings), folder, environment))
        until_true(lambda: valkey.answers(settings), seconds=20, what="Valkey does not answer")
        command = [sys.executable, "-m", "celery", "--quiet", "-A", "bench.peer", "worker", "--loglevel", "ERROR"]
        options = ["--pool", pool[0], "--concurrency", str(pool[1]), "--without-gossip", "--without-mingle"]
        worker = stack.enter_context(_running([*command, *options], ROOT, environment))
        connection = stack.enter_context(peer.app.connection_for_write(settings.broker))
        made = TaskEach(place, engine, peer.app.amqp.Producer(connection), [broker, worker])
        for task in (peer.send, *([] if place.is_sqlite else [peer.send_kept, peer.send_tuned])):
            made.send(pool[1] * 4, task=task)
        yield made


@contextlib.contextmanager
def plain_answers(place: Place, count: int) -> Iterator[tuple[int, list[str]]]:
    """The baseline of the answers on the same PostgreSQL server: its port, and the paths of ``count`` links."""
    with contextlib.ExitStack() as stack:
        name = place.server.create()
        stack.callback(place.server.drop, name)
        url = place.server.url(name).replace("postgresql", "postgresql+psycopg", 1)
        tokens = [letter.link(number).rpartition("/")[2] for number in range(count)]
        engine = sa.create_engine(url)
        stack.callback(engine.dispose)
        answer_peer.Base.metadata.create_all(engine)
        with Session(engine) as session:
            session.add_all(answer_peer.link(token) for token in tokens)
            session.commit()
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        pool = ["--worker-class", "gthread", "--workers", "2", "--threads", str(answer_peer.THREADS)]
        environment = {**os.environ, answer_peer.DATABASE: url}
        stack.enter_context(_running([*command, *pool, "bench.answer_peer:app"], ROOT, environment))
        until_true(lambda: _listens(port), seconds=20, what="the baseline of the answers does not listen")
        yield port, [f"/a/{token}" for token in tokens]


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def _running(command: Sequence[str], folder: Path, environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)


def apprise_mails(sink: Sink, count: int) -> Sent:
    """Baseline (b) for mail."""
    url = f"mailto://127.0.0.1:{sink.port}?from={letter.SENDER}&to=crisis@bench-{{number:05}}.example&mode=insecure"
    return _apart(sink, count, "bench.apprise_loop", "--url", url)


def apprise_hooks(sink: Sink, hook: str, count: int) -> Sent:
    """Baseline (b) for webhooks; Apprise doesn't sign them."""
    return _apart(sink, count, "bench.apprise_loop", "--url", hook.replace("http://", "json://"))


def ceiling(sink: Sink, count: int, *, depth: int = 1) -> Sent:
    """Baseline (c); with a ``depth`` above 1 by BDAT."""
    numbers = ("--connections", str(MAIL_CONNECTIONS), "--depth", str(depth))
    return _apart(sink, count, "bench.raw", "--port", str(sink.port), *numbers)


def _apart(sink: Sink, count: int, module: str, *arguments: str) -> Sent:
    """Run a baseline in a process of its own, which says how long it took without its start."""
    sink.ask("forget")
    before = usage.cpu_seconds([sink.process.pid])
    done = subprocess.run(
        [sys.executable, "-m", module, "--count", str(count), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    seen = sink.ask("tell")
    assert count in (seen.get("messages"), seen.get("answers")), seen
    return Sent(count, found["seconds"], found["cpu"] + usage.cpu_seconds([sink.process.pid]) - before)
