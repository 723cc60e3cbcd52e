"""Headers of every answer: what a browser may load, keep and tell others."""

import secrets
from typing import cast

from flask import Flask, Response, g, request

from crisis.web import desk, guards

_HSTS = "max-age=31536000; includeSubDomains"
_ASSETS = "web.static"
_ALWAYS = (
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()"),
)
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
    is_https = desk.of(app).settings.public_url.startswith("https://")
    app.after_request(lambda response: _add(response, is_https=is_https))


def _add(response: Response, *, is_https: bool) -> Response:
    headers = response.headers
    there = {name for name, _ in headers}
    headers.extend([one for one in _ALWAYS if one[0] not in there])
    if "Content-Security-Policy" not in there:
        headers.add("Content-Security-Policy", _policy())
    if request.endpoint != _ASSETS:
        headers["Cache-Control"] = "no-store"
    if is_https:
        headers.setdefault("Strict-Transport-Security", _HSTS)
    return response


def _policy() -> str:
    guard = guards.present()
    if guard is not None and guard.kind is guards.Kind.LINK:
        return _POLICY.format(scripts="'none'", connect="'none'")
    return _POLICY.format(scripts=f"'self' 'nonce-{nonce()}'", connect="'self'")
