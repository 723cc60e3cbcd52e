"""Tests that bad input gets a clear error at every door, and leaves nothing half-made."""

import contextlib
import csv
import html
import io
import json
import sqlite3
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.parts import samples
from tests.parts.world import World

pytestmark = pytest.mark.flow

SCRIPT = "<script>alert('x')</script><img src=x onerror=alert(1)>"
FORMULA = '=HYPERLINK("https://evil.example","x")'
HEADER = (
    "platform_id,platform_name,kind,service,domains,home_state,languages,contact_name,contact_order,"
    "contact_language,time_zone,hours,channel,address,verified_on"
)
GOOD = "p-800,Gutfeld,company,forum,gutfeld.example,DE,de,Desk,1,de,Europe/Berlin,24/7,email,a@gutfeld.example,"


REGISTRY = ("platform", "contact", "endpoint", "domain")
DECLARED = ("incident", "batch", "item", "notice", "notice_item")


@pytest.fixture
def unchanged(world: World) -> Iterator[None]:
    """Neither an incident nor a platform is there that was not there before."""
    before = _everything(world)
    yield
    assert _everything(world) == before


def _everything(world: World) -> list[list[dict[str, Any]]]:
    return [world.desk.rows(f"SELECT * FROM {table}") for table in REGISTRY] + [
        world.desk.rows(f"SELECT id FROM {table}") for table in DECLARED
    ]


@pytest.mark.parametrize(
    ("parts", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "line\x1b[31m"}, "title"),
        ({"title": "nul\x00"}, "title"),
        ({"title": "turned \u202eover"}, "title"),
        ({"title": 7}, "title"),
        ({"summary": "x" * 4001}, "summary"),
        ({"summary": "bell\x07"}, "summary"),
        ({"kind": "bad-weather"}, "kind"),
        ({"severity": "EXTREME"}, "severity"),
        ({"tlp": "amber"}, "tlp"),
        ({"instrument": "order"}, "instrument"),
        ({"exercise": "false"}, "exercise"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"occurred_at": "2026-03-02T01:00:00"}, "occurred_at"),
        ({"occurred_at": "2099-03-02T01:00:00Z"}, "occurred_at"),
        ({"member_states": ["Belgium"]}, "member_states"),
        ({"member_states": "BE"}, "member_states"),
        ({"audience": {}}, "audience"),
        ({"audience": {"all": True, "affected": True}}, "audience"),
        ({"audience": {"platforms": []}}, "audience"),
        ({"audience": {"platforms": ["p-none"]}}, "audience"),
        ({"items": [{}]}, "items[0]"),
        ({"items": [{"url": "not a url"}]}, "items[0].url"),
        ({"items": [{"url": "javascript:alert(1)"}]}, "items[0].url"),
        ({"items": [{"url": "file:///etc/passwd"}]}, "items[0].url"),
        ({"items": [{"url": "https://user:pw@pixelly.example/x"}]}, "items[0].url"),
        ({"items": [{"url": "https://pixelly.example/x\nhttps://b.example"}]}, "items[0].url"),
        ({"items": [{"sha256": "abc"}]}, "items[0].sha256"),
        ({"items": [{"md5": "a" * 31}]}, "items[0].md5"),
        ({"items": [{"pdq": "z" * 64}]}, "items[0].pdq"),
        ({"items": "https://pixelly.example/x"}, "items"),
        ({"surprise": 1}, "surprise"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_the_api_names_the_field_at_fault(world: World, parts: dict[str, Any], field: str) -> None:
    reply = world.try_to_declare(**parts)
    assert reply.status == 422, reply.text
    assert reply.json["code"] == "invalid_input"
    assert any(name.startswith(field) for name in reply.json["fields"]), reply.json


@pytest.mark.usefixtures("unchanged")
def test_all_faults_are_told_at_once(world: World) -> None:
    fields = world.try_to_declare(title="", tlp="x", items=[{"url": "x"}, {"sha256": "y"}]).json["fields"]
    assert {"title", "tlp", "items[0].url", "items[1].sha256"} <= set(fields)


@pytest.mark.usefixtures("unchanged")
def test_a_declaration_that_reaches_nobody_is_refused(world: World) -> None:
    reply = world.try_to_declare(audience={"affected": True}, items=[{"url": "https://nobody.example/x"}])
    assert reply.status == 422
    assert reply.json["code"] == "nobody_to_reach"


def test_ten_thousand_lines_are_read_and_one_more_is_refused(world: World) -> None:
    items = [{"url": f"https://pixelly.example/watch/t{number}"} for number in range(10_000)]
    start = time.monotonic()
    answer = world.declare(items=items, audience={"affected": True}, exercise=True)
    assert time.monotonic() - start < 20
    assert answer["counts"]["items"] == 10_000
    reply = world.try_to_declare(items=[*items, {"url": "https://pixelly.example/one-more"}], exercise=True)
    assert reply.status == 422
    assert "10,000" in reply.text or "10000" in reply.text


def test_a_body_that_is_too_large_is_refused_at_once(world: World) -> None:
    body = b'{"title": "' + b"x" * 17_000_000 + b'"}'
    try:
        reply = world.desk.request(
            "POST", "/api/v1/incidents", body, token=world.token, Content_Type="application/json"
        )
    except OSError:
        return  # it hung up on us
    assert reply.status == 413


def test_the_same_items_declared_again_are_seen(world: World) -> None:
    """The API declares (a program has no preview to look at) or refuses; it never merges in silence."""
    items = [{"url": "https://pixelly.example/watch/twice"}]
    first = world.declare(items=items, audience={"affected": True})["ref"]
    again = world.try_to_declare(items=items, audience={"affected": True})
    assert again.status in (201, 409)
    if again.status == 409:
        assert first in again.text
        assert again.json["code"] == "items_in_open_incident"


@pytest.mark.parametrize(
    ("given", "word"),
    [
        ("", "header"),
        ("a,b,c\n1,2,3\n", "header"),
        (f"{HEADER}\n", "line"),
        (f"{HEADER}\n{GOOD}\n{GOOD.replace('p-800', 'p-801')}\n", "line 3"),
        (f"{HEADER}\n{GOOD}\n{GOOD}\n", "line 3"),
        (f"{HEADER}\n{GOOD.replace('Gutfeld', FORMULA.replace(',', ' ').replace(chr(34), ''))}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('Gutfeld', 'Gut' + chr(27) + 'feld')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('Europe/Berlin', 'Mars/Base')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('24/7', 'sometimes')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('email', 'pigeon')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('a@gutfeld.example', 'nobody')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('gutfeld.example,DE', 'co.uk,DE')}\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace(',1,de', ',first,de')}\n", "line 2"),
        (f"{HEADER}\n{GOOD}2026-13-45\n", "line 2"),
        (f"{HEADER}\n{GOOD}extra,extra\n", "line 2"),
        (f"{HEADER}\n{GOOD.replace('gutfeld.example,DE', 'pixelly.example,DE')}\n", "pixelly.example"),
    ],
)
@pytest.mark.usefixtures("unchanged")
def test_a_registry_file_with_a_fault_changes_nothing_and_names_the_line(world: World, given: str, word: str) -> None:
    path = world.desk.folder / "bad.csv"
    path.write_text(given, encoding="utf-8")
    assert word in world.desk.cli("platforms", "import", str(path), expected=1)


@pytest.mark.parametrize("raw", [b"\xff\xfe" + HEADER.encode("utf-16-le"), HEADER.encode() + b"\n\xff\xff\n"])
@pytest.mark.usefixtures("unchanged")
def test_a_registry_file_that_is_not_utf_8_is_refused(world: World, raw: bytes) -> None:
    path = world.desk.folder / "bad.csv"
    path.write_bytes(raw)
    assert "UTF-8" in world.desk.cli("platforms", "import", str(path), expected=1)


@pytest.mark.parametrize("given", ["", "{", "[]", "null", '{"title": 1}', '"text"'])
@pytest.mark.usefixtures("unchanged")
def test_the_command_refuses_a_file_that_is_no_declaration(world: World, given: str) -> None:
    text = world.desk.cli("declare", "-", given=given, expected=1)
    assert "Traceback" not in text
    assert text.strip()


@pytest.fixture(scope="module")
def hostile(world: World) -> tuple[str, str]:
    """An incident with markup in every text, answered by somebody with a formula for a name; and the link."""
    ref = world.declare(title=SCRIPT, summary=f"{SCRIPT}\n{FORMULA}", authority=SCRIPT, audience={"affected": True})[
        "ref"
    ]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    time.sleep(2.1)
    given = {"name": FORMULA, "case_number": f"+{SCRIPT}", "note": f"@{SCRIPT}\n\x1b[31mred\u202e"}
    visitor.submit(form, answer="question", **given)
    return ref, link


def test_markup_is_text_on_every_page(world: World, hostile: tuple[str, str]) -> None:
    ref, link = hostile
    officer = world.officer()
    for path in (f"/incidents/{ref}", "/", f"/incidents/{ref}/report", f"/incidents/{ref}/record", link):
        page = officer.get(path)
        assert page.status == 200, path
        assert "<script>alert" not in page.text, path
        assert "<img src=x" not in page.text, path
        assert "\x1b" not in page.text, path
    assert html.escape(SCRIPT, quote=False)[:20] in officer.get(f"/incidents/{ref}").text


def test_markup_is_text_in_mail(world: World, hostile: tuple[str, str]) -> None:
    ref, _ = hostile
    (mail,) = world.mails(ref, "crisis1@pixelly.example")
    assert "<script" not in mail.html
    assert "<img src=x" not in mail.html
    assert "alert(" not in mail.subject


def test_formulas_are_text_in_a_spreadsheet(world: World, hostile: tuple[str, str]) -> None:
    ref, _ = hostile
    reply = world.desk.get(f"/api/v1/incidents/{ref}/report?format=csv", token=world.token)
    cells = [cell for row in csv.reader(io.StringIO(reply.text.removeprefix("\ufeff"))) for cell in row]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert any("HYPERLINK" in cell for cell in cells)


def test_control_characters_never_reach_a_terminal(world: World, hostile: tuple[str, str]) -> None:
    ref, _ = hostile
    for arguments in (["status", ref], ["status", ref, "--json"]):
        printed = world.desk.cli(*arguments)
        assert "\x1b" not in printed
        assert "\u202e" not in printed


def test_markup_is_text_in_the_html_report(world: World, hostile: tuple[str, str]) -> None:
    ref, _ = hostile
    text = world.desk.get(f"/api/v1/incidents/{ref}/report?format=html", token=world.token).text
    assert "<script>alert" not in text
    assert "<img src=x" not in text


def test_the_declaration_page_lists_what_it_did_not_understand(world: World) -> None:
    officer = world.officer()
    form = officer.get("/incidents/declare").form("title")
    field = next(name for name in ("content", "pasted", "items") if name in form.names)
    rubbish = "https://pixelly.example/watch/w1\nrubbish here\nhttps://\n" + "d" * 63 + "\n"
    page = officer.submit(form, **{field: rubbish, "title": SCRIPT})
    assert page.status in (200, 422)
    assert "rubbish here" in page.text
    assert "<script>alert" not in page.text


def test_a_note_of_the_officer_is_text_too(world: World) -> None:
    ref = world.declare(audience={"affected": True})["ref"]
    world.desk.cli("stand-down", ref, "--reason", SCRIPT)
    assert "<script>alert" not in world.officer().get(f"/incidents/{ref}").text
    assert world.desk.cli("stand-down", ref, "--reason", "", expected=1)
    assert json.loads(world.desk.cli("status", ref, "--json"))["state"] == "stood_down"


def test_a_platform_with_markup_for_a_name_is_text_on_its_page(world: World) -> None:
    body = {
        "platform_id": "p-950",
        "name": SCRIPT,
        "kind": "company",
        "service": "forum",
        "domains": ["markup.example"],
        "home_state": "DE",
        "languages": ["de"],
    }
    assert world.desk.post("/api/v1/platforms", body, token=world.token).status == 201
    page = world.officer().get("/registry/platforms/p-950")
    assert page.status == 200
    assert "&lt;script&gt;" in page.text
    assert "<script>alert" not in page.text
    retired = world.desk.request("PATCH", "/api/v1/platforms/p-950", {"retired": True}, token=world.token)
    assert retired.status == 200


def test_a_token_that_has_expired_or_was_revoked_opens_nothing(world: World) -> None:
    for number, column in enumerate(("expires_at", "revoked_at")):
        name = f"brief {number}"
        token = world.desk.cli("tokens", "add", name, "--scope", "incidents:read").split()[-1]
        assert world.desk.get("/api/v1/incidents", token=token).status == 200
        past = "2026-01-01T00:00:00.000000Z"
        with (
            contextlib.closing(sqlite3.connect(world.desk.data / "crisis.sqlite", timeout=10)) as connection,
            connection,
        ):
            connection.execute(f"UPDATE api_token SET {column} = ? WHERE name = ?", (past, name))
        assert world.desk.get("/api/v1/incidents", token=token).status == 401


def test_samples_are_good(world: World) -> None:
    """What the other tests break was whole."""
    assert world.desk.post("/api/v1/incidents", samples.declaration(), token=world.token).status in (201, 409)
