"""Dying with the parent: a process that is left alone by `kill -9` ends too, instead of holding ports and claims."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # loaded before any fork


def with_parent(deadly: signal.Signals = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to send ``deadly`` to this process when its parent dies; only Linux can.

    To be called in the child right after the fork. Elsewhere the next start finds what was left over
    by its pid files.

    Args:
        parent: the process id of the parent, if known; when it is dead already, this process ends at once.
    """
    if _LIBC is None:
        return
    expected = os.getppid() if parent is None else parent
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(deadly), 0, 0, 0)
    if os.getppid() != expected:  # it died before the call
        os.kill(os.getpid(), deadly)
