"""What the API and the commands answer to something that was done."""

from typing import Any

from crisis.reports.shapes import Shape, moment


def declared(done: Any) -> Shape:
    """The answer to a declaration."""
    return {
        "ref": done.ref,
        "state": "declared",
        "declared_at": moment(done.declared_at),
        "exercise": done.exercise,
        "counts": dict(done.counts),
    }


def items_added(done: Any) -> Shape:
    """The answer to more items."""
    return {
        "ref": done.ref,
        "batch": done.batch,
        "named_at": moment(done.named_at),
        "target_at": moment(done.target_at),
        "counts": dict(done.counts),
    }


def update_sent(done: Any) -> Shape:
    """The answer to an update; ``told`` counts endpoints."""
    return {"id": str(done.id), "ref": done.ref, "sent_at": moment(done.sent_at), "told": done.told}


def stood_down(done: Any) -> Shape:
    """The answer to a stand-down; ``told`` and ``cancelled`` count endpoints and alerts."""
    return {
        "ref": done.ref,
        "state": "stood_down",
        "stood_down_at": moment(done.stood_down_at),
        "told": done.told,
        "cancelled": done.cancelled,
    }
