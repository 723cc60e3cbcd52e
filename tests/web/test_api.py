"""Tests of the API: what programs may send, what they get back, what is refused."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis.workflows import tokens
from tests.parts import samples
from tests.web.site import Website

WRITER = ("incidents:read", "incidents:write")


@pytest.fixture
def program(website: Website) -> "Program":
    """A program with a token for incidents, and a registry of three platforms."""
    with website.app.app_context():
        samples.add(*samples.registry(3))
    return Program(website, *WRITER)


class Program:
    """Sends JSON with a token."""

    def __init__(self, website: Website, *scopes: str) -> None:
        self.client: FlaskClient = website.app.test_client()
        self.website = website
        with website.app.app_context():
            name = " ".join(scopes)
            added = tokens.add(name, scopes=scopes, now=website.clock.now(), actor="cli")
        self.headers = {"Authorization": f"Bearer {added.token}"}

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.client.get(f"/api/v1{path}", headers={**self.headers, **headers})

    def post(self, path: str, body: Any, **headers: str) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.post(f"/api/v1{path}", json=body, headers={**self.headers, **named})

    def declare(self, **parts: Any) -> dict[str, Any]:
        answer = self.post("/incidents", samples.declaration(**parts))
        assert answer.status_code == 201, answer.get_data(as_text=True)
        found: dict[str, Any] = answer.get_json()
        return found


def problem(answer: TestResponse) -> dict[str, Any]:
    assert answer.content_type == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.get_data())
    assert found["status"] == answer.status_code
    return found


def test_a_declaration_is_answered_with_its_reference_and_counts(program: Program) -> None:
    answer = program.post("/incidents", samples.declaration())
    assert answer.status_code == 201
    assert answer.headers["Location"] == "/api/v1/incidents/INC-2026-0001"
    assert answer.get_json() == {
        "ref": "INC-2026-0001",
        "state": "declared",
        "declared_at": "2026-03-02T01:03:00.000000Z",
        "exercise": False,
        "counts": {"notices": 3, "alerts": 3, "items": 1, "merged_items": 0, "unrouted_items": 0},
    }
    assert program.website.rings


def test_the_same_key_and_body_give_the_first_answer_and_no_second_incident(program: Program) -> None:
    body = samples.declaration()
    first = program.post("/incidents", body, Idempotency_Key="night-1")
    again = program.post("/incidents", body, Idempotency_Key="night-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.get_data() == again.get_data()
    assert len(program.get("/incidents").get_json()["items"]) == 1


def test_the_same_key_with_another_body_is_refused(program: Program) -> None:
    program.post("/incidents", samples.declaration(), Idempotency_Key="night-1")
    answer = program.post("/incidents", samples.declaration(title="Another"), Idempotency_Key="night-1")
    assert (answer.status_code, problem(answer)["code"]) == (409, "idempotency_key_reused")


def test_a_request_that_failed_may_be_corrected_under_its_key(program: Program) -> None:
    assert program.post("/incidents", samples.declaration(title=""), Idempotency_Key="k").status_code == 422
    assert program.post("/incidents", samples.declaration(), Idempotency_Key="k").status_code == 201


def test_keys_of_two_programs_are_apart(program: Program, website: Website) -> None:
    other = Program(website, "incidents:write")
    first = program.post("/incidents", samples.declaration(), Idempotency_Key="k").get_json()
    second = other.post("/incidents", samples.declaration(title="Another"), Idempotency_Key="k").get_json()
    assert (first["ref"], second["ref"]) == ("INC-2026-0001", "INC-2026-0002")


@pytest.mark.parametrize("path", ["/items", "/updates", "/stand-down"])
def test_every_action_takes_an_idempotency_key(program: Program, path: str) -> None:
    ref = program.declare()["ref"]
    body = {
        "/items": {"items": [{"url": "https://pixelly.example/watch/2"}]},
        "/updates": {"text": "It goes on."},
        "/stand-down": {"reason": "Over."},
    }[path]
    first = program.post(f"/incidents/{ref}{path}", body, Idempotency_Key="once")
    again = program.post(f"/incidents/{ref}{path}", body, Idempotency_Key="once")
    assert first.status_code in (200, 201), first.get_data(as_text=True)
    assert (first.status_code, first.get_data()) == (again.status_code, again.get_data())


def test_more_items_are_a_new_batch(program: Program) -> None:
    ref = program.declare()["ref"]
    answer = program.post(f"/incidents/{ref}/items", {"items": [{"url": "https://p-002.example/a"}]})
    assert answer.status_code == 201
    assert (answer.get_json()["batch"], answer.get_json()["counts"]["items"]) == (2, 1)
    items = program.get(f"/incidents/{ref}/items").get_json()["items"]
    assert [(one["position"], one["batch"], one["platforms"][0]["platform"]["id"]) for one in items] == [
        (1, 1, "p-001"),
        (2, 2, "p-002"),
    ]


def test_an_incident_is_shown_with_its_notices_alerts_items_and_record(program: Program) -> None:
    ref = program.declare()["ref"]
    incident = program.get(f"/incidents/{ref}").get_json()
    assert (incident["state"], incident["counts"]["asked"], incident["counts"]["informed"]) == ("declared", 1, 2)
    notices = program.get(f"/incidents/{ref}/notices").get_json()["items"]
    asked = next(one for one in notices if one["ask"] == "act")
    assert asked["platform"] == {"id": "p-001", "name": "Pixelly"}
    assert (asked["items"], asked["outcomes"]) == ({"total": 1, "done": 0}, {"named": 1})
    assert (asked["within_target"], asked["stand"], asked["received_at"]) == (None, "open", None)
    alerts = program.get(f"/incidents/{ref}/alerts").get_json()["items"]
    assert {one["state"] for one in alerts} == {"planned"}
    assert all("•" in one["address"] for one in alerts)
    events = program.get(f"/incidents/{ref}/events").get_json()["items"]
    assert [one["n"] for one in events] == list(range(1, len(events) + 1))
    assert events[0]["kind"] == "incident.declared"


def test_a_list_is_read_a_part_at_a_time(program: Program) -> None:
    ref = program.declare()["ref"]
    seen, path = [], f"/incidents/{ref}/notices?limit=2"
    for _ in range(2):
        part = program.get(path).get_json()
        seen += [one["platform"]["id"] for one in part["items"]]
        path = f"/incidents/{ref}/notices?limit=2&cursor={part['next']}"
    assert sorted(seen) == ["p-001", "p-002", "p-003"]
    assert part["next"] is None


def test_incidents_are_listed_newest_first_and_exercises_apart(program: Program) -> None:
    program.declare()
    program.declare(exercise=True, title="Drill")
    program.declare(title="Second")
    refs = [one["ref"] for one in program.get("/incidents").get_json()["items"]]
    assert refs == ["INC-2026-0002", "EX-2026-0001", "INC-2026-0001"]
    assert [one["ref"] for one in program.get("/incidents?exercise=true").get_json()["items"]] == ["EX-2026-0001"]
    first = program.get("/incidents?limit=1").get_json()
    assert [one["ref"] for one in program.get(f"/incidents?limit=5&cursor={first['next']}").get_json()["items"]] == [
        "EX-2026-0001",
        "INC-2026-0001",
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("limit=x", "limit"),
        ("cursor=zzz", "cursor"),
        ("state=open", "state"),
    ],
)
def test_a_wrong_query_names_its_field(program: Program, query: str, field: str) -> None:
    answer = program.get(f"/incidents?{query}")
    assert (answer.status_code, list(problem(answer)["fields"])) == (422, [field])


@pytest.mark.parametrize("path", ["/incidents", "/incidents/INC-2026-0001", "/incidents/INC-2026-0001/events"])
def test_nobody_reads_without_a_token(program: Program, path: str) -> None:
    answer = program.client.get(f"/api/v1{path}")
    assert (answer.status_code, problem(answer)["code"]) == (401, "not_logged_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_opens_only_its_scopes(website: Website) -> None:
    reader = Program(website, "incidents:read")
    answer = reader.post("/incidents", samples.declaration())
    assert (answer.status_code, problem(answer)["code"]) == (403, "not_allowed")


def test_a_revoked_token_opens_nothing(website: Website) -> None:
    reader = Program(website, "incidents:read")
    assert reader.get("/incidents").status_code == 200
    with website.app.app_context():
        tokens.revoke("incidents:read", now=website.clock.now(), actor="cli")
    assert reader.get("/incidents").status_code == 401


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "bad_request"),
        (b"\xff\xfe", "application/json", 400, "bad_request"),
        (b"[" * 100_000, "application/json", 400, "bad_request"),
        (b"9" * 5000, "application/json", 400, "bad_request"),
        (b"{}", "text/plain", 415, "unsupported_media_type"),
        (b"", "application/json", 400, "bad_request"),
        (b" " * (8 * 1024 * 1024 + 1), "application/json", 413, "too_large"),
        (b"[]", "application/json", 422, "invalid_input"),
        (b"null", "application/json", 422, "invalid_input"),
        (b"NaN", "application/json", 422, "invalid_input"),
        (b'"text"', "application/json", 422, "invalid_input"),
    ],
)
@pytest.mark.parametrize("path", ["", "/INC-2026-0001/items", "/INC-2026-0001/stand-down"])
def test_a_body_that_cant_be_read_is_a_problem_and_never_a_fault_of_ours(
    program: Program, path: str, body: bytes, content_type: str, status: int, code: str
) -> None:
    answer = program.client.post(
        f"/api/v1/incidents{path}", data=body, content_type=content_type, headers=program.headers
    )
    assert (answer.status_code, problem(answer)["code"]) == (status, code)


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"title": 7}, "title"),
        ({"title": "\u202e"}, "title"),
        ({"title": "a\u0000b"}, "title"),
        ({"title": "\ud800"}, "title"),
        ({"kind": ["x"]}, "kind"),
        ({"exercise": "yes"}, "exercise"),
        ({"occurred_at": "2026-03-02T02:00:00Z"}, "occurred_at"),
        ({"occurred_at": 5}, "occurred_at"),
        ({"member_states": "BE"}, "member_states"),
        ({"audience": {"all": 1}}, "audience.all"),
        ({"audience": {"platforms": [None]}}, "audience.platforms[0]"),
        ({"items": {}}, "items"),
        ({"items": [None]}, "items[0]"),
        ({"items": [{"url": 5}]}, "items[0].url"),
        ({"items": [{"url": "https://\ud800.example/"}]}, "items[0].url"),
        ({"items": [{"url": "https://pixelly.example/\u0000"}]}, "items[0].url"),
        ({"items": [{"sha256": "ab"}]}, "items[0].sha256"),
        ({"instrument": "order"}, "instrument"),
        ({"nonsense": 1}, "nonsense"),
        ({"assign": {"a": None}}, "assign"),
    ],
)
def test_a_field_that_does_not_fit_is_named(program: Program, parts: dict[str, Any], field: str) -> None:
    answer = program.post("/incidents", samples.declaration(**parts))
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert field in problem(answer)["fields"]
    assert program.get("/incidents").get_json()["items"] == []


@pytest.mark.parametrize("key", ["", "x" * 256, "naïve"])
def test_a_key_that_does_not_fit_is_refused(program: Program, key: str) -> None:
    answer = program.client.post(
        "/api/v1/incidents",
        json=samples.declaration(),
        headers={**program.headers, "Idempotency-Key": key.encode("utf-8").decode("latin-1")},
    )
    assert (answer.status_code, list(problem(answer)["fields"])) == (422, ["Idempotency-Key"])


def test_ten_thousand_items_are_taken_in_one_declaration(program: Program) -> None:
    items = [{"url": f"https://pixelly.example/watch/{number}"} for number in range(10_000)]
    assert program.declare(items=items)["counts"]["items"] == 10_000
    part = program.get("/incidents/INC-2026-0001/items?limit=500").get_json()
    assert (len(part["items"]), part["next"]) == (500, "500")


def test_an_address_of_the_api_that_does_not_exist_is_a_problem(program: Program) -> None:
    assert problem(program.get("/nothing"))["code"] == "not_found"
    assert problem(program.get("/incidents/INC-2026-0404"))["code"] == "not_found"
    assert problem(program.get("/incidents/%00"))["code"] == "not_found"
    assert problem(program.client.delete("/api/v1/incidents", headers=program.headers))["code"] == "method_not_allowed"
