"""The report of an incident in the API: as JSON, HTML or CSV."""

from flask import Response, request

from crisis import errors
from crisis.web import desk, reports
from crisis.web.api import exchange, report_schema
from crisis.web.api.operations import READ, Query, get
from crisis.workflows import report as report_workflow

_FORMAT = Query("format", "how it is rendered", {"type": "string", "enum": list(report_workflow.FORMATS)})


@get(
    "/incidents/<ref>/report",
    scope=READ,
    summary="The post-incident report; before the stand-down, as far as it went",
    answer=report_schema.Report,
    query=(_FORMAT,),
    media=("application/json", "text/html", "text/csv"),
)
def report(ref: str) -> Response:
    wanted = request.args.get("format") or "json"
    if wanted not in report_workflow.FORMATS:
        raise errors.InvalidInput(
            "There is no report in that format.",
            fields={"format": f"expected one of: {', '.join(report_workflow.FORMATS)}"},
        )
    if wanted == "json":
        return exchange.answer(report_workflow.build(ref, now=desk.now()))
    return reports.as_file(ref, as_format=wanted)
