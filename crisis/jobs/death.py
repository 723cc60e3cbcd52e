"""Dying with the parent: a process that is left alone by `kill -9` ends too, instead of holding ports and claims."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # Source: linux/prctl.h


def with_parent(deadly: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel to send ``deadly`` to this process when its parent dies; only Linux can.

    To be called in the child right after the fork. Elsewhere the next start finds what was left over
    by its pid files.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(deadly), 0, 0, 0)
    if os.getppid() != parent:  # it died before the call
        os.kill(os.getpid(), deadly)
