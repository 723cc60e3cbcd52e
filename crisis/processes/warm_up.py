"""A warm-up: what the first declaration and the first answers of a web process would wait for is made beforehand."""

import logging
import threading
from contextlib import AbstractContextManager
from typing import Any, Protocol

from jinja2 import Environment

from crisis.notify import messages
from crisis.store import db, platforms

#: Pages for which many may ask at one moment; an officer's page is asked for by one, who waits for one.
_OF_CONTACTS = "answer/"

_log = logging.getLogger(__name__)


class Application(Protocol):
    """The application that the process serves, which knows its database and its pages."""

    jinja_env: Environment

    def app_context(self) -> AbstractContextManager[Any]: ...


def begin(app: Application) -> threading.Thread:
    """Warm up in a thread, so that nobody waits for it; what fails costs the first declaration a moment, no more."""
    thread = threading.Thread(target=_run, args=(app,), name="warm-up", daemon=True)
    thread.start()
    return thread


def _run(app: Application) -> None:
    try:
        messages.prepare()
        for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith(_OF_CONTACTS)):
            app.jinja_env.get_template(name)
        with app.app_context(), db.reading() as session:
            platforms.snapshot(session)
    except Exception as error:  # a door: the database may still be away
        _log.info("The warm-up was cut short", extra={"event_name": "web.warm_up", "reason": type(error).__name__})
