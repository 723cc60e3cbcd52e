"""The list behind the page of a link: who gets it, as what, and the outcomes that come back."""

import csv
import io
import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis.store import db, records
from crisis.store.models import Answer, ItemOutcome, Notice, NoticeItem
from tests.parts import asked as parts
from tests.parts import samples
from tests.parts.asked import Asked
from tests.web.site import Website

URLS = ("https://pixelly.example/a?b=1&c=2", 'https://pixelly.example/"x",y', "https://pixelly.example/3")


@pytest.fixture
def asked(website: Website) -> Asked:
    with website.app.app_context():
        found = parts.write(website.clock.now(), contacts=[parts.contact_at(1)], urls=URLS, hashes=2)
    website.clock.advance(minutes=8)
    return found


@pytest.fixture
def client(website: Website, asked: Asked) -> FlaskClient:
    return website.anonymous()


def forms(response: TestResponse) -> list[dict[str, str]]:
    """The hidden fields of every form of a page."""
    found = []
    for form in re.findall(r"<form.*?</form>", response.get_data(as_text=True), re.DOTALL):
        fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
        found.append({name: unescape(value) for name, value in fields})
    return found


def text_of(response: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))))


def look(website: Website, client: FlaskClient, asked: Asked, **fields: str) -> TestResponse:
    """Ask for the list by name, as a person does."""
    path = f"/a/{asked.tokens[0]}"
    signed = forms(client.get(path))[0]
    website.clock.advance(seconds=20)
    return client.post(path, data={**signed, "name": "Camille Roux", "show_list": "1", **fields})


def report(website: Website, client: FlaskClient, asked: Asked, **fields: object) -> TestResponse:
    """Ask for the list, then send outcomes."""
    form = forms(look(website, client, asked))[1]
    website.clock.advance(seconds=30)
    return client.post(f"/a/{asked.tokens[0]}", data={**form, "outcomes": "1", **fields})


def states(website: Website) -> list[str]:
    with website.app.app_context(), db.reading() as session:
        return list(session.scalars(sa.select(NoticeItem.state).order_by(NoticeItem.id)))


def kinds(website: Website, asked: Asked) -> list[str]:
    with website.app.app_context(), db.reading() as session:
        return [event.kind for event in records.read(session, str(asked.incident_id))]


def notice_state(website: Website) -> str:
    with website.app.app_context(), db.reading() as session:
        return session.scalars(sa.select(Notice)).one().state


def test_the_list_is_shown_by_name_recorded_and_no_answer(website: Website, client: FlaskClient, asked: Asked) -> None:
    response = look(website, client, asked)
    page = response.get_data(as_text=True)
    assert response.status_code == 200
    assert "hxxps://pixelly[.]example/3" in page
    assert "Looking at the list is not an answer." in text_of(response)
    assert kinds(website, asked) == ["list.shown"]
    assert notice_state(website) == "awaiting"
    assert not re.search(r'href="[^"]*pixelly', page)


def test_the_exact_text_is_there_to_copy(website: Website, client: FlaskClient, asked: Asked) -> None:
    page = look(website, client, asked).get_data(as_text=True)
    area = re.search(r"<textarea[^>]*readonly[^>]*>(.*?)</textarea>", page, re.DOTALL)
    assert area
    assert unescape(area.group(1)).splitlines() == [*URLS, f"md5:{4:032x}", f"md5:{5:032x}"]


@pytest.mark.parametrize("button", ["show_list", "csv"])
@pytest.mark.parametrize("fault", ["no name", "too fast", "unsigned", "foreign"])
def test_nobody_gets_the_list_without_a_name_or_in_doubt(
    website: Website, client: FlaskClient, asked: Asked, button: str, fault: str
) -> None:
    path = f"/a/{asked.tokens[0]}"
    fields = {**forms(client.get(path))[0], "name": "Camille Roux", button: "1"}
    website.clock.advance(seconds=1 if fault == "too fast" else 20)
    fields |= {"no name": {"name": " "}, "unsigned": {"form": ""}}.get(fault, {})
    headers = {"Origin": "https://evil.example"} if fault == "foreign" else {}
    page = client.post(path, data=fields, headers=headers).get_data(as_text=True)
    assert "pixelly.example/3" not in page
    assert "pixelly[.]example/3" not in page
    assert kinds(website, asked) == ([] if fault == "no name" else ["answer.unconfirmed"])


def test_the_list_as_a_file_has_the_exact_addresses(website: Website, client: FlaskClient, asked: Asked) -> None:
    response = look(website, client, asked, csv="1")
    assert "list.shown" in kinds(website, asked)
    form = forms(response)[1] if response.mimetype == "text/html" else {}
    website.clock.advance(seconds=5)
    response = client.post(f"/a/{asked.tokens[0]}", data={**form, "csv": "1"})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="INC-2026-0007-list.csv"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    rows = list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"))))
    assert [one["url"] for one in rows] == [*URLS, "", ""]
    assert [one["sha256"] for one in rows] == [samples.SHA256, "", "", "", ""]
    assert [one["id"] for one in rows] == [str(one) for one in asked.entries]


def test_one_outcome_for_each_item(website: Website, client: FlaskClient, asked: Asked) -> None:
    fields = {f"item-{asked.entries[0]}": "removed", f"item-{asked.entries[1]}": "restricted", "note": "only in DE"}
    response = report(website, client, asked, **fields)
    assert "Outcomes recorded" in text_of(response)
    assert "1 address still open" in text_of(response)
    assert states(website) == ["removed", "restricted", "named", "named", "named"]
    assert notice_state(website) == "in_progress"


def only_hashes(website: Website, count: int) -> TestResponse:
    """The list of a platform that is asked to search, and hosts nothing that we know of."""
    with website.app.app_context():
        asked = parts.write(website.clock.now(), contacts=[parts.contact_at(1)], urls=(), hashes=count)
    website.clock.advance(minutes=8)
    return look(website, website.anonymous(), asked)


def test_whoever_only_searches_by_hash_is_told_of_no_addresses(website: Website) -> None:
    page = text_of(only_hashes(website, 1))
    assert "1 hash to search for" in page
    assert "address" not in page.replace("alerts@", "")
    assert "unclickable" not in page
    assert "restricted" not in page


def test_whoever_only_searches_by_hash_sees_them_and_the_time_left(website: Website) -> None:
    response = only_hashes(website, 2)
    page = text_of(response)
    assert "<details open>" in response.get_data(as_text=True)
    assert f"{0:031x}1 md5:{0:031x}2" in page
    assert "51 minutes left" in page
    assert "2 hashes to search for Copies found" in page


def test_hashes_beyond_those_of_one_page_are_said_to_be_in_the_file(website: Website) -> None:
    page = text_of(only_hashes(website, 41))
    assert f"{40:032x}" in page
    assert f"{41:032x}" not in page
    assert "40 of 41 hashes are shown; the file has them all." in page


def test_one_outcome_for_all_and_one_for_the_hashes(website: Website, client: FlaskClient, asked: Asked) -> None:
    response = report(website, client, asked, all="disabled_in_eu", found="0", happened_at="02:10")
    assert "0 addresses still open" in text_of(response)
    assert states(website) == ["disabled_in_eu"] * 3 + ["named"] * 2
    assert notice_state(website) == "done"
    with website.app.app_context(), db.reading() as session:
        assert {f"{one.happened_at:%H:%M}" for one in session.scalars(sa.select(ItemOutcome))} == {"01:10"}
        assert session.scalars(sa.select(Notice)).one().search_result == "none"


@pytest.mark.parametrize(
    ("found", "noted"), [("0", "0 copies found"), ("1", "1 copy found"), ("12", "12 copies found")]
)
def test_how_many_copies_were_found_is_shown_again(
    website: Website, client: FlaskClient, asked: Asked, found: str, noted: str
) -> None:
    assert f"Noted so far: {noted}" in text_of(report(website, client, asked, found=found))


def test_outcomes_come_as_a_file(website: Website, client: FlaskClient, asked: Asked) -> None:
    text = (
        "url;outcome;happened_at;note\r\n"
        f"{URLS[0]};removed;02:10;\r\n"
        "hxxps://PIXELLY[.]example/3?utm_source=x;kept;;lawful\r\n"
    )
    file = (io.BytesIO(text.encode("utf-8-sig")), "outcomes.csv")
    assert report(website, client, asked, results=file).status_code == 200
    assert states(website)[:3] == ["removed", "named", "kept"]


def test_a_file_that_does_not_fit_is_named_line_by_line(website: Website, client: FlaskClient, asked: Asked) -> None:
    text = f"id,outcome\n{asked.entries[0]},removed\n{asked.entries[1]},burnt\nhttps://other.example/,kept\n"
    response = report(website, client, asked, results=(io.BytesIO(text.encode()), "o.csv"), note="kept text")
    page = text_of(response)
    assert response.status_code == 422
    assert "Line 3: This is not an outcome: burnt" in page
    assert "Line 4: This address is not on your list: https://other.example/" in page
    assert "kept text" in page
    assert states(website) == ["named"] * 5
    assert kinds(website, asked) == ["list.shown"]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({}, "Choose at least one outcome"),
        ({"all": "withdrawn"}, "Choose an outcome from the list."),
        ({"all": "removed", "happened_at": "23:00"}, "That time is still to come."),
        ({"found": "many"}, "Write the number of copies found"),
        ({"found": "3", "cannot": "1"}, "Write the number of copies found"),
        ({"all": "removed", "note": "x" * 2001}, "At most 2000 characters."),
    ],
)
def test_what_does_not_fit_comes_back_with_everything_chosen(
    website: Website, client: FlaskClient, asked: Asked, fields: dict[str, str], fault: str
) -> None:
    chosen = {f"item-{asked.entries[1]}": "kept"} if fields else {}
    response = report(website, client, asked, **{**chosen, **fields})
    assert response.status_code == 422
    assert fault in text_of(response)
    if chosen:
        assert re.search(rf'name="item-{asked.entries[1]}">.*?value="kept" selected', response.get_data(as_text=True))
    assert states(website) == ["named"] * 5


def test_outcomes_in_doubt_are_kept_and_sent_by_one_tap(website: Website, client: FlaskClient, asked: Asked) -> None:
    form = forms(look(website, client, asked))[1]
    website.clock.advance(seconds=1)
    file = (io.BytesIO(f"id,outcome\n{asked.entries[2]},kept\n".encode()), "o.csv")
    fields = {**form, "outcomes": "1", f"item-{asked.entries[0]}": "removed", "results": file}
    response = client.post(f"/a/{asked.tokens[0]}", data=fields)
    assert "It does not count yet." in text_of(response)
    assert "pixelly" not in response.get_data(as_text=True).replace("pixelly.example/", "", 0).split("<main")[1]
    assert states(website) == ["named"] * 5
    assert kinds(website, asked) == ["list.shown", "answer.unconfirmed"]
    website.clock.advance(seconds=3)
    again = forms(response)[0]
    assert client.post(f"/a/{asked.tokens[0]}", data=again).status_code == 200
    assert states(website)[:3] == ["removed", "named", "kept"]


def test_old_outcomes_lose_nothing(website: Website, client: FlaskClient, asked: Asked) -> None:
    form = forms(look(website, client, asked))[1]
    website.clock.advance(minutes=31)
    response = client.post(f"/a/{asked.tokens[0]}", data={**form, "outcomes": "1", "all": "removed", "note": "n"})
    assert "Nothing that you typed is lost." in text_of(response)
    website.clock.advance(seconds=3)
    client.post(f"/a/{asked.tokens[0]}", data=forms(response)[0])
    assert states(website)[:3] == ["removed"] * 3


def test_the_acknowledging_button_of_the_list_is_an_answer(website: Website, client: FlaskClient, asked: Asked) -> None:
    form = forms(look(website, client, asked))[0]
    website.clock.advance(seconds=5)
    client.post(f"/a/{asked.tokens[0]}", data={**form, "answer": "acknowledge"})
    assert notice_state(website) == "acknowledged"
    with website.app.app_context(), db.reading() as session:
        assert [one.name for one in session.scalars(sa.select(Answer))] == ["Camille Roux", "Camille Roux"]


def test_a_long_list_turns_its_pages_and_stays_light(website: Website) -> None:
    with website.app.app_context():
        many = parts.write(
            website.clock.now(), urls=[f"https://pixelly.example/watch/a-rather-long-name-{n}" for n in range(95)]
        )
    website.clock.advance(minutes=1)
    client = website.anonymous()
    first = look(website, client, many)
    assert "1 to 40 of 95" in text_of(first)
    website.clock.advance(seconds=5)
    assert len(first.data) <= 38_000  # with its two style sheets and the logo under 60 kB
    following = next(one for one in forms(first) if one.get("from") == "40")
    second = client.post(f"/a/{many.tokens[0]}", data={**following, "show_list": "1"})
    assert "41 to 80 of 95" in text_of(second)
    assert "a-rather-long-name-79" in text_of(second)
    website.clock.advance(seconds=5)
    form = next(one for one in forms(second) if one.get("from") == "40" and "name" in one)
    client.post(f"/a/{many.tokens[0]}", data={**form, "outcomes": "1", "all": "removed"})
    assert set(states(website)) == {"removed"}
