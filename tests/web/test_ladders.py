"""Tests of the pages on which a registrar edits ladders, tries them, and takes an older version again."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from crisis.domain import ladder_body
from crisis.store import db, versions
from crisis.store.models import Event
from crisis.workflows import import_registry
from tests.parts.rows import rows
from tests.web import site
from tests.workflows.test_import_registry import FILE

EDIT = "/registry/ladders/edit"


@pytest.fixture
def filled(website: site.Website) -> site.Website:
    with website.app.app_context():
        import_registry.import_registry(FILE, now=website.clock.now(), actor="cli")
    return website


@pytest.fixture
def registrar(filled: site.Website) -> FlaskClient:
    return filled.person("registrar")


def text_of(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def form(**changed: Any) -> dict[str, Any]:
    """The form of the steps for extreme incidents as a browser would send it."""
    given: dict[str, Any] = {
        "part": "extreme",
        "severity": ["extreme"],
        "officer_minutes": "3",
        "outcome_since": "acknowledged",
        "silence-0-after": "4",
        "silence-0-action": "next_contact",
        "silence-0-channels": ["email", "webhook"],
        "silence-1-after": "8",
        "silence-1-action": "contact",
        "silence-1-contact": "3",
        "silence-2-after": "12",
        "silence-2-action": "tell_officer",
        "outcome-0-after": "20",
        "outcome-0-action": "remind_unfinished",
        "warning-0-after": "50",
        "warning-0-action": "last_warning",
        "do": "save",
    }
    return {name: value for name, value in {**given, **changed}.items() if value is not None}


def ladders(website: site.Website, number: int) -> Any:
    with website.app.app_context(), db.reading() as session:
        return versions.by_number(session, versions.LADDER, number).body


def test_before_anybody_has_saved_one_the_ladders_of_the_code_are_shown(registrar: FlaskClient) -> None:
    page = text_of(registrar, "/registry/ladders")
    assert "as delivered" in page
    assert "Extreme, Severe, Moderate, Minor, Unknown" in page
    assert "warn the contacts and the officer" in page


def test_steps_are_saved_as_a_new_version_for_the_severities_chosen(
    filled: site.Website, registrar: FlaskClient
) -> None:
    answer = site.post(registrar, EDIT, form())
    assert answer.status_code == 303
    assert answer.location == "/registry/ladders/1"
    body = ladders(filled, 1)
    assert body["severities"]["extreme"] == {
        "silence": [
            {"after": 4, "action": "next_contact", "channels": ["email", "webhook"]},
            {"after": 8, "action": "contact", "contact": 3},
            {"after": 12, "action": "tell_officer"},
        ],
        "outcome": [{"after": 20, "action": "remind_unfinished"}],
        "warning": [{"after": 50, "action": "last_warning"}],
    }
    assert body["severities"]["minor"]["silence"][0] == {"after": 5, "action": "next_contact"}
    page = text_of(registrar, "/registry/ladders/1")
    assert "write to the contact with number 3" in page
    with filled.app.app_context():
        kinds = [one.kind for one in rows(Event, Event.kind.startswith("ladder."))]
    assert kinds == ["ladder.saved", "ladder.activated"]


def test_a_second_version_says_what_it_changed_and_the_first_can_be_used_again(
    filled: site.Website, registrar: FlaskClient
) -> None:
    site.post(registrar, EDIT, form())
    site.post(registrar, EDIT, form(**{"silence-2-after": "14", "officer_minutes": "5"}))
    page = text_of(registrar, "/registry/ladders/2")
    assert re.search(r"<del>[^<]*12 min: tell the officer</del>", page)
    assert re.search(r"<ins>[^<]*14 min: tell the officer</ins>", page)
    assert "the next one after 5 minutes" in page
    answer = site.post(registrar, "/registry/ladders/1/activate", {}, page="/registry/ladders/1")
    assert answer.status_code == 303
    with filled.app.app_context(), db.reading() as session:
        active = versions.stored_ladder(session)
        assert active is not None
        assert active.number == 1


def test_what_is_wrong_is_said_beside_its_step_and_nothing_is_saved(
    filled: site.Website, registrar: FlaskClient
) -> None:
    answer = site.post(registrar, EDIT, form(**{"silence-1-after": "x", "silence-2-after": "3", "officer_minutes": ""}))
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert 'href="#silence-1-after"' in page
    assert "Without acknowledgement, step 2: give whole minutes" in page
    assert "give whole minutes, 1 to 1440" in page
    assert 'value="x"' in page
    assert "give whole minutes, 1 to 60" in page
    with filled.app.app_context(), db.reading() as session:
        assert versions.newest_number(session, versions.LADDER) == 0


def test_no_severity_chosen_is_refused(registrar: FlaskClient) -> None:
    answer = site.post(registrar, EDIT, form(severity=[]))
    assert answer.status_code == 422
    assert "choose one" in answer.get_data(as_text=True)


def test_rows_are_added_and_taken_out_without_a_script(registrar: FlaskClient) -> None:
    page = site.post(registrar, EDIT, form(do="add:silence")).get_data(as_text=True)
    assert 'name="silence-3-after"' in page
    assert 'name="silence-0-after" value="4"' in page
    page = site.post(registrar, EDIT, form(do="remove:silence:0")).get_data(as_text=True)
    assert 'name="silence-0-after" value="8"' in page
    assert 'name="silence-2-after"' not in page


def test_a_platform_gets_steps_of_its_own_and_loses_them_again(filled: site.Website, registrar: FlaskClient) -> None:
    own = form(part="platform:p-001", severity=None)
    assert site.post(registrar, EDIT, own, page=f"{EDIT}?part=platform:p-001").status_code == 303
    assert ladders(filled, 1)["platforms"]["p-001"]["silence"][0]["after"] == 4
    page = text_of(registrar, f"{EDIT}?part=platform:p-001")
    assert "Take the platform’s own steps away" in page
    site.post(registrar, EDIT, {**own, "do": "drop"}, page=f"{EDIT}?part=platform:p-001")
    assert ladders(filled, 2)["platforms"] == {}


def test_a_draft_is_rehearsed_on_a_platform_before_it_is_saved(filled: site.Website, registrar: FlaskClient) -> None:
    given = form(do="rehearse", platform="p-001", at="2026-03-02T03:00", acknowledged="30")
    page = site.post(registrar, EDIT, given).get_data(as_text=True)
    for words in ("first alert", "acknowledged after 30 min", "out of hours", "•••", "03:04:00 CET"):
        assert words in page
    assert "crisis1@pixelly.example" not in page
    with filled.app.app_context(), db.reading() as session:
        assert versions.newest_number(session, versions.LADDER) == 0
    unknown = site.post(registrar, EDIT, form(do="rehearse", platform="p-999"))
    assert unknown.status_code == 422
    assert "such as p-001" in unknown.get_data(as_text=True)


def test_a_platform_is_rehearsed_from_its_own_page(filled: site.Website) -> None:
    officer = filled.person("officer")
    assert "/registry/platforms/p-001/rehearsal" in text_of(officer, "/registry/platforms/p-001")
    page = text_of(officer, "/registry/platforms/p-001/rehearsal?severity=minor&at=2026-10-25T02:30")
    assert "first alert" in page
    assert "Officer told: No answer yet" in page
    assert "Ann Example" in page  # who would declare is told first
    wrong = text_of(officer, "/registry/platforms/p-001/rehearsal?at=yesterday&acknowledged=-1")
    assert "Write the time like" in wrong


def test_a_reader_edits_nothing(filled: site.Website) -> None:
    auditor = filled.person("auditor")
    assert "Change" not in re.findall(r"<main.*</main>", text_of(auditor, "/registry/ladders"), re.S)[0]
    assert auditor.get(EDIT).status_code == 403
    assert auditor.get("/registry/ladders/99").status_code == 404


def test_the_form_gives_back_every_ladder_that_it_shows(filled: site.Website, registrar: FlaskClient) -> None:
    site.post(registrar, EDIT, form())
    page = text_of(registrar, EDIT)
    sent: dict[str, Any] = {"part": "extreme", "severity": ["extreme"], "do": "save"}
    for name, value in re.findall(r'<input class="w-n"[^>]* name="([^"]+)" value="([^"]*)"', page):
        sent[name] = value
    for name, options in re.findall(r'<select[^>]* name="([^"]+)">(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]+)" selected', options)
        sent[name] = chosen.group(1) if chosen else ""
    for name, value in re.findall(r'<input type="checkbox" name="(silence-[^"]+)" value="([^"]+)" checked', page):
        sent.setdefault(name, []).append(value)
    sent["officer_minutes"] = "3"
    answer = site.post(registrar, EDIT, sent)
    assert answer.location == "/registry/ladders/1"  # the same ladders are the same version
    assert ladder_body.from_json(ladders(filled, 1))
