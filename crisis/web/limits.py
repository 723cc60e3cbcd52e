"""How often somebody may try: log-in and set-up only; nothing that alerts is ever throttled."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Flask, Response, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

View = TypeVar("View", bound=Callable[..., Any])

TRIES = "10 per minute"

# memory of this process: a web server is one process, and a restart forgives
_limiter = Limiter(get_remote_address, storage_uri="memory://", strategy="moving-window", headers_enabled=False)


def install(app: Flask) -> None:
    _limiter.init_app(app)
    _limiter.reset()


def per_address(view: View) -> View:
    """At most ten POSTs a minute from one address that did not succeed."""
    return cast(View, _limiter.limit(TRIES, methods=["POST"], key_func=_address, deduct_when=_failed)(view))


def per_account(view: View) -> View:
    """At most ten POSTs a minute for one account that did not succeed, from wherever."""
    return cast(View, _limiter.limit(TRIES, methods=["POST"], key_func=_account, deduct_when=_failed)(view))


def _failed(response: Response) -> bool:
    return response.status_code != HTTPStatus.SEE_OTHER


def _address() -> str:
    """Where the request comes from: behind a reverse proxy on this host, what that one saw."""
    peer = get_remote_address()
    seen = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return seen if seen and peer in ("127.0.0.1", "::1") else peer


def _account() -> str:
    return f"account:{request.form.get('email', '').strip().lower()[:320]}"
