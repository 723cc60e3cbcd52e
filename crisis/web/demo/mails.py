"""The catcher's pages: every message that was sent, as text, as HTML and as it came over the wire."""

import json
import re
from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request
from markupsafe import Markup, escape

from crisis import errors
from crisis.demo import cast, mailbox
from crisis.demo.mailbox import Caught
from crisis.web import desk, guards, headers
from crisis.web.demo.routes import blueprint
from crisis.web.language import gettext

_PAGE = 100  # messages

# The message's own page: no script, nothing from elsewhere; a link opens in a tab of its own.
_SANDBOX = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'self'; form-action 'none'; base-uri 'none'"
)
_WITH_FRAME = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_NEW_TAB = '<base target="_blank">'
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One message in the list. ``manner``: what its simulated recipient does about it."""

    caught: Caught
    recipient: str
    subject: str
    manner: str
    is_yours: bool


@blueprint.get("/mails")
@guards.role()
def listed() -> Any:
    """Every message, newest first."""
    box = mailbox.of(desk.settings())
    names = box.ids()[::-1]
    first = min(request.args.get("from", 0, type=int), max(len(names) - 1, 0))
    first = max(first, 0)
    found = [caught for name in names[first : first + _PAGE] if (caught := box.get(name)) is not None]
    return render_template(
        "demo/mails.html",
        lines=[_line(one) for one in found],
        first=first,
        total=len(names),
        newer=f"?from={max(first - _PAGE, 0)}" if first else None,
        older=f"?from={first + _PAGE}" if first + _PAGE < len(names) else None,
    )


@blueprint.get("/mails/<name>")
@guards.role()
def shown(name: str) -> Response:
    """One message in one of its three forms."""
    caught = _existing(name)
    form = request.args.get("as", "text")
    if form not in ("text", "html", "source") or (form == "html" and caught.is_webhook):
        form = "text"
    body = {"text": _text(caught), "source": escape(caught.source), "html": Markup()}[form]
    response = make_response(render_template("demo/mail.html", line=_line(caught), form=form, body=body))
    if form == "html":
        response.headers["Content-Security-Policy"] = _WITH_FRAME.format(nonce=headers.nonce())
    return response


@blueprint.get("/mails/<name>/html")
@guards.role()
def framed(name: str) -> Response:
    """The HTML of a message by itself, for the frame of its page."""
    html = _existing(name).html
    found = _HEAD.search(html)
    at = found.end() if found else 0
    response = make_response(html[:at] + _NEW_TAB + html[at:])
    response.headers["Content-Security-Policy"] = _SANDBOX
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _existing(name: str) -> Caught:
    caught = mailbox.of(desk.settings()).get(name)
    if caught is None:
        raise errors.NotFound("There is no such message any more; the oldest are taken out. Look at the list.")
    return caught


def _line(caught: Caught) -> Line:
    address = caught.recipient
    manner = _manner(caught)
    subject = caught.subject or (gettext("POST, signed") if caught.is_webhook else gettext("(no subject)"))
    return Line(caught, _readable(address), subject, manner, address in cast.YOURS)


def _manner(caught: Caught) -> str:
    if caught.is_webhook:
        return str(gettext("a program of the platform"))
    if caught.recipient in cast.YOURS:
        return str(gettext("nobody, until you do"))
    if caught.recipient.endswith("@desk.example"):
        return str(gettext("the desk itself"))
    return cast.manner_of(caught.recipient).word


def _readable(address: str) -> str:
    """The address as people write it, where its domain is not ASCII."""
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{domain.encode('ascii').decode('idna')}" if at else address
    except UnicodeError:
        return address


def _text(caught: Caught) -> Markup:
    """The text, with the links of this desk to click on, as a mail program shows them."""
    text = _json(caught.message.get_content()) if caught.is_webhook else caught.text
    link = re.compile(re.escape(desk.settings().public_url) + r"/[^\s\"<>]+")
    parts: list[Markup] = []
    at = 0
    for found in link.finditer(text):
        parts.append(escape(text[at : found.start()]))
        parts.append(Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(found.group()))
        at = found.end()
    return Markup().join([*parts, escape(text[at:])])


def _json(content: Any) -> str:
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except ValueError:
        return text
