"""Pages drawn once and filled in for each: nobody sees another's words, and nothing is lost by it."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from html import escape

import pytest
from flask.testing import FlaskClient

from crisis.store import db
from crisis.store.models import Contact, Notice
from crisis.web.answer import pages
from crisis.web.answer.drawn import Drawing, Words, drawing
from tests.parts import asked as parts
from tests.parts import samples
from tests.parts.asked import Asked
from tests.web.site import Website
from tests.web.test_answer import HOME, hidden

NAMES = ("Camille <Roux>", "Ben & Maes")


@pytest.fixture
def two(website: Website) -> list[Asked]:
    """Two platforms of one incident, asked about one address each, whose contacts read the same language."""
    with website.app.app_context():
        first = parts.write(website.clock.now(), urls=["https://pixelly.example/1?a=1&b=2"])
        with db.reading() as session:
            owner = session.get_one(parts.Incident, first.incident_id)
        contact = samples.contact(1, endpoints=["desk@vidly.example"])
        other = samples.platform("p-002", name='Vidly "<&>"', domains=["vidly.example"], contacts=[contact])
        second = parts.write(website.clock.now(), urls=["https://vidly.example/7"], owner=owner, platform=other)
    website.clock.advance(minutes=8)
    return [first, second]


def forget(website: Website) -> None:
    website.app.extensions.pop("crisis.drawn", None)


def test_a_form_filled_in_is_the_form_drawn_for_itself(website: Website, two: list[Asked]) -> None:
    client = website.anonymous()
    paths = [f"/a/{one.tokens[0]}" for one in two]
    together = [client.get(path).get_data(as_text=True) for path in paths]
    for path, page in zip(paths, together, strict=True):
        forget(website)
        assert client.get(path).get_data(as_text=True) == page
    assert escape('Vidly "<&>"').replace("&quot;", "&#34;") in together[1]
    assert "Pixelly" in together[0]
    assert "Pixelly" not in together[1]
    assert "\0" not in "".join(together)


def answer(website: Website, client: FlaskClient, asked: Asked, name: str) -> str:
    path = f"/a/{asked.tokens[0]}"
    fields = {**hidden(client.get(path)), "name": name, "answer": "acknowledge"}
    website.clock.advance(seconds=20)
    page = client.post(path, data=fields, headers={"Origin": HOME}).get_data(as_text=True)
    website.clock.advance(seconds=-20)
    return page


def test_a_receipt_with_its_list_holds_its_own_words_only(website: Website, two: list[Asked]) -> None:
    client = website.anonymous()
    pages = [answer(website, client, asked, name) for asked, name in zip(two, NAMES, strict=True)]
    for place, page in enumerate(pages):
        other = 1 - place
        assert escape(NAMES[place]) in page
        assert escape(NAMES[other]) not in page
        assert str(two[place].entries[0]) in page
        assert str(two[other].entries[0]) not in page
        assert two[place].tokens[0] in page
        assert two[other].tokens[0] not in page
        assert "\0" not in page
    assert "https://pixelly.example/1?a=1&amp;b=2" in pages[0]
    assert "https://vidly.example/7" in pages[1]


@pytest.mark.parametrize("part", ["language", "time_zone", "state"])
def test_what_a_page_depends_on_is_never_taken_from_another(website: Website, two: list[Asked], part: str) -> None:
    client = website.anonymous()
    first = client.get(f"/a/{two[0].tokens[0]}").get_data(as_text=True)
    with website.app.app_context(), db.transaction() as session:
        if part == "state":
            session.get_one(Notice, two[1].notice_id).state = "withdrawn"
        else:
            value = {"language": "de", "time_zone": "Asia/Tokyo"}[part]
            setattr(session.get_one(Contact, two[1].contacts[0]), part, value)
    second = client.get(f"/a/{two[1].tokens[0]}").get_data(as_text=True)
    told = {"language": "Ihre Antwort", "time_zone": "JST", "state": "has taken this request back"}[part]
    assert told in second
    assert told not in first


def test_a_page_is_drawn_once_a_minute_and_shows_each_reader_their_own_second(
    website: Website, two: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    drawings: list[str] = []
    draw = pages._text

    def noted(template: str, **values: object) -> str:
        drawings.append(template)
        return draw(template, **values)

    monkeypatch.setattr(pages, "_text", noted)
    client = website.anonymous()
    forms = [hidden(client.get(f"/a/{one.tokens[0]}")) for one in two]
    website.clock.advance(seconds=20)
    receipts = []
    for one, form in zip(two, forms, strict=True):
        fields = {**form, "name": "Camille", "answer": "acknowledge"}
        receipts.append(client.post(f"/a/{one.tokens[0]}", data=fields, headers={"Origin": HOME}))
        website.clock.advance(seconds=3)
    assert drawings == ["answer/page.html", "answer/list.html"]
    times = [re.findall(r"02:11:(\d\d)", one.get_data(as_text=True)) for one in receipts]
    assert [set(one) for one in times] == [{"20"}, {"23"}], times


def test_many_who_miss_a_drawing_at_once_wait_for_the_first(website: Website) -> None:
    drawn_by: list[int] = []

    def draw() -> str:
        drawn_by.append(threading.get_ident())
        threading.Event().wait(0.1)  # so that the others come meanwhile
        return "<p></p>"

    def ask() -> Drawing:
        with website.app.app_context():
            return drawing("one", draw)

    with ThreadPoolExecutor(4) as pool:
        found = [one.result() for one in [pool.submit(ask) for _ in range(4)]]
    assert len(drawn_by) == 1
    assert len({id(one) for one in found}) == 1


def test_a_word_that_looks_like_a_mark_stays_a_word() -> None:
    words = Words()
    first, second = words.keep("\0001\0 <b>"), words.keep("two")
    assert words.fill(Drawing(f"<p>{first}</p><p>{second}</p>")) == b"<p>\0001\0 &lt;b&gt;</p><p>two</p>"
