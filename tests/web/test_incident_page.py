"""The page of an incident: what each platform was asked, how far it is, and what an officer can do there."""

import html
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis import errors
from crisis.domain import notice
from crisis.domain.doubt import Doubt
from crisis.store import db
from crisis.store.models import Call, Incident, Item
from tests.parts.rows import rows
from tests.web import incident_site, site
from tests.web.site import Website

TWO = [{"url": "https://pixelly.example/watch/1"}, {"url": "https://nobody.example/x"}]


def _text(answer: TestResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", html.unescape(plain))


def _open(website: Website, client: FlaskClient, ref: str, name: str) -> str:
    one = incident_site.notice_of(website, ref, name)
    return _text(client.get(f"/incidents/{ref}?open={one.id.hex}"))


def test_the_list_shows_incidents_and_exercises_apart(website: Website) -> None:
    incident_site.register(website)
    real = incident_site.declared(website)
    exercise = incident_site.declared(website, exercise=True)
    reader = website.person("auditor")
    listed, exercises = _text(reader.get("/incidents")), _text(reader.get("/incidents?exercise=1"))
    assert real in listed
    assert exercise not in listed
    assert exercise in exercises
    assert real not in exercises
    assert real not in _text(reader.get("/incidents?state=closed"))


def test_a_platform_is_awaiting_then_silent_then_acknowledged(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    assert "Awaiting Pixelly LU" in _text(officer.get(f"/incidents/{ref}"))
    website.clock.advance(minutes=16)
    silent = _text(officer.get(f"/incidents/{ref}"))
    assert "Silent Pixelly LU" in silent
    assert "Need you 1" in silent
    assert "+32155504919" in silent
    incident_site.answer(website, incident_site.notice_of(website, ref, "Pixelly").id)
    acknowledged = _text(officer.get(f"/incidents/{ref}"))
    assert "Acknowledged Pixelly LU" in acknowledged
    assert "16:00" in acknowledged
    assert "Nobody needs you now." in acknowledged
    assert "Nobody needs a call now." in acknowledged


def test_after_the_aim_the_words_stay_plain(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    website.clock.advance(minutes=73)
    page = _text(website.person("officer").get(f"/incidents/{ref}"))
    assert "+13:00 after our aim" in page
    for word in ("overdue", "breach", "missed", " late "):
        assert word not in page.lower()


def test_an_open_row_shows_contacts_evidence_items_and_what_was_said(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    pixelly = incident_site.notice_of(website, ref, "Pixelly")
    website.clock.advance(minutes=2)
    incident_site.answer(website, pixelly.id, notice.Answer.QUESTION, note="Which <b>copy</b>?")
    page = officer.get(f"/incidents/{ref}?open={pixelly.id.hex}").get_data(as_text=True)
    text = _open(website, officer, ref, "Pixelly")
    assert "They ask. Giulia Ferrante" in text
    assert "Which &lt;b&gt;copy&lt;/b&gt;?" in page
    assert "hxxps://pixelly[.]example/watch/1" in text
    assert "https://pixelly.example" not in page
    assert "c•••s@pixelly.example" in text or "•••" in text
    assert "1 Pixelly desk French, 24/7" in text
    assert "answer it" in text


def test_an_unconfirmed_answer_stands_apart_and_counts_for_nothing(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    pixelly = incident_site.notice_of(website, ref, "Pixelly")
    incident_site.answer(website, pixelly.id, doubt=next(iter(Doubt)))
    text = _open(website, website.person("officer"), ref, "Pixelly")
    assert "Not confirmed, counts for nothing" in text
    assert "confirm by phone" in text
    assert incident_site.notice_of(website, ref, "Pixelly").state == "awaiting"


def test_two_contacts_who_contradict_each_other_are_flagged_and_both_answers_stay(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website, items=[{"url": "https://alpencast.example/1"}])
    one = incident_site.notice_of(website, ref, "Alpencast")
    officer = website.person("officer")
    incident_site.answer(website, one.id, notice.Answer.NOT_OURS, contact=0)
    incident_site.answer(website, one.id, notice.Answer.DONE, contact=1)
    text = _open(website, officer, ref, "Alpencast")
    assert "Contradiction Alpencast" in text
    assert "Two contacts contradict each other." in text
    assert "ask which holds" in text


def test_a_call_is_recorded_with_one_click_and_a_name_acknowledges(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    pixelly = incident_site.notice_of(website, ref, "Pixelly")
    number = pixelly.phones[0][1].id
    path, page = f"/incidents/{ref}/notices/{pixelly.id}/call", f"/incidents/{ref}?open={pixelly.id.hex}"
    form = {"endpoint": str(number), "name": "Giulia Ferrante"}
    missed = site.post(officer, path, {**form, "outcome": "no_answer"}, page=page)
    assert missed.status_code == 303
    assert incident_site.notice_of(website, ref, "Pixelly").state == "awaiting"
    reached = site.post(officer, path, {**form, "outcome": "reached"}, page=page)
    assert reached.location == f"/incidents/{ref}?open={pixelly.id.hex}#n-{pixelly.id.hex}"
    assert "Giulia Ferrante acknowledged for them." in _text(officer.get(reached.location))
    assert incident_site.notice_of(website, ref, "Pixelly").acknowledged_by == "Giulia Ferrante"
    with website.app.app_context():
        assert [one.outcome for one in rows(Call)] == ["no_answer", "reached"]


def test_items_added_later_are_looked_at_first(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    path = f"/incidents/{ref}/items"
    items = "https://alpencast.example/new\n"
    looked = site.post(officer, path, {"items": items, "look": "1"})
    digest = re.search(r'name="digest" value="([^"]+)"', looked.get_data(as_text=True))
    assert digest
    assert website.rings == []
    added = site.post(officer, path, {"items": items, "confirm": "add", "digest": digest.group(1)})
    assert added.status_code == 303, _text(added)
    assert "Batch 2: 1 item added" in _text(officer.get(added.location))
    assert incident_site.notice_of(website, ref, "Alpencast").items.total == 1
    assert len(website.rings) == 1


def test_an_address_of_nobody_is_assigned_on_the_page(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website, items=TWO)
    officer = website.person("officer")
    assert "1 unrouted" in _text(officer.get(f"/incidents/{ref}"))
    with website.app.app_context():
        (item,) = rows(Item, Item.host == "nobody.example")
    form = {"platform": "p-002"}
    assigned = site.post(officer, f"/incidents/{ref}/items/{item.id}/assign", form, page=f"/incidents/{ref}/items")
    assert assigned.status_code == 303
    assert "Every address has a platform." in _text(officer.get(f"/incidents/{ref}/items"))


def test_an_item_is_withdrawn_with_a_reason_only(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    with website.app.app_context():
        (item,) = rows(Item)
    path = f"/incidents/{ref}/items/{item.id}/withdraw"
    assert "hxxps://pixelly[.]example/watch/1" in _text(officer.get(path))
    assert site.post(officer, path, {"reason": " "}).status_code == 422
    assert site.post(officer, path, {"reason": "Named by mistake"}).status_code == 303
    assert incident_site.notice_of(website, ref, "Pixelly").state == "withdrawn"
    assert len(website.rings) == 1


def test_an_update_needs_words(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    path = f"/incidents/{ref}/update"
    empty = site.post(officer, path, {"text": ""})
    assert empty.status_code == 422
    assert "<title>Error:" in empty.get_data(as_text=True)
    assert site.post(officer, path, {"text": "A third variant is known."}).status_code == 303
    assert "Update sent by Ann Example" in _text(officer.get(f"/incidents/{ref}"))


def test_stand_down_asks_for_a_reason_says_the_numbers_and_can_be_undone(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    path = f"/incidents/{ref}/stand-down"
    asked = officer.get(path).get_data(as_text=True)
    assert 'class="btn danger big wide">Stand down, tell 3 platforms<' in asked
    assert "btn danger" not in officer.get(f"/incidents/{ref}").get_data(as_text=True)
    assert site.post(officer, path, {"reason": ""}).status_code == 422
    assert site.post(officer, path, {"reason": "The recording is gone."}).status_code == 303
    with website.app.app_context():
        assert [one.state for one in rows(Incident)] == ["stood_down"]
    ended = _text(officer.get(f"/incidents/{ref}"))
    assert "The recording is gone." in ended
    assert "Add items" not in ended
    again = site.post(officer, f"/incidents/{ref}/reactivate", {"reason": "It is back."})
    assert again.status_code == 303
    with website.app.app_context():
        assert [one.state for one in rows(Incident)] == ["declared"]


def test_an_exercise_wears_its_marks(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website, exercise=True)
    page = website.person("officer").get(f"/incidents/{ref}").get_data(as_text=True)
    assert f"<title>EXERCISE {ref}" in page
    assert '<div class="drill">' in page
    assert "EXERCISE EXERCISE EXERCISE" in page


def test_a_reader_sees_no_button_that_acts(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    auditor = website.person("auditor")
    page = _text(auditor.get(f"/incidents/{ref}"))
    assert "Stand down" not in page
    assert "Add items" not in page
    for path in ("items", "update", "stand-down", "reactivate"):
        assert auditor.get(f"/incidents/{ref}/{path}").status_code == 403, path


def test_looking_changes_nothing(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    before = incident_site.view(website, ref).head
    one = incident_site.notice_of(website, ref, "Pixelly")
    for path in ("", "/items", "/update", "/stand-down", "/reactivate", f"/notices/{one.id.hex}"):
        assert officer.get(f"/incidents/{ref}{path}").status_code == 200, path
    assert incident_site.view(website, ref).head == before


def test_the_filter_shows_only_what_was_asked_for(website: Website) -> None:
    incident_site.register(website)
    items = [{"url": "https://pixelly.example/1"}, {"url": "https://alpencast.example/1"}]
    ref = incident_site.declared(website, items=items)
    officer = website.person("officer")
    incident_site.answer(website, incident_site.notice_of(website, ref, "Pixelly").id)
    only = officer.get(f"/incidents/{ref}?show=acknowledged").get_data(as_text=True)
    assert only.count('data-band="with" data-named') == 1
    found = officer.get(f"/incidents/{ref}?q=alpen").get_data(as_text=True)
    assert found.count("data-named=") == 1


def test_a_reference_of_nothing_is_a_page_that_says_so(website: Website) -> None:
    missing = website.person("officer").get("/incidents/INC-2026-9999")
    assert missing.status_code == 404
    assert "INC-2026-9999" in _text(missing)


def test_the_page_asks_the_database_as_often_for_many_platforms_as_for_few(website: Website) -> None:
    incident_site.register(website)
    few = incident_site.declared(website, audience={"platforms": ["p-001"]})
    many = incident_site.declared(website)
    officer = website.person("officer")
    counts: list[int] = []
    with website.app.app_context():

        @sa.event.listens_for(db.db.engine, "before_cursor_execute")
        def _count(*_parts: object) -> None:
            counts[-1] += 1

    for ref in (few, few, many):
        counts.append(0)
        officer.get(f"/incidents/{ref}")
        website.clock.advance(timedelta(seconds=5))
    assert counts[1] == counts[2]


def test_the_links_of_a_contact_can_be_revoked(website: Website) -> None:
    incident_site.register(website)
    ref = incident_site.declared(website)
    officer = website.person("officer")
    pixelly = incident_site.notice_of(website, ref, "Pixelly")
    path = f"/incidents/{ref}/notices/{pixelly.id}/contacts/{pixelly.contacts[0].id}/revoke"
    assert "Revoke the links of Pixelly desk" in _text(officer.get(path))
    assert site.post(officer, path, {}).status_code == 303
    with pytest.raises(errors.LinkUnusable):
        incident_site.answer(website, pixelly.id)
    assert "A link of Pixelly revoked by Ann Example" in _text(officer.get(f"/incidents/{ref}"))
    again = site.post(officer, path, {})
    assert again.status_code == 409
    assert "no link in use" in _text(again)
