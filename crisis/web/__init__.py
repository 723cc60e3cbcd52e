"""Everything that is Flask: ``init`` makes an app into the web server of the desk."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

from flask import Flask

from crisis.config import Settings
from crisis.store.clock import Clock
from crisis.web import (
    assets,
    broker,
    csrf,
    desk,
    errors,
    guards,
    headers,
    language,
    limits,
    session,
    templating,
)

#: Every module with a ``blueprint``; one that does not exist yet is left out.
_PAGES = (
    "crisis.web.home",
    "crisis.web.account",
    "crisis.web.users",
    "crisis.web.registry",
    "crisis.web.record",
    "crisis.web.probes",
    "crisis.web.incidents",
    "crisis.web.reports",
    "crisis.web.stream",
    "crisis.web.answer",
    "crisis.web.api",
    "crisis.web.demo",
)

LARGEST_REQUEST = 16 * 1024 * 1024  # bytes; ten thousand addresses with hashes are about 2 MB


def init(app: Flask, *, settings: Settings, clock: Clock, ring: Callable[..., None]) -> None:
    """Register everything that answers a request. The database must be bound to ``app`` before."""
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_REQUEST
    app.config["MAX_FORM_MEMORY_SIZE"] = LARGEST_REQUEST
    desk.install(app, desk.Desk(settings, clock, ring))
    session.install(app, settings)
    csrf.install(app)
    broker.install(app, settings)
    language.install(app)
    limits.install(app)
    guards.install(app)
    headers.install(app)
    errors.install(app)
    templating.install(app)
    assets.install(app)
    for name in _PAGES:
        module = import_module(name) if find_spec(name) is not None else None
        blueprint = getattr(module, "blueprint", None)
        if blueprint is not None:
            app.register_blueprint(blueprint)
    if "static" in app.view_functions:
        guards.mark(app.view_functions["static"], guards.Guard(guards.Kind.PUBLIC, ("style, fonts, scripts",)))
