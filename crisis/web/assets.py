"""Files that pages load, with their content in the address so that a browser may keep them."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Flask, Response, request, send_from_directory, url_for

from crisis.web import guards

_FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=300"

#: Carries the static files and the folder of all templates.
blueprint = Blueprint("web", __name__, template_folder="templates")


@blueprint.get("/assets/<path:filename>")
@guards.public("style, fonts, scripts")
def static(filename: str) -> Response:
    return send_from_directory(_FOLDER, filename)


def install(app: Flask) -> None:
    app.register_blueprint(blueprint)
    app.jinja_env.globals["asset"] = address


def address(name: str) -> str:
    """The path of a file below ``static/``; it changes when the file does."""
    return _address(name, request.script_root)


@lru_cache(maxsize=64)
def _address(name: str, _script_root: str) -> str:
    return url_for("web.static", filename=name, v=_digest(name))


def exists(name: str) -> bool:
    return (_FOLDER / name).is_file()


@lru_cache(maxsize=64)
def _digest(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:12]


@blueprint.after_request
def _keep(response: Response) -> Response:
    if response.status_code in (200, 206, 304):
        response.headers["Cache-Control"] = _FOR_EVER if "v" in request.args else _SHORT
    return response
