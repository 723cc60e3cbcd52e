"""Whether the broker answers: asked in the background, so that a dead one slows no page."""

import threading
import time
from collections.abc import Callable
from functools import cache
from typing import cast

from flask import Flask, current_app

from crisis.config import Settings
from crisis.jobs import app as jobs_app

ASK_AGAIN_SECONDS = 2.0
_NAME = "crisis.broker"


class Watch:
    """The last answer of the broker, renewed by a short thread when somebody looks and it is old."""

    def __init__(self, ask: Callable[[], None]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._asked_at = -ASK_AGAIN_SECONDS
        self._error: str | None = None

    def error(self) -> str | None:
        """What was wrong when it was last asked; ``None`` if it answered or was not asked yet."""
        with self._lock:
            if time.monotonic() - self._asked_at >= ASK_AGAIN_SECONDS:
                self._asked_at = time.monotonic()
                threading.Thread(target=self._renew, name="broker-watch", daemon=True).start()
            return self._error

    def _renew(self) -> None:
        try:
            self._ask()
            error = None
        except Exception as reason:  # a door: every transport has its own errors
            error = type(reason).__name__
        with self._lock:
            self._error = error


def install(app: Flask, settings: Settings) -> None:
    publisher = cache(lambda: jobs_app.publisher(settings))  # made in the thread: it takes time to load
    app.extensions[_NAME] = Watch(lambda: jobs_app.answers(publisher()))


def error() -> str | None:
    """Why the broker does not answer; ``None`` while it does."""
    return cast(Watch, current_app.extensions[_NAME]).error()


def answers() -> None:
    """Raise if the broker did not answer lately; returns at once."""
    reason = error()
    if reason is not None:
        raise ConnectionError(reason)
