"""The one place that turns what went wrong into a page, or into problem+json for programs."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from crisis import errors
from crisis.web import guards
from crisis.web.language import gettext

log = logging.getLogger(__name__)

PROBLEM = "application/problem+json"

# codes of what the web server itself refuses; those of workflows are in crisis/errors.py
_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
}


def install(app: Flask) -> None:
    app.register_error_handler(errors.CrisisError, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def problem(status: int, code: str, detail: str, fields: dict[str, str] | None = None) -> Response:
    """An answer for a program. *Source:* RFC 9457; ``code`` and ``fields`` are ours."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    if fields:
        body["fields"] = fields
    response = jsonify(body)
    response.status_code = status
    response.content_type = PROBLEM
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _refused(error: errors.CrisisError) -> Response:
    return _answer(error.status, error.code, str(error), error.fields)


def _http(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:  # a redirect is no error
        return make_response(error.get_response())
    response = _answer(error.code, _code(error), _text(error), {})
    for name, value in error.get_headers():
        if name.lower() in ("allow", "retry-after"):
            response.headers[name] = value
    return response


def _unexpected(error: Exception) -> Response:
    log.exception("A request failed in a way that nobody foresaw", extra={"event": "web.failed"})
    text = gettext("Something broke on our side. Alerts go on without this page. Try again; if it stays, call support.")
    return _answer(500, "failed", text, {})


def _code(error: HTTPException) -> str:
    if type(error).__name__ == "CSRFError":
        return "form_expired"
    return _CODES.get(error.code or 500, f"http_{error.code}")


def _text(error: HTTPException) -> str:
    if type(error).__name__ == "CSRFError":
        return gettext(
            "The form does not belong to this session any more. Nothing was done. Load the page, send it again."
        )
    texts = {
        404: gettext("There is no such page. Check the address, or begin at the desk."),
        405: gettext("This address does not take that kind of request. Begin at the desk."),
        413: gettext("That is too large. Send it in parts of at most 16 megabytes."),
        429: gettext("Too many tries in a short time. Wait a minute, then try again. Alerts are not affected."),
    }
    return texts.get(error.code or 500, str(error.description or error.name))


def _answer(status: int, code: str, text: str, fields: dict[str, str]) -> Response:
    if request.path.startswith("/api/") or _is_for_a_program():
        return problem(status, code, text, fields)
    page = "errors/public.html" if _is_link() else "errors/error.html"
    title = _title(status)
    return make_response(render_template(page, status=status, code=code, text=text, fields=fields, title=title), status)


def _title(status: int) -> str:
    titles = {
        401: gettext("Log in first"),
        403: gettext("Not for your role"),
        404: gettext("Nothing is here"),
        409: gettext("Not possible as things are"),
        413: gettext("Too large"),
        422: gettext("Something to correct"),
        429: gettext("Too many tries"),
    }
    return titles.get(status, gettext("It did not work"))


def _is_link() -> bool:
    guard = guards.present()
    return guard is not None and guard.kind is guards.Kind.LINK


def _is_for_a_program() -> bool:
    guard = guards.present()
    return guard is not None and guard.kind is guards.Kind.TOKEN
