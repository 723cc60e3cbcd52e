"""The registry as a file: looked at, taken, given out."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from crisis import errors
from crisis.domain import access
from crisis.web import desk, guards
from crisis.web.language import gettext
from crisis.workflows import export_registry, import_registry

_FAULTS_SHOWN = 200


def add(blueprint: Blueprint) -> None:
    blueprint.add_url_rule("/import", "import", choose)
    blueprint.add_url_rule("/import", "take", take, methods=["POST"])
    blueprint.add_url_rule("/export.csv", "export", export)


@guards.may(access.Action.WRITE_REGISTRY)
def choose() -> Any:
    return render_template("registry/import.html", preview=None, done=None, faults={}, text="", retire=False, said=None)


@guards.may(access.Action.WRITE_REGISTRY)
def take() -> Any:
    """A new file is only looked at; the button under what was seen sends it again and takes it."""
    retire = "retire_missing" in request.form
    apply = request.form.get("step") == "take"
    text, faults, said, outcome = "", {}, None, None
    try:
        text = request.form.get("text", "") if apply else _uploaded()
        outcome = import_registry.import_registry(
            text,
            now=desk.now(),
            actor=desk.actor(),
            dry_run=not apply,
            retire_missing=retire,
            services=desk.settings().services,
        )
    except errors.InvalidInput as error:
        faults, said = dict(list(error.fields.items())[:_FAULTS_SHOWN]), str(error)
    page = render_template(
        "registry/import.html",
        preview=None if apply else outcome,
        done=outcome if apply else None,
        faults=faults,
        said=said,
        text=text,
        retire=retire,
    )
    return page, 422 if said else 200


@guards.may(access.Action.READ_REGISTRY)
def export() -> Any:
    name = f"registry-{desk.now():%Y-%m-%d}.csv"
    return Response(
        export_registry.export_registry().text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _uploaded() -> str:
    file = request.files.get("file")
    if file is None or not file.filename:
        said = gettext("Choose a file first.")
        raise errors.InvalidInput(said, fields={"file": said})
    try:
        return str(file.read(), "utf-8-sig")
    except UnicodeDecodeError as error:
        said = gettext("The file is not UTF-8 (byte %(place)s). Save it as “CSV UTF-8”.", place=error.start)
        raise errors.InvalidInput(said, fields={"file": said}) from None
