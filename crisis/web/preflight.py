"""The preflight page: tries every channel with a real message, and says what to do about what fails."""

from typing import Any

from flask import Blueprint, current_app, render_template

from crisis.domain import access
from crisis.store.clock import HostClock
from crisis.web import desk, guards
from crisis.workflows import preflight

blueprint = Blueprint("preflight", __name__, url_prefix="/preflight")


@blueprint.get("")
@guards.may(access.Action.WRITE_ACCESS)
def show() -> Any:
    return render_template("preflight/preflight.html", lines=None)


@blueprint.post("")
@guards.may(access.Action.WRITE_ACCESS)
def run() -> Any:
    """It takes as long as the slowest channel."""
    clock = desk.of(current_app).clock
    lines = list(preflight.run(desk.settings(), clock=clock, ring=desk.ring, host_now=HostClock().now()))
    return render_template("preflight/preflight.html", lines=lines)
