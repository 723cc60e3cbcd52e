"""A warm-up: what the first declaration of a web process would wait for is read and compiled beforehand."""

import logging
import threading
from contextlib import AbstractContextManager
from typing import Any, Protocol

from crisis.notify import messages
from crisis.store import db, platforms

_log = logging.getLogger(__name__)


class Application(Protocol):
    """The application that the process serves, which knows its database."""

    def app_context(self) -> AbstractContextManager[Any]: ...


def begin(app: Application) -> threading.Thread:
    """Warm up in a thread, so that nobody waits for it; what fails costs the first declaration a moment, no more."""
    thread = threading.Thread(target=_run, args=(app,), name="warm-up", daemon=True)
    thread.start()
    return thread


def _run(app: Application) -> None:
    try:
        messages.prepare()
        with app.app_context(), db.reading() as session:
            platforms.snapshot(session)
    except Exception as error:  # a door: the database may still be away
        _log.info("The warm-up was cut short", extra={"event_name": "web.warm_up", "reason": type(error).__name__})
