"""The registry pages: who can be asked, on which ways, and how fresh that is."""

from flask import Blueprint

from crisis.web.registry import (
    contacts,
    endpoints,
    files,
    ladder_editing,
    ladders,
    listing,
    platforms,
    rehearsing,
)

blueprint = Blueprint("registry", __name__, url_prefix="/registry")

for _routes in (listing, platforms, contacts, endpoints, files, ladders, ladder_editing, rehearsing):
    _routes.add(blueprint)
