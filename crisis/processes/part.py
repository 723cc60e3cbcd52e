"""A part of the run: one child process with its output, its deaths, and when it may start again."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crisis import errors
from crisis.jobs import death
from crisis.processes import fork

_KEPT_LINES = 20
_LINE_BYTES = 4000
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 8.0
_DEATHS = 5
_DEATHS_WITHIN_SECONDS = 60.0


@dataclass(frozen=True)
class Plan:
    """What to start: a program with its arguments, or with ``module`` set a Python module with its own.

    ``quiet``: its output is only shown when it dies. ``last``: stopped after the others.
    """

    name: str
    arguments: Sequence[str]
    module: str = ""
    quiet: bool = False
    last: bool = False
    deadly: signal.Signals = signal.SIGKILL  # what it gets when this process is killed


class _Program:
    """A program that was started, with what the supervisor uses of a forked module."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], deadly: signal.Signals) -> None:
        supervisor = os.getpid()
        # preexec_fn is safe here: the supervisor has no threads
        self._process = subprocess.Popen(  # noqa: S603 - our own arguments, no shell
            arguments,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=lambda: death.with_parent(deadly, parent=supervisor),  # noqa: PLW1509
        )
        self.pid = self._process.pid
        self.poll = self._process.poll
        self.terminate = self._process.terminate

    @property
    def output(self) -> int:
        assert self._process.stdout is not None  # asked for above
        return self._process.stdout.fileno()

    def close(self) -> None:
        if self._process.stdout is not None:
            self._process.stdout.close()


class Part:
    """One planned process, started as often as it dies."""

    def __init__(self, plan: Plan, environment: Mapping[str, str]) -> None:
        self.plan = plan
        self.lines: deque[str] = deque(maxlen=_KEPT_LINES)
        self.process: fork.Forked | _Program | None = None
        self.start_at = 0.0  # monotonic; when it may start again
        self._environment = environment
        self._deaths: deque[float] = deque(maxlen=_DEATHS)
        self._rest = b""

    @property
    def output(self) -> int:
        """The descriptor to read its output from."""
        if self.process is None:
            raise ValueError(f"{self.plan.name} does not run")
        return self.process.output

    def start(self) -> int:
        """Start it, in a process group of its own so that Ctrl-C reaches only the supervisor.

        Raises:
            StartFailed: its program can't be run.
        """
        try:
            self.process = self._begin()
        except OSError as error:
            what = self.plan.module or self.plan.arguments[0]
            raise errors.StartFailed(f"{self.plan.name} can't be started: {what}: {error.strerror}") from None
        os.set_blocking(self.output, False)
        return self.process.pid

    def _begin(self) -> "fork.Forked | _Program":
        plan = self.plan
        if not plan.module:
            return _Program(plan.arguments, self._environment, plan.deadly)
        if sys.platform == "linux":
            return fork.module(plan.module, plan.arguments, self._environment)
        # macOS: its system libraries do not survive a fork without exec
        return _Program([sys.executable, "-m", plan.module, *plan.arguments], self._environment, plan.deadly)

    def read(self) -> list[str]:
        """The lines that it has written since; also kept for the case that it dies."""
        data = b""
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.output, 65536):
                data += chunk
        *complete, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > _LINE_BYTES:
            complete, self._rest = [*complete, self._rest], b""
        lines = [text for line in complete if (text := line[:_LINE_BYTES].decode("utf-8", "replace").rstrip())]
        self.lines.extend(lines)
        return lines

    def ended(self) -> int | None:
        """Its exit code once it has ended; ``None`` while it runs or was not started."""
        return None if self.process is None else self.process.poll()

    def bury(self) -> bool:
        """Note its death, and when it may start again; whether it has now died too often."""
        if self._rest:
            self.lines.append(self._rest.decode("utf-8", "replace").rstrip())
            self._rest = b""
        self.signal(signal.SIGKILL)  # whoever it left in its group
        self.forget()
        now = time.monotonic()
        self._deaths.append(now)
        recent = [at for at in self._deaths if now - at < _DEATHS_WITHIN_SECONDS]
        pause = min(_FIRST_PAUSE_SECONDS * 2 ** (len(recent) - 1), _LONGEST_PAUSE_SECONDS)
        self.start_at = now + pause
        return len(recent) >= _DEATHS

    def forget(self) -> None:
        """Let go of an ended process."""
        if self.process is not None:
            self.process.close()
        self.process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to its whole process group."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        """Ask the process itself to end; it tells its own children."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
