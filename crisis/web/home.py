"""The desk's first page: what is open and most urgent, exercises, what was closed lately, what works."""

from typing import Any

from flask import Blueprint, render_template

from crisis.web import guards

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
@guards.role()
def home() -> Any:
    return render_template("home/home.html")
