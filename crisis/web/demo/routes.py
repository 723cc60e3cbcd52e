"""The blueprint of the demo's pages; everywhere else they do not exist."""

from flask import Blueprint

from crisis import errors
from crisis.web import desk

blueprint = Blueprint("demo", __name__, url_prefix="/demo")


@blueprint.before_request
def only_in_the_demo() -> None:
    if not desk.settings().demo:
        raise errors.NotFound("There is no such page. Go to the desk.")
