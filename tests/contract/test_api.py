"""Tests of the promised API: errors, scopes, lists, fields, wire values, its own description."""

import re
from datetime import datetime
from typing import Any

import openapi_spec_validator
import pytest

from tests.parts.world import World

pytestmark = pytest.mark.flow

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
NOTICE = {"id", "platform", "instrument", "ask", "state", "target_at", "evidence", "received_at", "acknowledged_at",
          "acknowledged_by", "done_at", "elapsed_seconds", "within_target", "items", "flags"}  # fmt: skip
ALERT = {"id", "notice_id", "contact", "channel", "address", "purpose", "state", "planned_at", "first_attempt_at",
         "accepted_at", "attempts"}  # fmt: skip
CALLS = [
    ("post", "/api/v1/incidents"),
    ("get", "/api/v1/incidents"),
    ("get", "/api/v1/incidents/{ref}"),
    ("get", "/api/v1/incidents/{ref}/notices"),
    ("get", "/api/v1/incidents/{ref}/alerts"),
    ("get", "/api/v1/incidents/{ref}/items"),
    ("get", "/api/v1/incidents/{ref}/events"),
    ("post", "/api/v1/incidents/{ref}/items"),
    ("post", "/api/v1/incidents/{ref}/updates"),
    ("post", "/api/v1/incidents/{ref}/stand-down"),
    ("get", "/api/v1/incidents/{ref}/report"),
    ("get", "/api/v1/platforms"),
]


def test_the_document_is_valid_and_names_every_promised_call(world: World) -> None:
    document = world.desk.get("/api/v1/openapi.json", token=world.token).json
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    told = {(method, path) for path, calls in document["paths"].items() for method in calls}
    assert [call for call in CALLS if call not in told] == []


def test_the_document_says_how_every_call_is_refused(world: World) -> None:
    document = world.desk.get("/api/v1/openapi.json", token=world.token).json
    for method, path in CALLS:
        answers = document["paths"][path][method]["responses"]
        assert "application/problem+json" in answers["401"]["content"], (method, path)


@pytest.mark.parametrize(("method", "path"), CALLS)
def test_every_call_needs_a_token(world: World, method: str, path: str) -> None:
    reply = world.desk.request(method.upper(), path.replace("{ref}", "INC-2026-0001"), {} if method == "post" else None)
    assert reply.status == 401
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert reply.json["code"] == "not_logged_in"


def test_a_token_opens_only_its_scope(world: World) -> None:
    reader = world.desk.token("incidents:read")
    assert world.desk.get("/api/v1/incidents", token=reader).status == 200
    refused = world.desk.post("/api/v1/incidents", {}, token=reader)
    assert (refused.status, refused.json["code"]) == (403, "not_allowed")


@pytest.mark.parametrize("token", ["x", "é", "a" * 5000, "Bearer", "crisis_" + "0" * 40])
def test_a_token_that_is_none_is_refused(world: World, token: str) -> None:
    reply = world.desk.request("GET", "/api/v1/incidents", Authorization=f"Bearer {token}".encode().decode("latin-1"))
    assert reply.status == 401


def test_what_is_not_there_is_not_found(world: World) -> None:
    for path in ("/api/v1/incidents/INC-1999-0001", "/api/v1/incidents/%00", "/api/v1/nothing", "/api/v1/platforms/no"):
        reply = world.desk.get(path, token=world.token)
        assert reply.status == 404, path
        assert reply.headers["Content-Type"].startswith("application/problem+json")
        assert reply.json["code"] == "not_found"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"title":'])
def test_a_body_that_is_no_declaration_is_refused_with_a_reason(world: World, body: bytes) -> None:
    reply = world.desk.request("POST", "/api/v1/incidents", body, token=world.token, Content_Type="application/json")
    assert reply.status in (400, 422)
    assert reply.headers["Content-Type"].startswith("application/problem+json")
    assert reply.json["code"]


def test_a_notice_has_the_promised_fields(world: World, answered: str) -> None:
    notices = world.notices(answered)
    for notice in notices.values():
        assert set(notice) >= NOTICE
    one = notices["p-001"]
    assert one["platform"] == {"id": "p-001", "name": "Pixelly"}
    assert (one["instrument"], one["ask"], one["state"]) == ("alert", "act", "awaiting")
    assert (one["items"]["total"], one["items"]["done"]) == (1, 0)
    assert (one["received_at"], one["acknowledged_at"], one["done_at"], one["within_target"]) == (None,) * 4
    assert TIME.fullmatch(one["target_at"])
    assert notices["p-006"]["target_at"] is None or notices["p-006"]["ask"] == "search"


def test_an_alert_has_the_promised_fields_and_hides_its_address(world: World, answered: str) -> None:
    alerts = world.alerts(answered)
    mail = next(one for one in alerts if one["channel"] == "email" and one["state"] == "accepted")
    assert set(mail) >= ALERT
    assert mail["purpose"] == "first"
    assert "•" in mail["address"]
    assert "@" in mail["address"]
    assert not mail["address"].startswith(("crisis1@", "crisis@", "meldung@"))
    (attempt,) = mail["attempts"]
    assert attempt["outcome"] == "accepted"
    assert TIME.fullmatch(attempt["started_at"])
    assert TIME.fullmatch(attempt["finished_at"])
    assert mail["planned_at"] <= mail["first_attempt_at"] <= mail["accepted_at"]


def test_the_record_is_in_order_without_gaps(world: World, answered: str) -> None:
    events = world.events(answered)
    assert [one["n"] for one in events] == list(range(1, len(events) + 1))
    assert events[0]["kind"] == "incident.declared"
    recorded = [datetime.fromisoformat(one["recorded_at"]) for one in events]
    assert recorded == sorted(recorded)


def test_items_have_outcomes_and_owners(world: World, answered: str) -> None:
    items = world.desk.pages(f"/api/v1/incidents/{answered}/items", token=world.token)
    assert len(items) == 3
    assert {one["url"] for one in items} == {
        "https://pixelly.example/watch/a1",
        "https://bücherkanal.example/v/a2",
        "https://nowhere.example/v/a3",
    }


def test_lists_refuse_a_cursor_or_limit_that_is_none(world: World, answered: str) -> None:
    for query in ("limit=0", "limit=501", "limit=x", "cursor=%00", "cursor=zzz"):
        reply = world.desk.get(f"/api/v1/incidents/{answered}/notices?{query}", token=world.token)
        assert reply.status in (400, 422), query
        assert reply.json["code"] == "invalid_input"


def test_health_and_readiness(world: World) -> None:
    assert world.desk.get("/healthz").status == 200
    ready = world.desk.get("/readyz")
    assert ready.status == 200


def test_the_registry_can_be_read_and_changed(world: World) -> None:
    body: dict[str, Any] = {
        "platform_id": "p-900",
        "name": "Neuland",
        "kind": "company",
        "service": "forum",
        "domains": ["neuland.example"],
        "home_state": "DE",
        "languages": ["de"],
    }
    made = world.desk.post("/api/v1/platforms", body, token=world.token)
    assert made.status == 201, made.text
    listed = world.desk.pages("/api/v1/platforms", token=world.token)
    assert "Neuland" in {one["name"] for one in listed}
    doubled = world.desk.post("/api/v1/platforms", {**body, "platform_id": "p-901"}, token=world.token)
    assert doubled.status in (409, 422), doubled.text
    retired = world.desk.request("PATCH", "/api/v1/platforms/p-900", {"retired": True}, token=world.token)
    assert retired.status == 200, retired.text
    assert "Neuland" not in {one["name"] for one in world.desk.pages("/api/v1/platforms", token=world.token)}
