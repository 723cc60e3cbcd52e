"""Where measurements take place: one database server, the sinks, and desks that begin each round alike."""

import contextlib
import functools
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench import web_sink
from bench.desk import Desk
from bench.sinks import Sink
from tests import postgres
from tests.parts.running import Running

#: To the mail host, for the desk and for every baseline.
MAIL_CONNECTIONS = 20
WEB_CONNECTIONS = 64
HOSTS = 400

_ROWS = 10_000  # of a registry in one import, which has a minute


class Place(contextlib.ExitStack):
    """One place for the scenarios on one database; what is in it is started when needed, and is gone at its end."""

    def __init__(self, database: str) -> None:
        super().__init__()
        self.is_sqlite = database == "sqlite"
        self._prepared: dict[str, tuple[Path | str, str]] = {}

    @functools.cached_property
    def folder(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="crisis-bench-"))
        self.callback(shutil.rmtree, folder, ignore_errors=True)
        return folder

    @functools.cached_property
    def server(self) -> postgres.Server:
        return self.enter_context(postgres.running(durable=True))

    @functools.cached_property
    def mail(self) -> Sink:
        return self.enter_context(Sink("bench.mail_sink"))

    @functools.cached_property
    def web(self) -> Sink:
        return self.enter_context(Sink("bench.web_sink", "--hosts", str(HOSTS)))

    def hook(self, number: int, *, hosts: int) -> str:
        """The address of a webhook, one of so many hosts."""
        return f"http://{web_sink.host(number % hosts)}:{self.web.port}/hook/{number:05}"

    @contextlib.contextmanager
    def desk(self, registry: str, **settings: str) -> Iterator[Desk]:
        """A desk that has this registry and nothing else, ready, with a few small incidents behind it."""
        with contextlib.ExitStack() as stack:
            running, token = self._desk(registry, stack, settings)
            running.start()
            desk = stack.enter_context(Desk(running, token, self.roots(running)))
            desk.warm_up(self.mail)
            if not self.is_sqlite:
                self.server.execute("CHECKPOINT")  # what came before is not to be written while we measure
            yield desk

    def roots(self, running: Running | None = None) -> list[int]:
        """The processes above all that works for a round."""
        sinks = [one.process.pid for one in (self.mail, self.__dict__.get("web")) if one is not None]
        own = [running.process.pid] if running and running.process else []
        return [*sinks, *own, *([] if self.is_sqlite else [self.server.process.pid])]

    def _desk(self, registry: str, stack: contextlib.ExitStack, settings: dict[str, str]) -> tuple[Running, str]:
        """A desk that is not started yet: a copy of the one that was prepared with this registry."""
        if registry not in self._prepared:
            self._prepared[registry] = self._prepare(registry)
        prepared, token = self._prepared[registry]
        folder = Path(tempfile.mkdtemp(prefix="crisis-bench-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = ""
        if isinstance(prepared, Path):
            shutil.copytree(prepared, folder / "var")
        else:
            name = self.server.create(prepared)
            stack.callback(self.server.drop, name)
            url = self.server.url(name)
        running = self._running(folder, url, settings)
        stack.callback(running.destroy)
        return running, token

    def _prepare(self, registry: str) -> tuple[Path | str, str]:
        folder = Path(tempfile.mkdtemp(prefix="prepared-", dir=self.folder))
        name = "" if self.is_sqlite else self.server.create()
        running = self._running(folder, self.server.url(name) if name else "", {})
        running.cli("migrate")
        header, *rows = registry.splitlines(keepends=True)
        for start in range(0, len(rows), _ROWS):
            text = header + "".join(rows[start : start + _ROWS])
            (folder / "registry.csv").write_text(text, encoding="utf-8")
            running.cli("platforms", "import", str(folder / "registry.csv"))
        token = running.token("incidents:read", "incidents:write")
        if name:
            with psycopg.connect(self.server.url(name), autocommit=True) as connection:
                connection.execute("VACUUM ANALYZE")  # as it is on a desk whose registry is older than a minute
            return name, token
        with contextlib.closing(sqlite3.connect(running.data / "crisis.sqlite")) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return running.data, token

    def _running(self, folder: Path, url: str, settings: dict[str, str]) -> Running:
        chosen = {
            "limits": f"email connections={MAIL_CONNECTIONS}; webhook connections={WEB_CONNECTIONS}",
            "outbound_allow": "127.0.0.0/8",
            **settings,
        }
        smtp = f"smtp://127.0.0.1:{self.mail.port}?connections={MAIL_CONNECTIONS}&tls=none"
        return Running(folder, smtp_url=smtp, database_url=url, **chosen)
