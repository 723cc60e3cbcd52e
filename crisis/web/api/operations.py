"""What the API can do: each operation is registered once, with its guard and its entry in the description."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from pydantic import BaseModel

from crisis import errors
from crisis.web import guards

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")

#: All operations in the order in which they were registered; the description is made from them.
EVERY: list["Operation"] = []

READ, WRITE, REGISTRY = "incidents:read", "incidents:write", "registry:write"

View = TypeVar("View", bound=Callable[..., Response])


@dataclass(frozen=True, slots=True)
class Query:
    """A parameter of the query part of an address."""

    name: str
    text: str
    schema: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """``path`` is written as Flask does, below ``/api/v1``."""

    method: str
    path: str
    name: str
    scope: str
    summary: str
    answer: type[BaseModel] | None
    status: int
    body: type[BaseModel] | None = None
    paged: bool = False
    query: tuple[Query, ...] = ()
    media: tuple[str, ...] = ("application/json",)


def get(
    path: str,
    *,
    scope: str,
    summary: str,
    answer: type[BaseModel] | None,
    paged: bool = False,
    query: tuple[Query, ...] = (),
    media: tuple[str, ...] = ("application/json",),
) -> Callable[[View], View]:
    """Register a view that reads. ``paged``: it answers a list, a part at a time."""

    def register(view: View) -> View:
        return _register(
            Operation("GET", path, view.__name__, scope, summary, answer, 200, None, paged, query, media), view
        )

    return register


def post(
    path: str, *, scope: str, summary: str, body: type[BaseModel], answer: type[BaseModel], status: int = 201
) -> Callable[[View], View]:
    """Register a view that does something; it takes an Idempotency-Key."""

    def register(view: View) -> View:
        return _register(Operation("POST", path, view.__name__, scope, summary, answer, status, body), view)

    return register


def patch(
    path: str, *, scope: str, summary: str, body: type[BaseModel], answer: type[BaseModel]
) -> Callable[[View], View]:
    """Register a view that changes fields of one thing."""

    def register(view: View) -> View:
        return _register(Operation("PATCH", path, view.__name__, scope, summary, answer, 200, body), view)

    return register


def _register(operation: Operation, view: View) -> View:
    EVERY.append(operation)
    guarded = guards.token(operation.scope)(view)
    blueprint.add_url_rule(operation.path, operation.name, guarded, methods=[operation.method])
    return guarded


@blueprint.before_request
def _refuse_what_is_no_text() -> None:
    """No reference, id or cursor holds a NUL; PostgreSQL would refuse the whole query."""
    if any(isinstance(one, str) and "\x00" in one for one in (request.view_args or {}).values()):
        raise errors.NotFound("There is nothing under that address. Check the reference or id.")
    for name, value in request.args.items():
        if "\x00" in value:
            raise errors.InvalidInput("The query holds a character that is no text.", fields={name: "holds U+0000"})
