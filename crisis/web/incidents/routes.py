"""The blueprint of the incident pages, and who may use them."""

from flask import Blueprint

from crisis.web.incidents import written

blueprint = Blueprint("incidents", __name__, url_prefix="/incidents")
written.install(blueprint)
