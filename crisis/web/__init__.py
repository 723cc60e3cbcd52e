"""Everything that is Flask: ``init`` makes an app into the web server of the desk."""

from collections.abc import Callable

from flask import Flask

from crisis.config import Settings
from crisis.store.clock import Clock
from crisis.web import (
    account,
    answer,
    api,
    assets,
    broker,
    callbacks,
    csrf,
    demo,
    desk,
    errors,
    guards,
    headers,
    health,
    home,
    incidents,
    language,
    limits,
    mails,
    preflight,
    probes,
    record,
    registry,
    reports,
    session,
    stream,
    templating,
    users,
)

_BLUEPRINTS = (
    home.blueprint,
    account.blueprint,
    users.blueprint,
    registry.blueprint,
    record.blueprint,
    probes.blueprint,
    health.blueprint,
    preflight.blueprint,
    incidents.blueprint,
    reports.blueprint,
    stream.blueprint,
    answer.blueprint,
    api.blueprint,
    callbacks.blueprint,
    mails.blueprint,
    demo.blueprint,
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
    for blueprint in _BLUEPRINTS:
        app.register_blueprint(blueprint)
    if "static" in app.view_functions:
        guards.mark(app.view_functions["static"], guards.Guard(guards.Kind.PUBLIC, ("style, fonts, scripts",)))
    guards.spare_links(app)
