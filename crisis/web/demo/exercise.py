"""Start the exercise of the demo at one click, through the workflow that every declaration takes."""

from typing import Any

from flask import redirect

from crisis.demo import exercise
from crisis.domain import access, alert
from crisis.web import desk, guards
from crisis.web.demo.routes import blueprint
from crisis.workflows import declare


@blueprint.post("/exercise")
@guards.may(access.Action.WRITE_INCIDENTS)
def start() -> Any:
    declared = declare.declare(
        exercise.declare_what(now=desk.now()), settings=desk.settings(), now=desk.now(), actor=desk.actor()
    )
    desk.ring(*alert.Queue)
    return redirect(f"/incidents/{declared.ref}", 303)
