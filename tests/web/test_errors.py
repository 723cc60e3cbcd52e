"""Tests that what went wrong reaches people as a page and programs as problem+json."""

from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from crisis import errors
from crisis.web import guards
from tests.web import site


@pytest.fixture
def faulty(website: site.Website) -> site.Website:
    """The web server with pages that fail in every way."""

    def fail(how: str) -> Any:
        match how:
            case "state":
                raise errors.WrongState("It is closed. Look at it as it is now.")
            case "input":
                raise errors.InvalidInput("Correct it.", fields={"items[3].url": "is no address"})
            case _:
                raise RuntimeError("a secret detail")

    website.app.testing = False
    guards.public("a page that only this test has")(fail)
    website.app.add_url_rule("/fail/<how>", "fail", fail)
    website.app.add_url_rule("/api/v1/fail/<how>", "api_fail", fail)
    return website


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/nothing-here", 404, "not_found"),
        ("/healthz/", 404, "not_found"),
        ("/fail/state", 409, "wrong_state"),
        ("/fail/input", 422, "invalid_input"),
        ("/fail/else", 500, "failed"),
    ],
)
def test_a_page_says_the_code_and_what_to_do(faulty: site.Website, path: str, status: int, code: str) -> None:
    answer = faulty.anonymous().get(path)
    page = answer.get_data(as_text=True)
    assert (answer.status_code, answer.mimetype) == (status, "text/html")
    assert f'<span class="mono">{code}</span>' in page
    assert "secret detail" not in page


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/api/v1/nothing-here", 404, "not_found"),
        ("/api/v1/fail/state", 409, "wrong_state"),
        ("/api/v1/fail/input", 422, "invalid_input"),
        ("/api/v1/fail/else", 500, "failed"),
    ],
)
def test_a_program_gets_a_problem(faulty: site.Website, path: str, status: int, code: str) -> None:
    answer = faulty.anonymous().get(path)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    problem = answer.get_json()
    assert (problem["status"], problem["code"], problem["type"]) == (status, code, "about:blank")
    assert problem["title"]
    assert problem["detail"]
    assert problem.get("fields", {}) == ({"items[3].url": "is no address"} if code == "invalid_input" else {})


def test_a_form_by_the_wrong_method_says_which_there_are(website: site.Website) -> None:
    answer = website.anonymous().get("/account/log-out")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_a_role_that_does_not_fit_is_told_which_does(website: site.Website) -> None:
    answer = website.person("auditor").get("/users")
    assert answer.status_code == 403
    assert "This is for: admin." in answer.get_data(as_text=True)


def test_text_of_others_is_shown_as_text(website: site.Website) -> None:
    page = website.person("manager").get("/registry?q=<script>alert(1)</script>").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_the_process_lives_and_says_nothing_else(website: site.Website) -> None:
    answer = website.anonymous().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


def test_without_a_metronome_the_server_is_not_ready_and_names_it(website: site.Website) -> None:
    answer = website.anonymous().get("/readyz")
    assert answer.status_code == 503
    parts = {part["part"]: part["ok"] for part in answer.get_json()["parts"]}
    assert parts == {"database": True, "schema": True, "metronome": False, "worker": False}


def test_the_page_that_says_that_the_database_is_gone_does_not_ask_it_for_the_time(
    website: site.Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> Any:
        raise OperationalError("SELECT clock_timestamp()", {}, Exception("the database is starting up"))

    def page() -> Any:
        raise errors.Unavailable("Nothing can be recorded just now.")

    website.app.testing = False
    website.app.add_url_rule("/gone", "gone", guards.public("a page that only this test has")(page))
    monkeypatch.setattr(website.clock, "now", gone)
    found = website.anonymous().get("/gone")
    assert found.status_code == 503
    assert "Nothing can be recorded just now." in found.get_data(as_text=True)
