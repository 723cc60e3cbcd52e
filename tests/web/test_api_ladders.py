"""Tests of the ladders in the API: saved whole, read again, an older version used again, a platform rehearsed."""

from typing import Any

import pytest

from crisis.domain import ladder, ladder_body
from crisis.workflows import import_registry
from tests.web.site import Website
from tests.web.test_api import Program
from tests.workflows.test_import_registry import FILE


@pytest.fixture
def registrar(website: Website) -> Program:
    with website.app.app_context():
        import_registry.import_registry(FILE, now=website.clock.now(), actor="cli")
    return Program(website, "registry:write")


def ladders(**changed: Any) -> dict[str, Any]:
    return {**ladder_body.as_json(ladder.DEFAULT), **changed}


def test_ladders_are_saved_whole_and_an_older_version_is_used_again(registrar: Program) -> None:
    assert registrar.post("/ladders", ladders()).get_json() == {"number": 1}
    own = {"silence": [{"after": 2, "action": "call"}], "outcome": [], "warning": []}
    assert registrar.post("/ladders", ladders(platforms={"p-001": own})).get_json() == {"number": 2}
    assert registrar.get("/ladders/2").get_json()["ladders"]["platforms"] == {"p-001": own}
    assert registrar.post("/ladders/1/activate", {}).get_json() == {"number": 1}
    listed = registrar.get("/ladders?limit=1").get_json()
    assert [(one["number"], one["active"]) for one in listed["items"]] == [(2, False)]
    listed = registrar.get(f"/ladders?cursor={listed['next']}").get_json()
    assert [(one["number"], one["active"]) for one in listed["items"]] == [(1, True)]
    assert registrar.get("/ladders/9").status_code == 404


def test_what_is_wrong_is_named_by_its_place(registrar: Program) -> None:
    wrong = ladders(platforms={"p-999": {"silence": [{"after": 0, "action": "call"}]}})
    answer = registrar.post("/ladders", wrong)
    assert answer.status_code == 422
    assert "platforms.p-999.silence[0].after" in answer.get_json()["fields"]
    wrong["platforms"]["p-999"]["silence"][0]["after"] = 1
    assert "platforms.p-999" in registrar.post("/ladders", wrong).get_json()["fields"]
    assert registrar.get("/ladders").get_json()["items"] == []


def test_a_platform_is_rehearsed(registrar: Program) -> None:
    found = registrar.get("/platforms/p-001/rehearsal?severity=minor&at=2026-03-02T03:00").get_json()
    assert found["named_at"] == "2026-03-02T02:00:00.000000Z"
    first = found["moments"][0]
    assert (first["minute"], first["action"]) == (0, "first")
    assert first["to"][0]["local_time"].startswith("2026-03-02T03:00:00")
    assert "•••" in first["to"][0]["address"]
    assert {one["action"] for one in found["moments"]} >= {"next_contact", "tell_officer", "last_warning"}
    assert registrar.get("/platforms/p-001/rehearsal?severity=huge").status_code == 422
    assert registrar.get("/platforms/p-777/rehearsal").status_code == 422
