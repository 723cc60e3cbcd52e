"""Who may use a route: every view says it once, and one place enforces it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, Response, current_app, redirect, request, url_for
from flask_security import current_user

from crisis import errors
from crisis.domain import access
from crisis.web import bearer, csrf, session

_ATTRIBUTE = "__crisis_guard__"
_LOOPBACK = ("127.0.0.1", "::1")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")

View = TypeVar("View", bound=Callable[..., Any])


class Kind(StrEnum):
    PUBLIC = "public"
    ROLE = "role"
    TOKEN = "token"  # noqa: S105  # the name of a kind, not a secret
    LINK = "link"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class Guard:
    """``needs``: the roles of which one is enough, the scope, or the reason why it is open."""

    kind: Kind
    needs: tuple[str, ...] = ()
    or_loopback: bool = False


def public(reason: str) -> Callable[[View], View]:
    """Open to everybody, because of ``reason``. A POST still needs the form's CSRF token."""
    return _marker(Guard(Kind.PUBLIC, (reason,)))


def role(*names: str) -> Callable[[View], View]:
    """For people who are logged in and have one of the roles; without names, any role."""
    return _marker(Guard(Kind.ROLE, names))


def may(action: access.Action) -> Callable[[View], View]:
    """For people with any role that includes the action."""
    return role(*(str(name) for name in access.roles_for(action)))


def token(scope: str, *, or_loopback: bool = False) -> Callable[[View], View]:
    """For programs with a bearer token of that scope; no cookie counts here."""
    return _marker(Guard(Kind.TOKEN, (scope,), or_loopback))


def link(view: View) -> View:
    """For whoever holds the link of an alert; the view checks the token in the path. No cookie counts here."""
    return mark(view, Guard(Kind.LINK))


def signed(view: View) -> View:
    """For programs whose request bears a signature, which the view checks first. No cookie counts here."""
    return mark(view, Guard(Kind.SIGNED))


def mark(view: View, guard: Guard) -> View:
    """Give ``view`` its one guard.

    Raises:
        ValueError: it has one already; a route has exactly one.
    """
    if hasattr(view, _ATTRIBUTE):
        raise ValueError(f"{view!r} has a guard already")
    setattr(view, _ATTRIBUTE, guard)
    return view


def guard_of(view: Callable[..., Any] | None) -> Guard | None:
    """The guard of a view function; ``None`` is a fault that a test finds and the door refuses."""
    return getattr(view, _ATTRIBUTE, None) or getattr(getattr(view, "view_class", None), _ATTRIBUTE, None)


def present() -> Guard | None:
    """The guard of the view that answers this request, if there is one."""
    return guard_of(current_app.view_functions.get(request.endpoint or ""))


def install(app: Flask) -> None:
    """Enforce the guards of all routes of ``app``."""
    app.before_request(_enforce)


def spare_links(app: Flask) -> None:
    """Leave what looks for a person out of requests by a link, where no cookie counts; call it last.

    What others registered is taken together, so that a request by a link asks once whether it is one.
    """
    asked = app.before_request_funcs.pop(None, [])
    ended = [act for act in app.after_request_funcs.get(None, []) if not _is_ours(act)]
    kept = [act for act in app.after_request_funcs.pop(None, []) if _is_ours(act)]
    left = app.teardown_request_funcs.pop(None, [])

    def by_link() -> bool:
        guard = guard_of(app.view_functions.get(request.endpoint or ""))
        return guard is not None and guard.kind is Kind.LINK

    def before() -> Any:
        if by_link():
            return None
        return next((answer for act in asked if (answer := act()) is not None), None)

    def after(response: Response) -> Response:
        for act in () if by_link() else reversed(ended):
            response = act(response)
        return response

    def at_the_end(error: BaseException | None) -> None:
        for act in () if by_link() else reversed(left):
            act(error)

    app.before_request_funcs[None] = [before]
    app.after_request_funcs[None] = [after, *kept]  # the last one is called first
    app.teardown_request_funcs[None] = [at_the_end]


def _is_ours(act: Callable[..., Any]) -> bool:
    return getattr(act, "__module__", "").startswith("crisis.")


def _marker(guard: Guard) -> Callable[[View], View]:
    return lambda view: mark(view, guard)


def _enforce() -> Any:
    if request.endpoint is None:  # no such page, or not with this method: the error says so
        return None
    guard = present()
    if guard is None:
        raise errors.NotAllowed("This page has no guard, so nobody may use it. Tell those who run the desk.")
    if guard.kind is Kind.TOKEN:
        return _token(guard)
    if guard.kind is Kind.ROLE:
        answer = _role(guard)
        if answer is not None:
            return answer
    if guard.kind not in (Kind.LINK, Kind.SIGNED):
        csrf.protect()
    return None


def _role(guard: Guard) -> Any:
    session.end_if_too_old()
    if not current_user.is_authenticated:
        if request.method in ("GET", "HEAD"):
            return redirect(url_for("account.log_in", next=request.full_path.rstrip("?")))
        raise errors.NotLoggedIn("You are no longer logged in, so nothing was done. Log in, then send the form again.")
    if guard.needs and not any(current_user.has_role(name) for name in guard.needs):
        raise errors.NotAllowed(f"This is for: {', '.join(guard.needs)}. Ask somebody with that role.")
    return None


def _token(guard: Guard) -> None:
    if guard.or_loopback and _from_loopback():
        return
    bearer.require(guard.needs[0])


def _from_loopback() -> bool:
    return request.remote_addr in _LOOPBACK and not any(name in request.headers for name in _FORWARDED)
