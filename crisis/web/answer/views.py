"""The routes of a link: GET shows and changes nothing, POST takes what a person sent."""

import structlog
from flask import Blueprint, Response, current_app, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as QueueTimeout

from crisis import errors
from crisis.store import links
from crisis.web import desk, guards
from crisis.web.answer import pages, sending, shown, throttle
from crisis.web.answer.form import Typed
from crisis.web.language import gettext, speaking
from crisis.workflows import open_link

blueprint = Blueprint("answer", __name__)

#: Bytes of one POST; a file of ten thousand outcomes is about 2 MB.
_LARGEST = 4 * 1024 * 1024

# the style sheet names fonts for the desk; this page uses none of them, and a browser complains of what is refused
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = (
    ("Content-Security-Policy", _POLICY),
    # with no-referrer a browser hides its origin from ourselves too, and a form could not be told from a foreign one
    ("Referrer-Policy", "same-origin"),
    ("X-Robots-Tag", "noindex, nofollow, noarchive"),
)
_log = structlog.get_logger(__name__)
_tries = throttle.Tries()


@blueprint.get("/a/<token>")
@guards.link
def open_page(token: str) -> Response:
    page = open_link.look(token, now=desk.now())
    try:
        if page.opened_at != links.minute(desk.now()):
            open_link.count(page.link_id, now=desk.now())
    except SQLAlchemyError:  # the page is worth more than its count
        _log.warning("An opened page was not counted", event_name="answer.not_counted", link_id=str(page.link_id))
    with speaking(shown.chosen(page.language)):
        return pages.form_page(page, Typed(), {})


@blueprint.post("/a/<token>")
@guards.link
def send(token: str) -> Response:
    request.max_content_length = _LARGEST
    link = open_link.find(token, now=desk.now())
    with speaking(shown.chosen(link.language)):
        return sending.take(link, token)


@blueprint.errorhandler(errors.LinkUnusable)
def unusable(_error: errors.LinkUnusable) -> Response:
    """One page and one status for every token that opens nothing; only these are throttled."""
    if not _tries.too_many(request.remote_addr or "", now=desk.now()):
        return pages.gone_page(404)
    response = pages.gone_page(429)
    response.headers["Retry-After"] = "60"
    return response


@blueprint.errorhandler(OperationalError)
@blueprint.errorhandler(InterfaceError)
@blueprint.errorhandler(QueueTimeout)
def no_database(error: SQLAlchemyError) -> ResponseReturnValue:
    """Nothing is told as recorded that may not be: the same form again settles it."""
    _log.error("An answer page could not be served", event_name="answer.no_database", error=type(error).__name__)
    text = gettext("The desk can't record anything just now. Send the form again in a minute: it counts once.")
    return current_app.handle_user_exception(errors.Unavailable(text))


@blueprint.after_request
def headers(response: Response) -> Response:
    """What this page may load, and what its address may tell others: nothing, and nobody."""
    response.headers.extend(_HEADERS)
    return response
