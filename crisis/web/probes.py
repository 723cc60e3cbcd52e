"""What programs ask the desk about itself: whether it lives, whether it is ready, how it goes."""

import hmac
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, jsonify, request

from crisis import errors
from crisis.notify import canary as probe_texts
from crisis.web import broker, desk, guards, metrics
from crisis.workflows import canary, check, figures

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


@blueprint.get("/metrics")
@guards.token("metrics", or_loopback=True)
def show_metrics() -> Any:
    found = figures.read(settings=desk.settings(), now=desk.now())
    return Response(metrics.exposition(found), content_type=metrics.CONTENT_TYPE)


@blueprint.post("/canary/<token>")
@guards.link
def take_probe(token: str) -> Any:
    """The desk's own sink: a probe by webhook that arrives here has passed everything that an alert passes."""
    if not hmac.compare_digest(token.encode(), probe_texts.token(desk.settings().secret_key).encode()):
        raise errors.NotFound("There is nothing at this address.")
    try:
        probe_id = UUID(request.headers.get("webhook-id", ""))
    except ValueError:
        raise errors.InvalidInput("A probe has its id in the header webhook-id.") from None
    canary.arrive(probe_id, now=desk.now())
    return "", 204
