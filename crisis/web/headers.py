"""Headers of every answer: what a browser may load, keep and tell others."""

import secrets
from typing import cast

from flask import Flask, Response, g, request

from crisis.web import desk, guards

_HSTS = "max-age=31536000; includeSubDomains"
_ASSETS = "web.static"
_POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src {connect}; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)


def nonce() -> str:
    """The word that lets a script of this very page run; new for each request."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(18)
    return cast(str, g.nonce)


def install(app: Flask) -> None:
    app.after_request(_add)


def _add(response: Response) -> Response:
    guard = guards.present()
    without_script = guard is not None and guard.kind is guards.Kind.LINK
    headers = response.headers
    headers.setdefault(
        "Content-Security-Policy",
        _POLICY.format(
            scripts="'none'" if without_script else f"'self' 'nonce-{nonce()}'",
            connect="'none'" if without_script else "'self'",
        ),
    )
    headers.setdefault("Referrer-Policy", "no-referrer")
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
    if request.endpoint != _ASSETS:
        headers["Cache-Control"] = "no-store"
    if desk.settings().public_url.startswith("https://"):
        headers.setdefault("Strict-Transport-Security", _HSTS)
    return response
