"""Which process a process id meant: the id with its start time, because ids are used again."""

import subprocess
import sys
from pathlib import Path

_START_TIME = 19  # field 22 of /proc/PID/stat, counted after the name. Source: proc(5)


def of(pid: int) -> str | None:
    """A text that no other process of this boot has; ``None`` when there is no such process, or it is a zombie."""
    if sys.platform == "linux":
        return _linux(pid)
    found = subprocess.run(  # noqa: S603 - a fixed command with a number
        ["/bin/ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, started = found.stdout.strip().partition(" ")
    return f"{pid} {started.strip()}" if started and not state.startswith("Z") else None


def _linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else f"{pid} {fields[_START_TIME]} {boot}"
