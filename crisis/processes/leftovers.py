"""Left-overs: what a run that was killed left behind is known by its pid files, and stopped before the next."""

import contextlib
import os
import signal
import time
from pathlib import Path

from crisis.processes import identity

_SUFFIX = ".pid"
_ASK_SECONDS = 3.0
_POLL_SECONDS = 0.02


def note(folder: Path, name: str, pid: int) -> None:
    """Write down that the part ``name`` is process ``pid``, which leads a process group of its own."""
    mark = identity.of(pid)
    if mark is not None:
        (folder / f"{name}{_SUFFIX}").write_text(mark, encoding="utf-8")


def forget(folder: Path, name: str) -> None:
    """The part has ended."""
    (folder / f"{name}{_SUFFIX}").unlink(missing_ok=True)


def stop(folder: Path) -> list[str]:
    """Stop the parts of an earlier run that are still there; never another process with the same id.

    Returns:
        The names of those that had to be stopped.
    """
    found = {path: mark for path in folder.glob(f"*{_SUFFIX}") if (mark := _alive(path)) is not None}
    for number, patience in ((signal.SIGTERM, _ASK_SECONDS), (signal.SIGKILL, _ASK_SECONDS)):
        remaining = [mark for mark in found.values() if identity.of(_pid(mark)) == mark]
        for mark in remaining:
            _signal_group(_pid(mark), number)
        _wait(remaining, patience)
    for path in folder.glob(f"*{_SUFFIX}"):
        path.unlink(missing_ok=True)
    return sorted(path.stem for path in found)


def _alive(path: Path) -> str | None:
    mark = path.read_text(encoding="utf-8").strip()
    known = mark.split(" ")[0].isdecimal() and identity.of(_pid(mark)) == mark
    return mark if known else None


def _pid(mark: str) -> int:
    return int(mark.split(" ", maxsplit=1)[0])


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


def _wait(marks: list[str], seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends and any(identity.of(_pid(mark)) == mark for mark in marks):
        time.sleep(_POLL_SECONDS)
