"""Tests of the call list: who is next, who has it, what to say, and what came of it."""

import re

import pytest

from crisis.store.models import Call, Endpoint, PortalUse
from tests.parts.rows import rows
from tests.web import incident_site, site
from tests.web.site import Website

PORTAL = "p-001,Pixelly,company,video,pixelly.example,LU,en fr,Pixelly desk,1,fr,Europe/Luxembourg,24/7,portal,"
REGISTRY = incident_site.REGISTRY + PORTAL + "https://pixelly.example/report,\n"


@pytest.fixture
def ref(website: Website) -> str:
    """Nobody has answered for twenty minutes."""
    incident_site.register(website, REGISTRY)
    found = incident_site.declared(website)
    website.clock.advance(minutes=20)
    return found


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())


def path_of(website: Website, ref: str, name: str = "Pixelly") -> str:
    return f"/incidents/{ref}/notices/{incident_site.notice_of(website, ref, name).id}"


def endpoint(website: Website, channel: str) -> str:
    with website.app.app_context():
        return str(rows(Endpoint, Endpoint.channel == channel)[0].id)


def test_the_list_says_who_is_next_with_number_local_time_and_words_in_two_languages(
    website: Website, ref: str
) -> None:
    officer = website.person("officer")
    page = officer.get(f"/incidents/{ref}/tasks").get_data(as_text=True)
    shown = text(page)
    assert "+32155504919" in shown
    assert "https://pixelly.example/report" in shown
    assert re.search(r"there \d\d:\d\d CET", shown)
    assert "Veuillez ouvrir notre message" in shown
    assert "Please open our message" in shown
    assert ref in shown
    assert "pixelly.example/watch" not in page  # no address of content


def test_i_call_is_shown_to_others_who_are_refused_politely(website: Website, ref: str) -> None:
    ann, bo = website.person("officer"), website.person("officer", email="bo@desk.example")
    path, page = f"{path_of(website, ref)}/tasks/phone/claim", f"/incidents/{ref}/tasks"
    taken = site.post(ann, path, {}, page=page)
    assert taken.status_code == 303
    assert taken.location.startswith(f"{page}#t-")
    assert "Yours until" in text(ann.get(page).get_data(as_text=True))
    for where in (page, f"/incidents/{ref}"):
        assert re.search(
            r"is being called by Ann Example, until \d\d:\d\d CET", text(bo.get(where).get_data(as_text=True))
        )
    assert site.post(bo, path, {}, page=page).status_code == 303
    assert re.search(r"Ann Example is at it until \d\d:\d\d CET\.", text(bo.get(page).get_data(as_text=True)))
    given = site.post(ann, f"{path_of(website, ref)}/tasks/phone/give-back", {}, page=page)
    assert given.location == page
    assert "is being called" not in text(bo.get(page).get_data(as_text=True))


def test_a_call_from_the_list_goes_back_to_the_list(website: Website, ref: str) -> None:
    officer, page = website.person("officer"), f"/incidents/{ref}/tasks"
    site.post(officer, f"{path_of(website, ref)}/tasks/phone/claim", {}, page=page)
    form = {"endpoint": endpoint(website, "phone"), "outcome": "reached", "name": "C. Roux", "list": "1"}
    done = site.post(officer, f"{path_of(website, ref)}/call", form, page=page)
    assert done.location == page
    assert "C. Roux acknowledged for them." in text(officer.get(page).get_data(as_text=True))
    with website.app.app_context():
        assert [one.outcome for one in rows(Call)] == ["reached"]


def test_a_portals_number_is_kept_and_shown(website: Website, ref: str) -> None:
    officer, page = website.person("officer"), f"/incidents/{ref}/tasks"
    path = path_of(website, ref)
    assert "VÉRITABLE" in officer.get(page).get_data(as_text=True) or "RÉELLE" in officer.get(page).get_data(
        as_text=True
    )
    site.post(officer, f"{path}/tasks/portal/claim", {}, page=page)
    form = {"endpoint": endpoint(website, "portal"), "number": "PX-7731"}
    assert site.post(officer, f"{path}/portal", {**form, "number": ""}, page=page).status_code == 422
    assert site.post(officer, f"{path}/portal", form, page=page).status_code == 303
    assert "number PX-7731" in text(officer.get(page).get_data(as_text=True))
    notice = incident_site.notice_of(website, ref, "Pixelly")
    assert "portal number" in text(officer.get(f"/incidents/{ref}?open={notice.id.hex}").get_data(as_text=True))
    with website.app.app_context():
        assert [one.number for one in rows(PortalUse)] == ["PX-7731"]


def test_a_reader_sees_the_list_and_takes_nothing(website: Website, ref: str) -> None:
    auditor, page = website.person("auditor"), f"/incidents/{ref}/tasks"
    assert "I call" not in text(auditor.get(page).get_data(as_text=True))
    refused = site.post(auditor, f"{path_of(website, ref)}/tasks/phone/claim", {}, page="/account")
    assert refused.status_code == 403


def test_a_task_of_no_kind_is_not_found(website: Website, ref: str) -> None:
    officer = website.person("officer")
    path = f"{path_of(website, ref)}/tasks/email/claim"
    assert site.post(officer, path, {}, page=f"/incidents/{ref}/tasks").status_code == 404


def test_an_exercise_says_so_on_the_phone(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website, exercise=True)
    website.clock.advance(minutes=20)
    page = text(website.person("officer").get(f"/incidents/{ref}/tasks").get_data(as_text=True))
    assert "EXERCISE EXERCISE EXERCISE. Nothing has happened." in page
    assert "REAL ALERT" not in page
