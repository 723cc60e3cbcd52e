"""The form of a declaration: nothing is sent before the last button, and nothing typed is lost."""

import html
import io
import re

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis.store.models import Incident
from tests.parts.rows import rows
from tests.web import incident_site, site
from tests.web.site import Website

PATH = "/incidents/declare"
FORM = {
    "title": "Attack in a shopping street",
    "kind": "terrorist-violent-extremist",
    "severity": "extreme",
    "tlp": "AMBER",
    "audience": "all",
    "items": "https://pixelly.example/watch/1\n",
}


def _text(answer: TestResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", html.unescape(plain))


def _look(client: FlaskClient, **parts: object) -> TestResponse:
    return site.post(client, PATH, {**FORM, "look": "1", **parts})


def _send(client: FlaskClient, looked: TestResponse, **parts: object) -> TestResponse:
    page = looked.get_data(as_text=True)
    digest = re.search(r'name="digest" value="([^"]+)"', page)
    assert digest, "no confirmation in the page"
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    form = {**FORM, "exercise": "real", "confirm": "real", "digest": digest.group(1), "seen": seen, **parts}
    return site.post(client, PATH, form)


def _incidents(website: Website) -> list[Incident]:
    with website.app.app_context():
        return rows(Incident)


def test_an_empty_form_has_no_default_where_a_default_could_harm(website: Website) -> None:
    incident_site.register(website)
    page = website.person("officer").get(PATH).get_data(as_text=True)
    for name in ("kind", "severity", "tlp", "exercise"):
        assert not re.search(rf'name="{name}"[^>]*checked', page), name
    assert "for real" not in page


def test_looking_shows_who_is_reached_and_sends_nothing(website: Website) -> None:
    incident_site.register(website)
    looked = _look(website.person("officer"), items="https://pixelly.example/watch/1\nhttps://nobody.example/x\n")
    text = _text(looked)
    assert looked.status_code == 200
    assert "2 items 1 belong to 1 platform 1 to nobody, below" in text
    assert "Alert 1 platform for real" in text
    assert "Start the exercise with 1 platform" in text
    assert _incidents(website) == []
    assert website.rings == []


def test_the_last_button_declares_rings_and_leads_to_the_incident(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    sent = _send(officer, _look(officer))
    assert sent.status_code == 303, _text(sent)
    (incident,) = _incidents(website)
    assert sent.location == f"/incidents/{incident.ref}"
    assert incident.purpose == "real"
    assert len(website.rings) == 1
    assert "2 alerts leave now to 3 platforms." in _text(officer.get(sent.location))
    assert "alerts leave now" not in _text(officer.get(sent.location))  # told once


def test_where_nothing_was_understood_nothing_can_be_sent(website: Website) -> None:
    incident_site.register(website)
    looked = _look(website.person("officer"), items="not an address\n")
    assert looked.status_code == 422
    assert "Nothing of what was given was understood." in _text(looked)
    assert "for real" not in _text(looked)


def test_without_a_choice_between_real_and_exercise_nothing_is_sent(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    sent = _send(officer, _look(officer), exercise="")
    assert sent.status_code == 422
    assert "Choose: real, or an exercise" in _text(sent)
    assert _incidents(website) == []


def test_a_button_that_contradicts_the_choice_is_refused(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    for choice, button in (("real", "exercise"), ("exercise", "real")):
        sent = _send(officer, _look(officer), exercise=choice, confirm=button)
        assert sent.status_code == 422
        assert "contradict each other. Nothing was sent." in _text(sent)
    assert _incidents(website) == []


def test_numbers_that_changed_since_they_were_shown_are_shown_again(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    looked = _look(officer)
    sent = _send(officer, looked, items="https://pixelly.example/watch/1\nhttps://alpencast.example/watch/2\n")
    assert sent.status_code == 422
    assert "Something has changed since these numbers were shown. Nothing was sent." in _text(sent)
    assert _incidents(website) == []


def test_errors_stand_on_top_with_links_and_what_was_typed_stays(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    sent = _send(officer, _look(officer), title="", summary="Still here <b>", occurred_at="2030-01-01T00:00")
    page = sent.get_data(as_text=True)
    assert sent.status_code == 422
    assert "<title>Error: Declare an incident" in page
    assert '<a href="#title">Title: is missing</a>' in page
    assert '<a href="#occurred_at">Happened at: is still to come; check the date</a>' in page
    assert "Still here &lt;b&gt;" in page
    assert 'name="exercise" value="real" id="real" checked' in page
    assert "https://pixelly.example/watch/1" in page
    assert _incidents(website) == []


def test_while_looking_what_is_still_empty_is_no_fault(website: Website) -> None:
    incident_site.register(website)
    looked = _look(website.person("officer"), title="", kind="", severity="", tlp="")
    assert looked.status_code == 200
    assert "is missing" not in _text(looked)


def test_lines_that_are_not_understood_are_listed_by_number_and_left_out(website: Website) -> None:
    incident_site.register(website)
    looked = _look(website.person("officer"), items="https://pixelly.example/watch/1\nhtps:/broken\n<script>\n")
    page = looked.get_data(as_text=True)
    text = _text(looked)
    assert "2 lines not understood" in text
    assert "line 2 htps:/broken" in text
    assert "&lt;script&gt;" in page
    assert "<script>\n" not in page
    assert "2 lines are left out." in text


def test_merged_addresses_can_be_split_and_merged_again(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    twice = "https://pixelly.example/watch/1\nhttps://pixelly.example/watch/1?utm_source=share\n"
    looked = _look(officer, items=twice)
    assert "lines 1, 2 utm_source dropped" in _text(looked)
    split = site.post(
        officer, PATH, {**FORM, "items": twice, "split": "https://pixelly.example/watch/1?utm_source=share"}
    )
    assert "2 items" in _text(split)
    assert "Split by you 1" in _text(split)


def test_an_address_of_nobody_can_be_assigned(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    url = "https://nobody.example/x"
    assigned = _look(officer, items=url, **{"assign-key": url, "assign-to": "p-002"})
    assert "1 items 1 belong to 1 platform" in _text(assigned).replace("1 item ", "1 items ")
    assert "Assigned by you 1" in _text(assigned)


def test_a_file_of_another_encoding_is_read_and_kept_with_the_form(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    body = "url,sha256\nhttps://pixelly.example/é,\n".encode("utf-16")
    looked = _look(officer, items="", files=(io.BytesIO(body), "list.csv"))
    page = looked.get_data(as_text=True)
    assert "File list.csv" in _text(looked)
    assert "https://pixelly.example/é" in page
    assert "Alert 1 platform for real" in _text(looked)


def test_ten_thousand_lines_are_taken_and_one_more_is_refused(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    lines = [f"https://pixelly.example/watch/{number}" for number in range(10_000)]
    assert "10000 items" in _text(_look(officer, items="\n".join(lines)))
    refused = _look(officer, items="\n".join([*lines, "https://pixelly.example/one-more"]))
    assert "10000" in _text(refused)
    assert "for real" not in _text(refused)


def test_an_exercise_refuses_addresses_outside_reserved_domains(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    items = "https://pixelly.example/1\nhttps://www.somewhere-real.eu/x\n"
    sent = _send(officer, _look(officer, items=items), items=items, exercise="exercise", confirm="exercise")
    assert sent.status_code == 422
    assert "line 2 an exercise names only reserved hosts" in _text(sent)
    assert _incidents(website) == []


def test_an_exercise_gets_its_own_prefix(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    sent = _send(officer, _look(officer), exercise="exercise", confirm="exercise")
    assert sent.status_code == 303, _text(sent)
    assert sent.location.startswith("/incidents/EX-2026-")


def test_items_of_an_open_incident_are_shown_before_sending(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    looked = _look(officer)
    assert f"1 in {ref} already" in _text(looked)
    assert _send(officer, looked).status_code == 303


def test_an_incident_declared_meanwhile_is_shown_before_the_second_one_is_sent(website: Website) -> None:
    incident_site.register(website)
    officer = website.person("officer")
    looked = _look(officer)
    ref = incident_site.declared(website)
    sent = _send(officer, looked)
    assert sent.status_code == 409
    assert f"{ref} was declared meanwhile" in _text(sent)
    assert f'name="seen" value="{ref}"' in sent.get_data(as_text=True)
    assert len(_incidents(website)) == 1


def test_an_audience_that_nobody_can_reach_is_refused(website: Website) -> None:
    incident_site.register(website, incident_site.HEADER + _UNREACHABLE)
    officer = website.person("officer")
    looked = _look(officer, items="https://nobody.example/x")  # so that they are only informed, by mail
    assert "1 can't be reached" in _text(looked)
    sent = _send(officer, looked, items="https://nobody.example/x")
    assert sent.status_code == 422
    assert "Nobody would be reached" in _text(sent)


def test_the_reach_names_channels_hours_and_languages(website: Website) -> None:
    incident_site.register(website)
    items = "https://pixelly.example/1\nhttps://alpencast.example/1\nhttps://quiet.example/1\n"
    text = _text(_look(website.person("officer"), items=items))
    assert "Alerts 3 : 3 mail" in text
    assert "To call 2 numbers" in text
    assert "1 out of hours" in text
    assert "1 address never verified" in text
    assert "1 language gets English Finnish" in text


def test_the_reach_says_how_long_the_fan_out_takes(website: Website) -> None:
    incident_site.register(website)
    items = "https://pixelly.example/1\nhttps://alpencast.example/1\nhttps://quiet.example/1\n"
    text = _text(_look(website.person("officer"), items=items))
    assert "Last one out about 1 s Mail: 3 messages, about 1 s 2 calls by people Assumed for want of" in text


def test_only_officers_declare(website: Website) -> None:
    assert website.person("auditor").get(PATH).status_code == 403


_UNREACHABLE = (
    "p-009,Lost,company,video,pixelly.example,LU,en,Lost desk,1,en,Europe/Luxembourg,24/7,webhook,"
    "https://hooks.lost.example/x,\n"
)
