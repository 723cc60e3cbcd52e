"""The report of an incident: a page, and the same as a file."""

from typing import Any

from flask import Blueprint, Response, render_template, request

from crisis import errors
from crisis.domain import access
from crisis.reports import html
from crisis.web import desk, guards
from crisis.workflows import report

blueprint = Blueprint("reports", __name__)

_READERS = access.roles_for(access.Action.READ_INCIDENTS)


@blueprint.get("/incidents/<ref>/report")
@guards.role(*_READERS)
def page(ref: str) -> Any:
    built = report.build(ref, now=desk.now())
    return render_template(
        "reports/report.html",
        report=built,
        incident=built["incident"],
        article=html.article(built),
        formats=report.FORMATS,
    )


@blueprint.get("/incidents/<ref>/report/file")
@guards.role(*_READERS)
def file(ref: str) -> Response:
    """The report as a file, in the format that ``?format=`` names."""
    wanted = request.args.get("format", "html")
    if wanted not in report.FORMATS:
        raise errors.InvalidInput("Choose one of the formats that the page of the report offers.")
    return as_file(ref, as_format=wanted)


def as_file(ref: str, *, as_format: str) -> Response:
    """The report, rendered; a browser saves it under its name instead of showing it."""
    built = report.build(ref, now=desk.now())
    answer = Response(report.render(built, as_format=as_format), content_type=report.FORMATS[as_format])
    answer.headers["Content-Disposition"] = f'attachment; filename="{report.name(built, as_format=as_format)}"'
    # a file brings its own style; shown in place it may use that and nothing else
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return answer
