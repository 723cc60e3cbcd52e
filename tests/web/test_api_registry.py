"""Tests of the registry in the API."""

from typing import Any

import pytest

from tests.web.site import Website
from tests.web.test_api import Program, problem

PLATFORM = {
    "id": "p-100",
    "name": "Bücherkanal",
    "kind": "company",
    "service": "video-sharing",
    "domains": ["bücherkanal.example"],
    "home_state": "DE",
    "languages": ["de", "en"],
}
CONTACT = {"order": 1, "name": "Nachtdienst", "language": "de", "time_zone": "Europe/Berlin", "hours": "24/7"}
ENDPOINT = {"channel": "email", "address": "crisis@bücherkanal.example", "verified_on": "2026-02-01"}


@pytest.fixture
def registrar(website: Website) -> Program:
    return Program(website, "registry:write")


def test_a_platform_is_added_with_contact_and_endpoint_then_changed(registrar: Program) -> None:
    assert registrar.post("/platforms", PLATFORM).get_json() == {"id": "p-100"}
    contact = registrar.post("/platforms/p-100/contacts", CONTACT).get_json()["id"]
    endpoint = registrar.post(f"/platforms/p-100/contacts/{contact}/endpoints", ENDPOINT).get_json()["id"]
    found = registrar.get("/platforms/p-100").get_json()
    assert found == {
        **PLATFORM,
        "retired_at": None,
        "contacts": [
            {
                **CONTACT,
                "id": contact,
                "retired_at": None,
                "endpoints": [{**ENDPOINT, "id": endpoint, "retired_at": None}],
            }
        ],
    }
    changed = patch(registrar, "/platforms/p-100", {"home_state": "AT"})
    assert (changed["home_state"], changed["name"]) == ("AT", "Bücherkanal")
    assert patch(registrar, f"/platforms/p-100/contacts/{contact}", {"hours": "Mon-Fri 08:00-18:00"})["hours"] == (
        "Mon-Fri 08:00-18:00"
    )
    path = f"/platforms/p-100/contacts/{contact}/endpoints/{endpoint}"
    assert patch(registrar, path, {"verified_on": "2026-03-01"})["verified_on"] == "2026-03-01"
    assert patch(registrar, path, {"retired": True})["retired_at"] is not None
    assert registrar.get(f"/platforms/p-100/contacts/{contact}/endpoints").get_json()["items"] == []


def test_a_retired_platform_leaves_the_list(registrar: Program) -> None:
    registrar.post("/platforms", PLATFORM)
    assert [one["id"] for one in registrar.get("/platforms").get_json()["items"]] == ["p-100"]
    assert patch(registrar, "/platforms/p-100", {"retired": True})["retired_at"] is not None
    assert registrar.get("/platforms").get_json() == {"items": [], "next": None}


def test_a_repeated_request_adds_nothing_twice(registrar: Program) -> None:
    first = registrar.post("/platforms", PLATFORM, Idempotency_Key="k")
    again = registrar.post("/platforms", PLATFORM, Idempotency_Key="k")
    assert (first.status_code, again.status_code, again.get_json()) == (201, 201, {"id": "p-100"})
    assert registrar.post("/platforms", PLATFORM).status_code == 409


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"home_state": "Germany"}, "home_state"),
        ({"name": "=cmd()"}, "name"),
        ({"name": 5}, "name"),
        ({"domains": "a.example"}, "domains"),
        ({"domains": ["com"]}, "domains"),
        ({"domains": [None]}, "domains"),
        ({"languages": []}, "languages"),
        ({"id": "../x"}, "id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_field_that_does_not_fit_is_named_as_the_api_names_it(
    registrar: Program, parts: dict[str, Any], field: str
) -> None:
    answer = registrar.post("/platforms", {**PLATFORM, **parts})
    assert answer.status_code == 422, answer.get_data(as_text=True)
    assert list(problem(answer)["fields"]) == [field]
    assert registrar.get("/platforms").get_json()["items"] == []


def test_a_contact_of_another_platform_is_not_found(registrar: Program) -> None:
    registrar.post("/platforms", PLATFORM)
    registrar.post("/platforms", {**PLATFORM, "id": "p-101", "domains": []})
    contact = registrar.post("/platforms/p-100/contacts", CONTACT).get_json()["id"]
    answer = registrar.client.patch(
        f"/api/v1/platforms/p-101/contacts/{contact}", json={"name": "X"}, headers=registrar.headers
    )
    assert answer.status_code == 404


def test_only_the_registry_scope_sees_addresses(website: Website) -> None:
    assert Program(website, "incidents:read").get("/platforms").status_code == 403


def patch(registrar: Program, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = registrar.client.patch(f"/api/v1{path}", json=body, headers=registrar.headers)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def with_endpoint(registrar: Program, channel: str, address: str) -> str:
    registrar.post("/platforms", PLATFORM)
    contact = registrar.post("/platforms/p-100/contacts", CONTACT).get_json()["id"]
    endpoints = f"/platforms/p-100/contacts/{contact}/endpoints"
    return f"{endpoints}/{registrar.post(endpoints, {'channel': channel, 'address': address}).get_json()['id']}"


def test_a_new_secret_comes_with_how_long_the_one_before_it_holds(registrar: Program) -> None:
    endpoint = with_endpoint(registrar, "webhook", "https://hooks.example/x")
    first = registrar.post(f"{endpoint}/secret", {}, Idempotency_Key="a")
    again = registrar.post(f"{endpoint}/secret", {}, Idempotency_Key="a")
    second = registrar.post(f"{endpoint}/secret", {})
    assert (first.status_code, first.get_json()) == (again.status_code, again.get_json())
    assert [one.get_json()["generation"] for one in (first, second)] == [2, 3]
    assert first.get_json()["secret"].startswith("whsec_")
    assert first.get_json()["secret"] != second.get_json()["secret"]
    assert first.get_json()["previous_until"].endswith("Z")


def test_a_secret_address_is_masked_and_left_alone_when_it_comes_back_so(registrar: Program) -> None:
    endpoint = with_endpoint(registrar, "apprise", "ntfys://token-of-theirs@ntfy.example/t")
    shown = patch(registrar, endpoint, {"address": "ntfys://•••", "verified_on": "2026-03-01"})
    assert (shown["address"], shown["verified_on"]) == ("ntfys://•••", "2026-03-01")
    assert "token-of-theirs" not in registrar.get("/platforms").get_data(as_text=True)
    answer = registrar.client.patch(f"/api/v1{endpoint}", json={"address": "syslog://x"}, headers=registrar.headers)
    assert list(problem(answer)["fields"]) == ["address"]
