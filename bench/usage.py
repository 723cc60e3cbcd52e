"""What processes use: CPU seconds of whole trees, and the most memory that one of them has held."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU time used so far by the processes ``roots``, those below them, and those of them that have ended."""
    return sum(_cpu_of(pid) for pid in _trees(roots))


def most_memory_mb(pids: Iterable[int]) -> float:
    """The largest peak of resident memory among ``pids``, shared pages counted in each."""
    return max((_peak_kb(pid) for pid in pids), default=0) / 1024


def _trees(roots: Iterable[int]) -> Iterator[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and (fields := _fields(int(entry.name))):
            children.setdefault(int(fields[1]), []).append(int(entry.name))
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        yield pid
        waiting += children.get(pid, [])


def _cpu_of(pid: int) -> float:
    fields = _fields(pid)
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS if fields else 0.0  # its own, and ended children's


def _fields(pid: int) -> list[str]:
    """What /proc says, from the state on; nothing once the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(") ")[2].split()
    except OSError:
        return []


def _peak_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:")), 0)
