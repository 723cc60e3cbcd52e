"""Incident pages: the list, declaring, the page of one incident with everything an officer does on it."""

from crisis.web.incidents import (
    adding,
    calling,
    deciding,
    declaring,
    listing,
    page,
    revoking,
    taking,
    tasking,
    updating,
    withdrawing,
)
from crisis.web.incidents.routes import blueprint

__all__ = [
    "adding",
    "blueprint",
    "calling",
    "deciding",
    "declaring",
    "listing",
    "page",
    "revoking",
    "taking",
    "tasking",
    "updating",
    "withdrawing",
]
