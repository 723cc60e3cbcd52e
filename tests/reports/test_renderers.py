"""Tests of a report as HTML, CSV and JSON: hostile words stay words, and each form says the same."""

import csv
import io
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from flask.ctx import AppContext

from crisis.reports import curve, html, lanes, prose, sheet, svg, waterfall
from crisis.store import db
from crisis.workflows import report
from tests.parts import samples
from tests.parts.clock import START
from tests.reports.story import Story

HOSTILE = "<script>alert(1)</script>\"'><b>"
FORMULA = "=HYPERLINK(0)"


@pytest.fixture
def night(sqlite_db: AppContext) -> dict[str, Any]:
    """A report with one platform done, one that failed, and hostile words wherever somebody may write."""
    first, second = samples.add(
        samples.platform("p-001", name=f"{FORMULA} {HOSTILE}"),
        samples.platform("p-002", name="Bücher-Kanal", domains=("b.example",)),
    )
    with db.transaction() as session:
        told = Story(session, START, title=HOSTILE, state="stood_down", stood_down_at=START + timedelta(minutes=90))
        told.incident.stand_down_reason = HOSTILE
        notice = told.notice(first, items=2)
        told.alert(notice, first.contacts[0], first.contacts[0].endpoints[0])
        told.acknowledge(notice, first.contacts[0], minutes=5)
        notice.acknowledged_by = FORMULA
        notice.state, notice.done_at, notice.ended_at = "done", told.at(70), told.at(70)
        told.item(
            notice, "https://p-001.example/=1+1", state="removed", happened_at=told.at(60), recorded_at=told.at(61)
        )
        notice = told.notice(second, items=1)
        told.alert(notice, second.contacts[0], second.contacts[0].endpoints[0], state="failed", detail=HOSTILE)
    return report.build("INC-2026-0007", now=START + timedelta(hours=2))


class Tags(HTMLParser):
    """Every tag that a browser would see, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_hostile_words_stay_words_in_the_html(night: dict[str, Any]) -> None:
    page = report.render(night, as_format="html")
    tags = Tags(page).found
    assert "script" not in {tag for tag, _ in tags}
    assert not [attributes for _, attributes in tags if any(name.startswith("on") for name in attributes)]
    assert not [attributes for _, attributes in tags if "style" in attributes]
    assert "&lt;script&gt;" in page


def test_the_file_loads_nothing_and_marks_its_tlp_at_top_and_bottom(night: dict[str, Any]) -> None:
    page = report.render(night, as_format="html")
    assert not [tag for tag, attributes in Tags(page).found if {"src", "href"} & set(attributes)]
    assert "url(" not in page
    assert page.count('<b translate="no" lang="en">TLP:AMBER</b>') == 2
    assert html.style() in page


def test_addresses_of_content_are_defanged_in_the_html_and_stand_with_what_was_said(night: dict[str, Any]) -> None:
    page = report.render(night, as_format="html")
    assert "https://p-001.example" not in page
    row = next(line for line in page.splitlines() if "hxxps://p-001[.]example/=1+1" in line)
    assert re.findall(r"<td[^>]*>([^<]*)</td>", row) == [
        "3",
        "=HYPERLINK(0) &lt;script&gt;alert(1)&lt;/script&gt;&#34;&#39;&gt;&lt;b&gt;",
        "removed",
        "02:03:00",
        "02:04:00",
    ]


def test_items_beyond_what_a_page_can_show_are_counted(night: dict[str, Any]) -> None:
    night["items"] = [{**night["items"][0], "position": place} for place in range(1, 1203)]
    assert "the first 1000 of 1202 rows; all are in the JSON and the CSV" in str(html.article(night))


def test_an_account_too_long_for_a_page_says_so(night: dict[str, Any]) -> None:
    at = night["incident"]["declared_at"]
    night["timeline"] = [
        {"n": n, "kind": "update.sent", "at": at, "recorded_at": at, "actor": "cli", "platform": None, "facts": {}}
        for n in range(1, 502)
    ]
    assert "the first 500 of 501 rows, all are in the JSON" in str(html.article(night))


def test_an_interim_report_says_so_where_it_begins_and_a_final_one_says_why_it_ended(night: dict[str, Any]) -> None:
    final = report.render(night, as_format="html")
    assert "Interim" not in final
    assert "It was stood down at 02:33:00 UTC. Reason: “&lt;script&gt;" in final
    night["status"] = "interim"
    page = report.render(night, as_format="html")
    assert "<title>TLP:AMBER Interim report INC-2026-0007</title>" in page
    assert page.index("<h2>Interim, still running</h2>") < page.index('<dl class="figs">')


def test_a_number_never_wraps(night: dict[str, Any]) -> None:
    cells = re.findall(r'<td [^>]*class="(r[^"]*)"', report.render(night, as_format="html"))
    assert cells
    assert set(cells) == {"r n"}


def test_a_time_of_another_day_brings_its_date() -> None:
    declared = "2026-03-02T23:58:00.000000Z"
    assert prose.time_of_day("2026-03-02T23:59:10.000000Z", day=declared) == "23:59:10"
    assert prose.time_of_day("2026-03-03T00:00:10.000000Z", day=declared) == "03 Mar 00:00:10"
    assert prose.time_of_day(None, day=declared) == "–"


def test_updates_are_told_with_their_text(night: dict[str, Any]) -> None:
    night["updates"] = [{"id": "1", "sent_at": night["made_at"], "sent_by": "user:1", "text": HOSTILE}]
    page = str(html.article(night))
    assert "03:03:00 UTC, by somebody of the desk" in page
    assert "<script" not in page


def test_an_exercise_says_so_in_title_band_and_file_name(night: dict[str, Any]) -> None:
    night["incident"]["exercise"] = True
    page = report.render(night, as_format="html")
    assert "<title>EXERCISE EXERCISE EXERCISE" in page
    assert '<div class="drill">EXERCISE EXERCISE EXERCISE</div>' in page
    assert report.name(night, as_format="csv") == "EXERCISE-INC-2026-0007-report.csv"


def test_the_csv_has_a_row_for_each_item_and_no_formula(night: dict[str, Any]) -> None:
    text = report.render(night, as_format="csv")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert tuple(rows[0]) == sheet.COLUMNS
    assert [(row["platform_id"], row["item_position"], row["item_outcome"]) for row in rows] == [
        ("p-001", "1", "named"),
        ("p-001", "2", "named"),
        ("p-001", "3", "removed"),
        ("p-002", "4", "named"),
    ]
    assert rows[0]["platform_name"] == f"'{FORMULA} {HOSTILE}"
    assert rows[0]["acknowledged_by"] == f"'{FORMULA}"
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]


def test_the_json_is_the_report(night: dict[str, Any]) -> None:
    assert json.loads(report.render(night, as_format="json")) == night


def test_each_chart_is_drawn_twice_with_words_for_who_cant_see_it(night: dict[str, Any]) -> None:
    article = str(html.article(night))
    drawings = re.findall(r'<svg class="(wd|nw)"[^>]*role="img" aria-labelledby="(\w+) (\w+)">', article)
    assert [look for look, _, _ in drawings] == ["wd", "nw"] * 3
    for _, title, text in drawings:
        assert article.count(f'id="{title}"') == article.count(f'id="{text}"') == 1


def test_the_curve_counts_who_is_still_open(night: dict[str, Any]) -> None:
    drawn = curve.of(night, end=90)
    assert (drawn.count, drawn.acknowledged, drawn.done) == (2, [5.0], [70.0])
    assert curve.table(drawn)[0] == ("0 min", 0, 2, 0, 2)
    assert curve.table(drawn)[-1] == ("90 min", 1, 1, 1, 1)
    assert "acknowledged 1 of 2" in curve.draw(drawn, width=900)


def test_done_after_our_aim_is_a_hollow_dot_behind_a_dotted_line_and_never_red(night: dict[str, Any]) -> None:
    drawn = lanes.draw(lanes.of(night, end=90, moments=[]), width=900)
    assert "f-panel k-green w2" in drawn
    assert "k-blue w3 dash" in drawn
    assert "k-red" not in drawn
    assert "f-red" not in drawn


def test_an_alert_that_failed_is_a_red_square(night: dict[str, Any]) -> None:
    drawn = waterfall.of(night)
    assert waterfall.table(drawn) == [("mail", 2, 1, 1)]
    assert "f-red" in waterfall.draw(drawn, width=340)


def test_ticks_are_round_and_few() -> None:
    assert svg.Scale(140, 0, 1).ticks(9) == [0, 30, 60, 90, 120]
    assert svg.Scale(3.3, 0, 1).ticks(6) == [0, 1, 2, 3]
    assert svg.Scale(0, 0, 1).ticks(6) == [0]


def test_an_incident_without_anybody_asked_still_has_a_report(sqlite_db: AppContext) -> None:
    with db.transaction() as session:
        Story(session, START)
    empty = report.build("INC-2026-0007", now=START)
    for form in report.FORMATS:
        assert report.render(empty, as_format=form)
