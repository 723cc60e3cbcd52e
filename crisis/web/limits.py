"""How often somebody may try: log-in and set-up only; nothing that alerts is ever throttled."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask, request
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
    """At most ten POSTs a minute from one address."""
    return cast(View, _limiter.limit(TRIES, methods=["POST"], key_func=get_remote_address)(view))


def per_account(view: View) -> View:
    """At most ten POSTs a minute for one account, from wherever."""
    return cast(View, _limiter.limit(TRIES, methods=["POST"], key_func=_account)(view))


def _account() -> str:
    return f"account:{request.form.get('email', '').strip().lower()[:320]}"
