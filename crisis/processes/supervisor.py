"""The supervisor: starts the parts of a run, starts again what dies, and leaves no process behind."""

import os
import selectors
import signal
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import FrameType

from crisis import errors
from crisis.processes import leftovers
from crisis.processes.part import Part, Plan

_STOP_SECONDS = 6.0  # then kill: the contract allows 10 s for everything
_STOP_LAST_SECONDS = 2.0
_KILL_SECONDS = 1.0
_TURN_SECONDS = 0.25

Show = Callable[[str, str], None]


class Supervisor:
    """One thread, no shell: reads what the parts write, reaps them, restarts them with back-off.

    A part that dies five times in a minute ends the run with its last lines.
    """

    def __init__(self, run_folder: Path, environment: Mapping[str, str], show: Show) -> None:
        self._folder = run_folder
        self._environment = environment
        self._show = show
        self._parts: list[Part] = []
        self._selector = selectors.DefaultSelector()
        self._signals = 0
        self._silent = False  # while stopping: each part would only say that it stops
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._wake, False)
        self._selector.register(self._woken, selectors.EVENT_READ, None)
        signal.set_wakeup_fd(self._wake)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # only to wake up

    @property
    def stopping(self) -> bool:
        """Whether somebody asked this process to end."""
        return self._signals > 0

    def start(self, plans: Iterable[Plan]) -> None:
        """Start parts.

        Raises:
            StartFailed: a program can't be run.
        """
        for plan in plans:
            part = Part(plan, self._environment)
            self._parts.append(part)
            self._start(part)

    def wait_for(self, ready: Callable[[], str | None], *, seconds: float) -> None:
        """Turn until ``ready`` gives ``None``, or until somebody asks to stop.

        Raises:
            StartFailed: it was not ready in time (with the text that ``ready`` gave), or a part keeps dying.
        """
        ends = time.monotonic() + seconds
        while not self.stopping:
            reason = ready()
            if reason is None:
                return
            if time.monotonic() > ends:
                raise errors.StartFailed(f"Not ready after {seconds:.0f} s: {reason}")
            self.turn(0.05)

    def run(self) -> None:
        """Turn until somebody asks to stop.

        Raises:
            StartFailed: a part died five times in a minute; the text has its last lines.
        """
        while not self.stopping:
            self.turn(_TURN_SECONDS)

    def turn(self, seconds: float) -> None:
        """Wait for something to happen, and look after the parts once."""
        self._read(seconds)
        for part in self._parts:
            if part.process is None:
                if time.monotonic() >= part.start_at:
                    self._start(part)
            elif (code := part.ended()) is not None:
                self._bury(part, code)

    def stop(self) -> None:
        """Stop every part, those that others need last; kill what does not end in time."""
        self._silent = True
        for last, patience in ((False, _STOP_SECONDS), (True, _STOP_LAST_SECONDS)):
            parts = [part for part in self._parts if part.plan.last is last]
            for part in parts:
                part.ask_to_stop()
            self._wait_ended(parts, patience)
            for part in parts:
                part.signal(signal.SIGKILL)
            self._wait_ended(parts, _KILL_SECONDS)
        for part in self._parts:
            leftovers.forget(self._folder, part.plan.name)

    def close(self) -> None:
        """Let go of signals and descriptors; no other call may follow."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self._selector.close()
        os.close(self._woken)
        os.close(self._wake)
        for part in self._parts:
            part.forget()

    def _asked(self, _number: int, _frame: FrameType | None) -> None:
        self._signals += 1

    def _start(self, part: Part) -> None:
        pid = part.start()
        leftovers.note(self._folder, part.plan.name, pid)
        self._selector.register(part.output, selectors.EVENT_READ, part)

    def _bury(self, part: Part, code: int) -> None:
        self._take_lines(part)
        self._selector.unregister(part.output)
        too_often = part.bury()
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
        if too_often:
            last = "\n".join(f"  {line}" for line in part.lines)
            raise errors.StartFailed(f"{part.plan.name} {how}, five times in a minute. Its last lines:\n{last}")
        self._show(part.plan.name, f"{how}; starting it again")

    def _read(self, seconds: float) -> None:
        for key, _ in self._selector.select(seconds):
            if key.data is None:
                os.read(key.fd, 4096)
            else:
                self._take_lines(key.data)

    def _take_lines(self, part: Part) -> None:
        for line in part.read():
            if not (part.plan.quiet or self._silent):
                self._show(part.plan.name, line)

    def _wait_ended(self, parts: list[Part], seconds: float) -> None:
        ends = time.monotonic() + seconds
        asked = max(self._signals, 1)
        while any(_running(part) for part in parts):
            if time.monotonic() > ends or self._signals > asked:  # a second Ctrl-C: whoever asks twice means at once
                return
            self._read(0.05)


def _running(part: Part) -> bool:
    return part.process is not None and part.process.poll() is None
