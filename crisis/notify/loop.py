"""The event loop of the senders: one thread of this process that waits on all their sockets."""

import asyncio
import atexit
import os
import threading
from collections.abc import Callable
from typing import Any

import uvloop

_STOP_SECONDS = 1.0


class _Thread:
    """Runs the loop from its first use on, and again after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None
        # a child shares the kernel objects of its parent's loop: it must neither run nor close it
        self._abandoned: list[asyncio.AbstractEventLoop] = []

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._running is None:
                loop = uvloop.new_event_loop()
                thread = threading.Thread(target=_run, args=(loop,), name="senders", daemon=True)
                self._running = loop, thread
                thread.start()
            return self._running[0]

    def forked(self) -> None:
        """In a child: the thread is the parent's, and the lock may be held by a thread that is not here."""
        self._lock = threading.Lock()
        if self._running is not None:
            self._abandoned.append(self._running[0])
        self._running = None

    def stop(self) -> None:
        """At the end of the process, before the interpreter takes the ground from under its threads."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            loop, thread = running
            loop.call_soon_threadsafe(loop.stop)
            thread.join(_STOP_SECONDS)
            if not thread.is_alive():
                loop.close()


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()


_thread = _Thread()
os.register_at_fork(after_in_child=_thread.forked)
atexit.register(_thread.stop)


def run_soon(callback: Callable[..., object], *arguments: Any) -> None:
    """Call ``callback`` on the loop's thread."""
    _thread.loop().call_soon_threadsafe(callback, *arguments)
