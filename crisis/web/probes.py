"""Whether this process lives, and whether the desk is ready: for supervisors and load balancers."""

from typing import Any

from flask import Blueprint, jsonify

from crisis.web import broker, desk, guards
from crisis.workflows import check

blueprint = Blueprint("probes", __name__)


@blueprint.get("/healthz")
@guards.public("says nothing but that the process answers")
def healthz() -> Any:
    return jsonify({"status": "ok"})


@blueprint.get("/readyz")
@guards.public("load balancers have no account; it names parts, no data")
def readyz() -> Any:
    found = check.readiness(desk.now(), broker_answers=broker.answers)
    body = {
        "status": "ready" if found.ready else "not ready",
        "degraded": list(found.degraded),
        "parts": [{"part": line.part, "ok": line.ok, "text": line.text} for line in found.lines],
    }
    return jsonify(body), 200 if found.ready else 503
