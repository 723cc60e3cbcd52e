"""The whole desk as an operator starts it: `crisis up` with a folder, a database and a port of its own."""

import contextlib
import ctypes
import itertools
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

CRISIS = Path(sys.executable).parent / "crisis"
READY_SECONDS = 60  # far above the promise of 5 s: the machine may be doing other things
STOP_SECONDS = 12  # the promise is 10
SECRET = "a-key-for-tests-only-0123456789abcdef"
_numbers = itertools.count(1)
PASSWORD = "fictional horse battery staple 42"


@dataclass(frozen=True)
class Reply:
    """What the HTTP server said."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class Running:
    """One desk; ``start()`` it, use it, ``stop()`` it. Nothing of the environment's CRISIS_* reaches it."""

    def __init__(self, folder: Path, *, smtp_url: str, database_url: str = "", **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._started: list[subprocess.Popen[bytes]] = []
        folder.mkdir(parents=True, exist_ok=True)
        self.data = folder / "var"
        self._settings = {
            "CRISIS_DATA_DIR": str(self.data),
            "CRISIS_DATABASE_URL": database_url,
            "CRISIS_SMTP_URL": smtp_url,
            "CRISIS_PUBLIC_URL": self.url,
            "CRISIS_SECRET_KEY": SECRET,
            "CRISIS_DESK_NAME": "Crisis desk of the tests",
            "CRISIS_DESK_PHONE": "+32 2 555 01 99",
            **{f"CRISIS_{name.upper()}": value for name, value in settings.items()},
        }

    def set(self, **settings: str) -> None:
        """Change settings for the processes that are started from now on."""
        self._settings |= {f"CRISIS_{name.upper()}": value for name, value in settings.items()}

    @property
    def environment(self) -> dict[str, str]:
        """What its processes see: ours without any CRISIS_*, then its own settings."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CRISIS_")}
        return {**kept, **{name: value for name, value in self._settings.items() if value}}

    @property
    def output(self) -> str:
        """What `crisis up` has said so far."""
        path = self.folder / "output"
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def start(self, *arguments: str) -> "Running":
        """Start it and wait until it is ready to declare.

        Raises:
            AssertionError: it ended, or was not ready in time; with what it said.
        """
        self.process = self.spawn("up", "--port", str(self.port), *arguments)
        until_true(self._is_ready, seconds=READY_SECONDS, what=lambda: f"not ready: {self.output[-3000:]}")
        return self

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"ended with {self.process.returncode}: {self.output[-3000:]}"
        try:
            return self.get("/readyz").status == 200
        except OSError:
            return False

    def stop(self) -> None:
        """End it as an operator does, and make sure that nothing of it is left."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(STOP_SECONDS)
        left = self.processes()
        self.destroy()
        assert code == 0, f"ended with {code}: {self.output[-3000:]}"
        assert left == {}, f"left after the end: {left}"

    def kill(self) -> None:
        """kill -9 of `crisis up` alone; its parts are on their own."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)

    def destroy(self) -> None:
        """End whatever is left, by number, however it was started."""
        for pid in self.processes():
            _signal(pid, signal.SIGKILL)
        for one in self._started:
            one.wait(5)
        until_true(lambda: not self.processes(), seconds=5)  # a killed process takes a moment to be gone

    def processes(self) -> dict[int, str]:
        """The processes that run in this desk's folder, with their command lines."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdecimal():
                continue
            try:
                place = (entry / "cwd").readlink()
                command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
            except OSError:
                continue  # it ended while we looked
            if place.is_relative_to(self.folder) and command:  # a zombie has no command line
                found[int(entry.name)] = command
        return found

    def senders(self) -> dict[int, str]:
        """The Celery workers, recognised as the contract says."""
        return {
            pid: command for pid, command in self.processes().items() if "celery" in command and " worker" in command
        }

    def kill_senders(self) -> int:
        """kill -9 of every Celery worker; how many there were."""
        workers = self.senders()
        for pid in workers:
            _signal(pid, signal.SIGKILL)
        return len(workers)

    def cli(self, *arguments: str, given: str = "", expected: int = 0) -> str:
        """Run a `crisis` command on this desk; what it printed.

        Raises:
            AssertionError: its exit code is not the expected one.
        """
        done = self.command(*arguments, given=given)
        assert done.returncode == expected, (
            f"crisis {' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
        )
        return done.stdout if expected == 0 else done.stderr

    def command(self, *arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [CRISIS, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=given,
            capture_output=True,
            text=True,
            timeout=240,  # 25,000 platforms are imported, on a busy machine
            check=False,
        )

    def token(self, *scopes: str) -> str:
        """A new bearer token."""
        flags = [part for scope in scopes for part in ("--scope", scope)]
        return self.cli("tokens", "add", f"tests {next(_numbers)}", *flags).split()[-1]

    def officer(self, email: str = "officer@desk.example", role: str = "officer") -> tuple[str, str]:
        """The mail address and password of a new user."""
        self.cli("users", "add", email, "--role", role, "--password-stdin", given=f"{PASSWORD}\n")
        return email, PASSWORD

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        """One part alone, as systemd starts it: ``spawn("metronome")``; ``destroy()`` ends it."""
        with (self.folder / "output").open("ab") as output:
            started = subprocess.Popen(
                [CRISIS, *arguments],
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - one system call, which takes no lock
            )
        self._started.append(started)
        return started

    def rows(self, query: str) -> list[dict[str, Any]]:
        """What the database holds, read beside the running desk."""
        url = self._settings["CRISIS_DATABASE_URL"]
        if url:
            with psycopg.connect(url, row_factory=dict_row) as session:
                return session.execute(query).fetchall()
        with contextlib.closing(sqlite3.connect(self.data / "crisis.sqlite", timeout=10)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    def get(self, path: str, *, token: str = "") -> Reply:
        return self.request("GET", path, token=token)

    def post(self, path: str, body: Any = None, *, token: str = "", **headers: str) -> Reply:
        return self.request("POST", path, body, token=token, **headers)

    def request(self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str) -> Reply:
        """One request; a body that is not bytes is sent as JSON. Redirects are not followed."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, data=body, method=method, headers=sent)
        try:
            with _OPENER.open(request, timeout=60) as answer:
                return Reply(answer.status, dict(answer.headers), answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Reply(error.code, dict(error.headers), error.read())

    def pages(self, path: str, *, token: str) -> list[dict[str, Any]]:
        """Every entry of a paged list of the API."""
        found: list[dict[str, Any]] = []
        cursor: str | None = ""
        while cursor is not None:
            joiner = "&" if "?" in path else "?"
            reply = self.get(f"{path}{joiner}limit=500" + (f"&cursor={cursor}" if cursor else ""), token=token)
            assert reply.status == 200, reply.text
            found += reply.json["items"]
            cursor = reply.json["next"]
        return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer like any other."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)


def free_port() -> int:
    """A port that nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until_true(ask: Callable[[], Any], *, seconds: float, what: str | Callable[[], str] = "") -> Any:
    """The first true answer.

    Raises:
        AssertionError: when there is none after ``seconds``.
    """
    until = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        assert time.monotonic() < until, f"after {seconds} s: {what() if callable(what) else what}"
        time.sleep(0.05)


def _end_with_parent() -> None:
    if sys.platform == "linux":  # a test run that was killed leaves no desk
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _signal(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
