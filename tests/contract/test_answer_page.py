"""Tests of the promised answer page: looking changes nothing, answering does, doubt is kept apart."""

import re
import time

import pytest

from tests.parts.visitor import Page
from tests.parts.world import World

pytestmark = pytest.mark.flow

PATIENCE = 2.1  # s; an answer sooner than 2 s after its page does not count
ITEMS = [{"url": "https://pixelly.example/watch/q1"}, {"url": "https://pixelly.example/watch/q2"}]


@pytest.fixture
def asked(world: World) -> tuple[str, str]:
    """The reference of a fresh incident, and the link that Pixelly's first contact got."""
    ref = world.declare(items=ITEMS, audience={"affected": True})["ref"]
    return ref, world.mails(ref, "crisis1@pixelly.example")[0].links[0]


def _answer(world: World, link: str, *, wait: float = PATIENCE, **fields: str) -> Page:
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    time.sleep(wait)
    return visitor.submit(form, **fields)


def test_looking_changes_nothing(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    world.ended(ref)  # the mail is there a moment before the desk has written that it was accepted
    before = world.events(ref)
    for method in ("GET", "HEAD", "OPTIONS"):
        for _ in range(3):
            assert world.desk.request(method, link.removeprefix(world.desk.url)).status in (200, 204)
    assert world.notices(ref)["p-001"]["state"] == "awaiting"
    assert [one["kind"] for one in world.events(ref)] == [one["kind"] for one in before]


def test_the_page_is_small_and_shows_no_item_no_script_and_no_cookie(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    page = world.visitor().get(link)
    assert len(page.body) <= 60_000
    assert "/watch/q1" not in page.text
    assert "<script" not in page.text
    assert "set-cookie" not in page.headers
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["referrer-policy"] == "same-origin"  # with no-referrer a form has the origin "null"
    assert "noindex" in page.headers["x-robots-tag"]
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for fact in (ref, "Crisis desk of the tests", "TLP:AMBER"):
        assert fact in page.text


def test_an_answer_is_recorded_with_the_name_typed(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    page = _answer(world, link, name="Ada Fictional", answer="acknowledge", case_number="C-77")
    assert page.status == 200
    notice = world.notices(ref)["p-001"]
    assert notice["state"] == "acknowledged"
    assert notice["acknowledged_by"] == "Ada Fictional"
    assert "answered" in {one["kind"] for one in notice["evidence"]}
    assert notice["received_at"] == notice["acknowledged_at"]


def test_a_repeat_of_the_same_form_changes_nothing(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    time.sleep(PATIENCE)
    visitor.submit(form, name="Ada Fictional", answer="acknowledge")
    first, events = world.notices(ref)["p-001"], world.events(ref)
    visitor.submit(form, name="Ada Fictional", answer="acknowledge")
    assert world.notices(ref)["p-001"]["acknowledged_at"] == first["acknowledged_at"]
    assert len(world.events(ref)) == len(events)


def test_a_different_later_answer_is_a_new_fact_and_the_first_time_stays(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    _answer(world, link, name="Ada Fictional", answer="acknowledge")
    first = world.notices(ref)["p-001"]["acknowledged_at"]
    _answer(world, link, name="Bo Fictional", answer="in_progress")
    notice = world.notices(ref)["p-001"]
    assert (notice["state"], notice["acknowledged_at"]) == ("in_progress", first)


@pytest.mark.parametrize("doubt", ["too quick", "unsigned", "foreign"])
def test_a_doubtful_answer_is_kept_and_does_not_count(world: World, asked: tuple[str, str], doubt: str) -> None:
    ref, link = asked
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    origin = None
    if doubt == "unsigned":
        form.values = [one for one in form.values if one[0] in {"name", "answer", "note", "case_number", "happened_at"}]
    if doubt == "foreign":
        origin = "https://elsewhere.example"
    if doubt != "too quick":
        time.sleep(PATIENCE)
    page = visitor.submit(form, origin=origin, name="Ada Fictional", answer="acknowledge")
    assert page.status < 500
    assert world.notices(ref)["p-001"]["state"] == "awaiting"
    assert "answer.unconfirmed" in {one["kind"] for one in world.events(ref)}


def test_a_doubtful_answer_can_be_finished_on_the_page_that_says_so(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    visitor = world.visitor()
    page = visitor.submit(visitor.get(link).form("answer"), name="Ada Fictional", answer="acknowledge")
    time.sleep(PATIENCE)
    again = visitor.submit(next(form for form in page.forms if form.method == "post"))
    assert again.status == 200
    assert world.notices(ref)["p-001"]["state"] == "acknowledged"


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"name": "", "answer": "acknowledge"}, "name"),
        ({"name": "Ada Fictional", "answer": ""}, "answer"),
        ({"name": "Ada Fictional", "answer": "maybe"}, "answer"),
        ({"name": "x" * 5000, "answer": "acknowledge"}, "name"),
    ],
)
def test_an_answer_with_a_fault_is_asked_for_again(
    world: World, asked: tuple[str, str], fields: dict[str, str], fault: str
) -> None:
    ref, link = asked
    page = _answer(world, link, **fields)
    assert page.status == 422
    assert fault in page.form("answer").names
    assert world.notices(ref)["p-001"]["state"] == "awaiting"


def test_a_time_to_come_is_refused_and_nothing_typed_is_lost(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    page = _answer(
        world, link, name="Ada Fictional", answer="done", note="Kept a copy.", happened_at="2099-01-01 10:00"
    )
    assert page.status == 422
    assert dict(page.form("answer").values)["note"] == "Kept a copy."
    assert world.notices(ref)["p-001"]["done_at"] is None


def test_the_list_needs_a_name_is_no_answer_and_holds_the_exact_addresses(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    visitor = world.visitor()
    form = visitor.get(link).form("show_list")
    time.sleep(PATIENCE)
    assert "/watch/q1" not in visitor.submit(form, press="show_list", name="").text
    page = visitor.submit(form, press="show_list", name="Ada Fictional")
    assert page.status == 200
    assert re.search(r"hxxps://pixelly\[\.\]example/watch/q1", page.text)
    assert world.notices(ref)["p-001"]["state"] == "awaiting"
    assert "list.shown" in {one["kind"] for one in world.events(ref)}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize(
    "token", ["0" * 22, "short", "0" * 23, "a" * 21 + "é", "../../etc/passwd", "%00" * 22, "a" * 21 + "'"]
)
def test_an_unknown_or_altered_link_opens_nothing(world: World, token: str, method: str) -> None:
    body = b"name=Ada&answer=acknowledge" if method == "POST" else None
    path = f"/a/{token}".encode("ascii", "ignore").decode()
    reply = world.desk.request(method, path, body, Content_Type="application/x-www-form-urlencoded")
    assert reply.status == 404
    if method == "GET" and len(token) == 22 and token.isalnum():
        assert "+32 2 555 01 99" in reply.text


def test_one_letter_changed_in_a_link_opens_nothing(world: World, asked: tuple[str, str]) -> None:
    _, link = asked
    other = link[:-1] + ("a" if link[-1] != "a" else "b")
    assert world.visitor().get(other).status == 404
    assert world.visitor().get(link.swapcase().replace("HTTP://127.0.0.1", "http://127.0.0.1")).status == 404


def test_after_stand_down_a_link_still_takes_answers(world: World, asked: tuple[str, str]) -> None:
    ref, link = asked
    world.desk.cli("stand-down", ref, "--reason", "Over.")
    assert world.visitor().get(link).status == 200
