"""The description of the API as an OpenAPI 3.1 document, made from its operations."""

import re
from functools import lru_cache
from typing import Any

from flask import Response, request
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from crisis import __version__
from crisis.web import errors, guards
from crisis.web.api import exchange, schemas
from crisis.web.api.operations import EVERY, Operation, blueprint

_REF = "#/components/schemas/{model}"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
_PROBLEMS = {
    "400": "the body can't be read",
    "401": "no valid token",
    "403": "the token has another scope",
    "404": "there is nothing with that reference or id",
    "409": "the state does not allow it, or the Idempotency-Key came before with another request",
    "413": "the body is larger than 8 MiB",
    "415": "the body is not JSON",
    "422": "the input does not fit; “fields” says where",
}
_WITHOUT_BODY = ("401", "403", "404", "422")


@blueprint.get("/openapi.json")
@guards.public("the description of the API says nothing about any incident")
def openapi() -> Response:
    return exchange.answer({**document(), "servers": [{"url": request.host_url.rstrip("/")}]})


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole description, without the address of the server."""
    paths: dict[str, dict[str, Any]] = {}
    for one in EVERY:
        path = "/api/v1" + _PARAMETER.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Crisis desk",
            "version": __version__,
            "description": "Declare incidents, follow what each platform does, read reports. Times are RFC 3339, UTC.",
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "description": f"Scope: `{one.scope}`.",
        "security": [{"token": []}],
        "parameters": _parameters(one),
        "responses": {str(one.status): _answer(one), **_problems(one)},
    }
    if one.body is not None:
        described["requestBody"] = {"required": True, "content": {"application/json": {"schema": _to(one.body)}}}
    return described


def _parameters(one: Operation) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in _PARAMETER.findall(one.path)
    ]
    found += [
        {"name": query.name, "in": "query", "description": query.text, "schema": query.schema} for query in one.query
    ]
    if one.paged:
        cursor = {"name": "cursor", "in": "query", "description": "the value of “next”", "schema": {"type": "string"}}
        limit = {"type": "integer", "minimum": 1, "maximum": 500, "default": 100}
        found += [cursor, {"name": "limit", "in": "query", "schema": limit}]
    if one.method == "POST":
        found.append(
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "the same key and request give the first answer again",
                "schema": {"type": "string", "minLength": 1, "maxLength": 255},
            }
        )
    return found


def _answer(one: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = {} if one.answer is None else _to(one.answer)
    if one.paged:
        items = {"type": "array", "items": schema}
        following = {"type": ["string", "null"], "description": "the cursor of the next part; null at the end"}
        schema = {"type": "object", "properties": {"items": items, "next": following}, "required": ["items", "next"]}
    content = {media: {"schema": schema if media == "application/json" else {"type": "string"}} for media in one.media}
    return {"description": one.summary, "content": content}


def _problems(one: Operation) -> dict[str, Any]:
    return {
        status: {"description": text, "content": {errors.PROBLEM: {"schema": _to(schemas.Problem)}}}
        for status, text in _PROBLEMS.items()
        if one.body is not None or status in _WITHOUT_BODY
    }


def _to(model: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=model.__name__)}


def _schemas() -> dict[str, Any]:
    given = [(one.body, "validation") for one in EVERY if one.body is not None]
    answered = [(one.answer, "serialization") for one in EVERY if one.answer is not None]
    models = dict.fromkeys([*given, *answered, (schemas.Problem, "serialization")])
    _, described = models_json_schema(list(models), ref_template=_REF)  # type: ignore[arg-type]  # the modes are literals
    found: dict[str, Any] = described["$defs"]
    return found
