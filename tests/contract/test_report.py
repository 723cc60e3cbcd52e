"""Tests of the promised report: fields, definitions, denominators, formats."""

import csv
import io
import json
import time

import pytest

from tests.parts.world import World

pytestmark = pytest.mark.flow

RESPONSE = {"declared_to_first_attempt", "declared_to_accepted", "named_to_acknowledged", "declared_to_acknowledged",
            "named_to_done", "declared_to_done"}  # fmt: skip


@pytest.fixture(scope="module")
def over(world: World) -> str:
    """An incident that was stood down: one platform acknowledged, one asked did not, the others were informed."""
    ref: str = world.declare(
        items=[{"url": "https://pixelly.example/watch/r1"}, {"url": "https://bücherkanal.example/v/r2"}]
    )["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    world.mails(ref, "buero@frohsinn.example")
    visitor = world.visitor()
    form = visitor.get(link).form("answer")
    time.sleep(2.1)
    visitor.submit(form, name="Ada Fictional", answer="done")
    world.desk.cli("stand-down", ref, "--reason", "The stream has ended.")
    return ref


def _report(world: World, ref: str, form: str) -> str:
    reply = world.desk.get(f"/api/v1/incidents/{ref}/report?format={form}", token=world.token)
    assert reply.status == 200, reply.text
    return reply.text


def test_the_report_has_the_promised_parts(world: World, over: str) -> None:
    report = json.loads(_report(world, over, "json"))
    assert set(report) >= {"definitions", "incident", "totals", "response", "platforms", "items", "timeline",
                           "failures", "record"}  # fmt: skip
    assert set(report["response"]) >= RESPONSE
    for name in RESPONSE:
        assert set(report["response"][name]) >= {"n", "censored", "p50", "p90", "max", "within_target"}
    assert set(report["definitions"]) >= RESPONSE
    assert report["incident"]["ref"] == over
    assert report["record"]["entries"] == len(world.events(over))


def test_who_was_only_informed_is_in_no_denominator_and_who_never_ended_is_counted(world: World, over: str) -> None:
    response = json.loads(_report(world, over, "json"))["response"]
    for name in ("named_to_acknowledged", "declared_to_acknowledged", "named_to_done", "declared_to_done"):
        assert (response[name]["n"], response[name]["censored"]) == (1, 1), name
        assert response[name]["p50"] is not None
        assert response[name]["p90"] is None


def test_the_report_is_refused_before_the_end_or_says_that_it_is_of_now(world: World, answered: str) -> None:
    reply = world.desk.get(f"/api/v1/incidents/{answered}/report?format=json", token=world.token)
    assert reply.status in (200, 409)
    if reply.status == 200:
        assert reply.json["incident"]["state"] == "declared"


def test_a_format_that_does_not_exist_is_refused(world: World, over: str) -> None:
    reply = world.desk.get(f"/api/v1/incidents/{over}/report?format=docx", token=world.token)
    assert reply.status in (400, 422)
    assert reply.json["code"] == "invalid_input"


def test_html_stands_alone_and_csv_is_a_table(world: World, over: str) -> None:
    page = _report(world, over, "html")
    assert over in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org", "").replace(world.desk.url, "")
    rows = list(csv.reader(io.StringIO(_report(world, over, "csv").removeprefix("\ufeff"))))
    assert len(rows) > 3
    assert any("Pixelly" in cell for row in rows for cell in row)


def test_the_command_gives_the_same_figures_as_the_api(world: World, over: str) -> None:
    path = world.desk.folder / "report.json"
    world.desk.cli("report", over, "--format", "json", "--output", str(path))
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["response"] == json.loads(_report(world, over, "json"))["response"]
