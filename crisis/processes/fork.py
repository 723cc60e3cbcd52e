"""Forking a part: a Python module run as by ``python -m``, in a child that shares what is loaded already.

Half a dozen parts load the same libraries, 1.5 s of computing each; forked, they are ready in a
fraction of that. Safe because the supervisor has no threads and no open connections.
"""

import contextlib
import gc
import importlib
import os
import runpy
import signal
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import TextIO

from setproctitle import setproctitle

from crisis.jobs import death

_OURS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
_FIRST_DESCRIPTOR = 3
_MOST_DESCRIPTORS = 4096  # more than a supervisor ever holds


class Forked:
    """The child, with what the supervisor uses of ``subprocess.Popen``."""

    def __init__(self, pid: int, output: int) -> None:
        self.pid = pid
        self.output = output
        self._code: int | None = None

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; ``None`` while it runs."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def terminate(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)

    def close(self) -> None:
        os.close(self.output)


def preload(names: Sequence[str]) -> None:
    """Load modules that several parts will use, where parts are forked."""
    if sys.platform == "linux":
        for name in names:
            importlib.import_module(name)
        gc.freeze()  # what is loaded stays shared: the collector does not touch it in the children


def module(name: str, arguments: Sequence[str], environment: Mapping[str, str]) -> Forked:
    """Run ``python -m name arguments`` in a forked child, which leads a session of its own."""
    reader, writer = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    supervisor = os.getpid()
    pid = os.fork()
    if pid:
        os.close(writer)
        return Forked(pid, reader)
    code = 1
    try:
        setproctitle(" ".join(("python", "-m", name, *arguments)))  # before the environment, whose memory it takes
        _become(writer, environment, supervisor)
        code = _run(name, arguments)
    finally:
        # never back up the stack: it is the supervisor's, and would stop the other parts
        os._exit(code)


def _become(writer: int, environment: Mapping[str, str], supervisor: int) -> None:
    os.setsid()
    death.with_parent(parent=supervisor)
    signal.set_wakeup_fd(-1)
    for number in _OURS:
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(writer, 1)
    os.dup2(writer, 2)
    os.closerange(_FIRST_DESCRIPTOR, _MOST_DESCRIPTORS)  # pipes of the others, and the lock of the data folder
    sys.stdin, sys.stdout, sys.stderr = open(0), _writer(1), _writer(2)  # noqa: SIM115 - for good
    os.environ.clear()
    os.environ.update(environment)


def _writer(descriptor: int) -> TextIO:
    return open(descriptor, "w", buffering=1, encoding="utf-8", errors="replace", closefd=False)


def _run(name: str, arguments: Sequence[str]) -> int:
    sys.argv = [name, *arguments]
    sys.modules.pop(f"{name}.__main__", None)  # the supervisor's own; this one starts anew
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as ending:
        return _code(ending.code)
    except BaseException:  # a door: the last lines are what the supervisor shows
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def _code(value: object) -> int:
    if value is None:
        return 0
    if isinstance(value, int):
        return value
    print(value, file=sys.stderr)
    return 1
