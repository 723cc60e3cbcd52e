"""Tests that the description of the API is valid, and that answers are as it says."""

import re
from typing import Any

import openapi_spec_validator
import pytest
from jsonschema import Draft202012Validator

from crisis.web.api import description
from crisis.web.api.operations import EVERY
from tests.web.site import Website
from tests.web.test_api import WRITER, Program, program  # noqa: F401  # the fixture


@pytest.fixture
def document(website: Website) -> dict[str, Any]:
    found: dict[str, Any] = website.anonymous().get("/api/v1/openapi.json").get_json()
    return found


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    openapi_spec_validator.validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_route_of_the_api_is_described(website: Website, document: dict[str, Any]) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in website.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith("openapi.json")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    described = {(method, path) for path, found in document["paths"].items() for method in found}
    assert routes == described
    assert len(EVERY) == len(described)


def test_answers_are_as_described(program: Program, document: dict[str, Any]) -> None:  # noqa: F811
    answer = program.declare(items=[{"url": "https://pixelly.example/watch/1"}, {"md5": "0" * 32}])
    ref = answer["ref"]
    fits(document, "post", "/api/v1/incidents", 201, answer)
    added = program.post(f"/incidents/{ref}/items", {"items": [{"url": "https://p-002.example/a"}]}).get_json()
    fits(document, "post", "/api/v1/incidents/{ref}/items", 201, added)
    sent = program.post(f"/incidents/{ref}/updates", {"text": "It goes on."}).get_json()
    fits(document, "post", "/api/v1/incidents/{ref}/updates", 201, sent)
    down = program.post(f"/incidents/{ref}/stand-down", {"reason": "Over."}).get_json()
    fits(document, "post", "/api/v1/incidents/{ref}/stand-down", 200, down)
    for path in ("", "/{ref}", "/{ref}/notices", "/{ref}/alerts", "/{ref}/items", "/{ref}/events", "/{ref}/report"):
        found = program.get(f"/incidents{path.replace('{ref}', ref)}").get_json()
        fits(document, "get", f"/api/v1/incidents{path}", 200, found)


def test_refusals_are_as_described(program: Program, document: dict[str, Any]) -> None:  # noqa: F811
    nobody = program.client.get("/api/v1/incidents")
    fits(document, "get", "/api/v1/incidents", 401, nobody.get_json(force=True), media="application/problem+json")
    wrong = program.post("/incidents", {})
    fits(document, "post", "/api/v1/incidents", 422, wrong.get_json(force=True), media="application/problem+json")


def test_the_registry_is_as_described(website: Website, document: dict[str, Any]) -> None:
    registrar = Program(website, "registry:write", *WRITER)
    body = {"id": "p-1", "name": "A", "kind": "company", "service": "forum", "home_state": "DE", "languages": ["de"]}
    fits(document, "post", "/api/v1/platforms", 201, registrar.post("/platforms", body).get_json())
    fits(document, "get", "/api/v1/platforms", 200, registrar.get("/platforms").get_json())
    fits(document, "get", "/api/v1/platforms/{registry_id}", 200, registrar.get("/platforms/p-1").get_json())


def test_the_description_is_made_once() -> None:
    assert description.document() is description.document()


def fits(
    document: dict[str, Any], method: str, path: str, status: int, value: Any, *, media: str = "application/json"
) -> None:
    """Fails where ``value`` is not as the document says; fields that it does not name are faults too."""
    schema = document["paths"][path][method]["responses"][str(status)]["content"][media]["schema"]
    whole = {**schema, "components": strict(document["components"])}
    faults = [f"{error.json_path}: {error.message[:200]}" for error in Draft202012Validator(whole).iter_errors(value)]
    assert faults == []


def strict(value: Any) -> Any:
    """The same schemas, closed: no fields beyond those named."""
    if isinstance(value, list):
        return [strict(one) for one in value]
    if not isinstance(value, dict):
        return value
    closed = {name: strict(one) for name, one in value.items()}
    if closed.get("type") == "object" and "properties" in closed:
        closed.setdefault("additionalProperties", False)
    return closed
