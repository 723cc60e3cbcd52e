"""The page of a link: what it shows, what it takes, and what it never does."""

import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crisis.store import db, records
from crisis.store.models import Answer, Event, Incident, Link, Notice, NoticeItem, Opening
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.web.site import Website

HOME = "http://127.0.0.1:8000"


@pytest.fixture
def asked(website: Website) -> Asked:
    with website.app.app_context():
        found = parts.write(
            website.clock.now(),
            contacts=[
                parts.contact_at(1, language="fr", time_zone="Europe/Paris"),
                parts.contact_at(2, language="pl", time_zone="Europe/Warsaw"),
                parts.contact_at(3, time_zone="America/New_York"),
            ],
            hashes=2,
        )
    website.clock.advance(minutes=8)
    return found


@pytest.fixture
def client(website: Website, asked: Asked) -> FlaskClient:
    return website.anonymous()


@pytest.fixture
def path(asked: Asked) -> str:
    return f"/a/{asked.tokens[0]}?lang=en"


def hidden(response: TestResponse) -> dict[str, str]:
    """The hidden fields of the first form of a page."""
    text = response.get_data(as_text=True)
    form = re.search(r"<form.*?</form>", text, re.DOTALL)
    assert form, text
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.group())
    return {name: unescape(value) for name, value in fields}


def send(
    website: Website,
    client: FlaskClient,
    path: str,
    *,
    after: float = 20,
    headers: dict[str, str] | None = None,
    **fields: str,
) -> TestResponse:
    """Open the page, wait, send the form as a browser does."""
    signed = hidden(client.get(path))
    website.clock.advance(seconds=after)
    return client.post(path, data={**signed, **fields}, headers={"Origin": HOME, **(headers or {})})


def stored(website: Website, asked: Asked) -> tuple[Notice, list[Answer], list[str]]:
    with website.app.app_context(), db.reading() as session:
        answers = list(session.scalars(sa.select(Answer).order_by(Answer.recorded_at, Answer.id)))
        kinds = [event.kind for event in records.read(session, str(asked.incident_id))]
        return session.get_one(Notice, asked.notice_id), answers, kinds


def text_of(response: TestResponse) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.get_data(as_text=True))))


# --- what it shows


def test_the_page_says_who_asks_for_what_by_when_and_who_has_answered(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    text = text_of(response)
    assert response.status_code == 200
    assert "REAL ALERT: 3 addresses on your service" in text
    assert "from: Belgian Internet Referral Unit" in text
    assert "Night desk" in text
    assert "This is not an exercise." in text
    assert "2 hashes MD5" in text
    assert "03:03" in text
    assert "your time (CET) = 02:03 UTC" in text
    assert "52 minutes left at 02:11" in text
    assert "Nobody at Pixelly, at 02:11" in text
    assert "TLP:AMBER" in text


def test_the_page_never_shows_the_list(website: Website, client: FlaskClient, path: str) -> None:
    for _ in range(2):
        page = client.get(path).get_data(as_text=True)
        assert "pixelly.example" not in page
        assert "pixelly[.]example" not in page
        assert "https://evil.example" not in page
        assert "hxxps://evil[.]example/v" in page
        send(website, client, path, name="Camille Roux", answer="acknowledge")


def test_the_page_speaks_the_language_of_the_contact(client: FlaskClient, asked: Asked) -> None:
    french = client.get(f"/a/{asked.tokens[0]}").get_data(as_text=True)
    assert '<html lang="fr"' in french
    assert "ALERTE RÉELLE\u00a0: 3\u00a0adresses sur votre service" in french
    assert "Ce n’est pas un exercice." in french
    polish = client.get(f"/a/{asked.tokens[1]}").get_data(as_text=True)
    assert '<html lang="en"' in polish
    assert "We have no text in Polish yet, so this page is in English." in polish
    german = client.get(f"/a/{asked.tokens[1]}?lang=de").get_data(as_text=True)
    assert '<html lang="de"' in german
    assert "Polish" not in german


def test_the_chosen_language_is_kept_without_a_cookie(website: Website, client: FlaskClient, path: str) -> None:
    first = client.get(path.replace("lang=en", "lang=de"))
    assert f'action="{path.replace("lang=en", "lang=de")}"' in first.get_data(as_text=True)
    assert "Set-Cookie" not in first.headers
    after = send(website, client, path, name="Camille Roux", answer="acknowledge")
    assert "Set-Cookie" not in after.headers


def test_an_exercise_says_so_and_never_that_it_is_no_drill(website: Website, client: FlaskClient, path: str) -> None:
    with website.app.app_context(), db.transaction() as session:
        owner = session.scalars(sa.select(Incident)).one()
        owner.purpose, owner.ref = "exercise", "EX-2026-0001"
    text = text_of(client.get(path))
    assert "EXERCISE EXERCISE EXERCISE" in text
    assert "EXERCISE: 3 addresses on your service" in text
    assert "Send the exercise answer" in text
    assert "not an exercise" not in text
    assert "drill" not in text


def test_a_stood_down_incident_opens_and_still_takes_answers(
    website: Website, client: FlaskClient, path: str, asked: Asked
) -> None:
    with website.app.app_context(), db.transaction() as session:
        owner = session.scalars(sa.select(Incident)).one()
        owner.state, owner.stood_down_at = "stood_down", website.clock.now()
    assert "This incident was stood down at 02:11 (CET)." in text_of(client.get(path))
    assert send(website, client, path, name="Camille Roux", answer="done").status_code == 200
    assert stored(website, asked)[0].state == "done"


def test_the_page_may_load_nothing_and_tells_nobody(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'"
    )
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert response.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response.headers["Cache-Control"] == "no-store"
    page = response.get_data(as_text=True)
    assert "<script" not in page
    assert " style=" not in page
    assert "csrf_token" not in page


def test_the_page_with_all_that_it_loads_is_light(client: FlaskClient, asked: Asked) -> None:
    for lang in ("en", "fr", "de"):
        response = client.get(f"/a/{asked.tokens[0]}?lang={lang}")
        page = response.get_data(as_text=True)
        files = re.findall(r'(?:href|src)="(/assets/[^"]+)"', page)
        weight = len(response.data)
        for one in files:
            with client.get(unescape(one)) as loaded:
                weight += len(loaded.data)
        assert len(files) == 3
        assert weight <= 60_000


# --- GET changes nothing


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_scanners_that_look_three_times_change_nothing(
    website: Website, client: FlaskClient, path: str, asked: Asked, method: str
) -> None:
    for _ in range(3):
        assert client.open(path, method=method).status_code == 200
        assert client.open(path + "&name=Bot&answer=done&show_list=1", method=method).status_code == 200
    row, answers, kinds = stored(website, asked)
    assert (row.state, answers, kinds) == ("awaiting", [], [])
    with website.app.app_context(), db.reading() as session:
        openings = session.scalar(sa.select(sa.func.count()).select_from(Opening))
    assert openings == (0 if method == "OPTIONS" else 1)


def test_other_methods_are_refused(client: FlaskClient, path: str) -> None:
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.open(path, method=method).status_code == 405


# --- answers


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("acknowledge", "acknowledged"),
        ("in_progress", "in_progress"),
        ("done", "done"),
        ("question", "acknowledged"),
        ("not_ours", "not_ours"),
        ("will_not_act", "will_not_act"),
        ("wrong_contact", "awaiting"),
    ],
)
def test_each_answer_is_recorded(
    website: Website, client: FlaskClient, path: str, asked: Asked, answer: str, state: str
) -> None:
    response = send(
        website,
        client,
        path,
        name=" Camille Roux ",
        answer=answer,
        case_number="TS-5512",
        note="Two\r\nlines",
    )
    assert response.status_code == 200
    assert "Answer recorded" in text_of(response)
    row, answers, _ = stored(website, asked)
    assert row.state == state
    assert [(one.name, one.kind, one.confirmed) for one in answers] == [("Camille Roux", answer, True)]
    assert (answers[0].case_number, answers[0].note) == ("TS-5512", "Two\nlines")


def test_the_answer_is_shown_to_the_next_who_opens(website: Website, client: FlaskClient, path: str) -> None:
    send(website, client, path, name="Camille Roux", answer="acknowledge")
    assert "Camille Roux, 02:11: We have it and are looking" in text_of(client.get(path))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"answer": "done"}, "Give your name"),
        ({"name": "   ", "answer": "done"}, "Give your name"),
        ({"name": "\u202e\x07", "answer": "done"}, "Give your name"),
        ({"name": "x" * 201, "answer": "done"}, "At most 200 characters."),
        ({"name": "Camille"}, "Choose one answer."),
        ({"name": "Camille", "answer": "burn"}, "Choose one answer."),
        ({"name": "Camille", "answer": "done", "note": "x" * 2001}, "At most 2000 characters."),
        ({"name": "Camille", "answer": "done", "happened_at": "23:59"}, "That time is still to come."),
        ({"name": "Camille", "answer": "done", "happened_at": "lunch"}, "Write the time as 03:10"),
        ({"show_list": "1"}, "Give your name"),
    ],
)
def test_what_is_missing_comes_back_with_everything_typed(
    website: Website, client: FlaskClient, path: str, asked: Asked, fields: dict[str, str], fault: str
) -> None:
    response = send(website, client, path, case_number="TS-5512", better="a & b", **fields)
    page = response.get_data(as_text=True)
    assert response.status_code == 422
    assert fault in text_of(response)
    assert "<title>Error:" in page
    assert 'value="TS-5512"' in page
    assert 'value="a &amp; b"' in page
    if fields.get("answer") == "done":
        assert re.search(r'value="done" id="done" checked', page)
    assert stored(website, asked)[1:] == ([], [])


def test_done_at_is_read_in_the_zone_shown(website: Website, client: FlaskClient, path: str, asked: Asked) -> None:
    send(website, client, path, name="Camille Roux", answer="done", happened_at="02:09")
    row, answers, _ = stored(website, asked)
    assert f"{row.done_at:%H:%M:%S}" == "01:09:00"
    assert f"{answers[0].happened_at:%H:%M}" == "01:09"


def test_done_before_we_asked_is_already_gone(website: Website, client: FlaskClient, path: str, asked: Asked) -> None:
    send(website, client, path, name="Camille Roux", answer="done", happened_at="01:30")
    with website.app.app_context(), db.reading() as session:
        query = sa.select(NoticeItem.state).where(NoticeItem.reason == "host")
        assert set(session.scalars(query)) == {"already_gone"}


def test_done_with_open_items_asks_for_all_of_them(website: Website, client: FlaskClient, path: str) -> None:
    response = send(website, client, path, name="Camille Roux", answer="done")
    assert "All of them? One outcome for all that have none yet" in text_of(response)


def test_a_wrong_contact_does_not_get_the_list(website: Website, client: FlaskClient, path: str, asked: Asked) -> None:
    response = send(website, client, path, name="Camille Roux", answer="wrong_contact", better="trust@pixelly.example")
    assert "hxxps://pixelly[.]example" not in response.get_data(as_text=True)
    assert stored(website, asked)[1][0].better_contact == "trust@pixelly.example"


def test_hostile_text_is_shown_as_text(website: Website, client: FlaskClient, path: str) -> None:
    name = "<script>alert(1)</script>\u202e\x00 =cmd()"
    response = send(website, client, path, name=name, answer="acknowledge", note="<img src=x>")
    for page in (response.get_data(as_text=True), client.get(path).get_data(as_text=True)):
        assert "<script>" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; =cmd()" in page
        assert "\u202e" not in page


def test_the_same_form_again_changes_nothing(website: Website, client: FlaskClient, path: str, asked: Asked) -> None:
    fields = {**hidden(client.get(path)), "name": "Camille Roux", "answer": "acknowledge"}
    website.clock.advance(seconds=20)
    assert client.post(path, data=fields).status_code == 200
    before = stored(website, asked)[2]
    website.clock.advance(seconds=30)
    again = client.post(path, data=fields)
    assert "sending it again changed nothing" in text_of(again)
    assert stored(website, asked)[2] == before
    assert len(stored(website, asked)[1]) == 1


# --- doubt


@pytest.mark.parametrize(
    ("after", "headers", "form", "doubt"),
    [
        (1.9, {}, None, "too_fast"),
        (20, {"Origin": "https://evil.example"}, None, "foreign_origin"),
        (20, {"Origin": "null"}, None, "foreign_origin"),
        (20, {"Sec-Fetch-Site": "cross-site"}, None, "foreign_origin"),
        (20, {}, "", "unsigned"),
        (20, {}, "1772413380000.0000000000000000000000", "unsigned"),
    ],
)
def test_what_no_person_may_have_sent_is_kept_and_does_not_count(
    website: Website,
    client: FlaskClient,
    path: str,
    asked: Asked,
    after: float,
    headers: dict[str, str],
    form: str | None,
    doubt: str,
) -> None:
    fields = {"name": "Camille Roux", "answer": "done", "note": "all gone"}
    if form is not None:
        fields["form"] = form
    response = send(website, client, path, after=after, headers=headers, **fields)
    assert response.status_code == 200
    assert ". We have kept it, marked as not confirmed. It does not count yet." in text_of(response)
    row, answers, kinds = stored(website, asked)
    assert (row.state, row.acknowledged_at, kinds) == ("awaiting", None, ["answer.unconfirmed"])
    assert [(one.confirmed, one.doubt, one.note) for one in answers] == [(False, doubt, "all gone")]
    again = hidden(response)
    assert {key: again[key] for key in ("name", "answer", "note")} == {
        "name": "Camille Roux",
        "answer": "done",
        "note": "all gone",
    }
    website.clock.advance(seconds=3)
    assert "Answer recorded" in text_of(client.post(path, data=again, headers={"Origin": HOME}))
    assert stored(website, asked)[0].state == "done"


@pytest.mark.parametrize("origin", [None, HOME, "http://localhost"])
def test_our_own_page_is_believed(
    website: Website, client: FlaskClient, path: str, asked: Asked, origin: str | None
) -> None:
    fields = {**hidden(client.get(path)), "name": "Camille Roux", "answer": "done"}
    website.clock.advance(seconds=2)
    client.post(path, data=fields, headers={"Origin": origin} if origin else {})
    assert stored(website, asked)[0].state == "done"


def test_the_field_of_another_link_is_not_ours(website: Website, client: FlaskClient, path: str, asked: Asked) -> None:
    other = hidden(client.get(f"/a/{asked.tokens[1]}"))
    website.clock.advance(seconds=20)
    client.post(path, data={**other, "name": "Camille Roux", "answer": "done"})
    assert stored(website, asked)[1][0].doubt == "unsigned"


def test_a_form_older_than_thirty_minutes_loses_nothing_and_asks_once_more(
    website: Website, client: FlaskClient, path: str, asked: Asked
) -> None:
    response = send(
        website,
        client,
        path,
        after=31 * 60,
        name="Camille Roux",
        answer="will_not_act",
        reason="lawful",
        note="see <b>",
    )
    assert "Nothing that you typed is lost." in text_of(response)
    assert stored(website, asked)[1:] == ([], [])
    again = hidden(response)
    assert (again["name"], again["answer"], again["reason"], again["note"]) == (
        "Camille Roux",
        "will_not_act",
        "lawful",
        "see <b>",
    )
    website.clock.advance(seconds=3)
    client.post(path, data=again)
    assert stored(website, asked)[0].state == "will_not_act"


# --- links that open nothing


def test_every_link_that_is_not_in_use_shows_the_same_page(website: Website, client: FlaskClient, asked: Asked) -> None:
    with website.app.app_context(), db.transaction() as session:
        session.get_one(Link, asked.links[0]).revoked_at = website.clock.now()
        session.get_one(Link, asked.links[1]).expires_at = website.clock.now()
    altered = asked.tokens[2][:-1] + ("a" if asked.tokens[2][-1] != "a" else "b")
    tokens = [asked.tokens[0], asked.tokens[1], altered, "A" * 22, "x", "é", "a" * 3000, "' OR 1=1 --"]
    pages = {client.get(f"/a/{token}").get_data(as_text=True) for token in tokens}
    assert len(pages) == 1
    assert "This link is not in use" in pages.pop()
    posted = client.post(f"/a/{tokens[0]}", data={"name": "Camille", "answer": "done"})
    assert posted.status_code == 404
    assert "+32 2 555 01 99" in text_of(posted)
    assert "alerts@desk.example" in text_of(posted)
    assert stored(website, asked)[1] == []


def test_only_unknown_tokens_are_throttled(website: Website, client: FlaskClient, path: str) -> None:
    website.clock.advance(hours=1)
    statuses = [client.get(f"/a/{number:022}").status_code for number in range(32)]
    assert statuses == [404] * 30 + [429] * 2
    assert client.get(path).status_code == 200
    assert client.get("/a/x", environ_base={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    website.clock.advance(seconds=61)
    assert client.get("/a/x").status_code == 404


def test_the_logs_hold_no_token_and_no_name(
    website: Website, client: FlaskClient, path: str, asked: Asked, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    send(website, client, path, name="Camille Roux", answer="acknowledge")
    for secret in (*asked.tokens, "Camille", "pixelly.example"):
        assert secret not in caplog.text


def test_a_body_that_is_too_large_is_refused(website: Website, client: FlaskClient, path: str) -> None:
    response = client.post(path, data={"name": "x" * (5 * 1024 * 1024)})
    assert response.status_code == 413
    with website.app.app_context(), db.reading() as session:
        assert session.scalars(sa.select(Event)).all() == []


def test_a_long_night_later_the_time_is_after_our_aim_and_never_called_late(
    website: Website, client: FlaskClient, path: str
) -> None:
    website.clock.advance(timedelta(minutes=64))
    text = text_of(client.get(path))
    assert "12 minutes after our aim at 03:15" in text
    for word in ("late", "overdue", "breach", "missed"):
        assert not re.search(rf"\b{word}\b", text, re.IGNORECASE)
