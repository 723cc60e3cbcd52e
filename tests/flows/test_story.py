"""The whole story: import, declare, mail, answer in Chromium, outcomes, stand-down, report; second by second."""

import contextlib
import json
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from crisis.domain import rebuilding
from tests.parts import chromium
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running
from tests.parts.visitor import Visitor

pytestmark = [pytest.mark.flow, pytest.mark.browser]

DATA = Path(__file__).parent / "data"
CLOSE = 0.5  # s that our clock and the server's may differ, reading and rounding included


@dataclass
class Diary:
    """What was done and between which moments; the report has to agree."""

    ref: str = ""
    done: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)

    @contextlib.contextmanager
    def doing(self, what: str) -> Iterator[None]:
        start = datetime.now(UTC)
        yield
        self.done[what] = (start, datetime.now(UTC))

    def holds(self, what: str, at: str | None) -> bool:
        """Whether a time of the report lies where the diary has it."""
        start, end = self.done[what]
        slack = timedelta(seconds=CLOSE)
        return at is not None and start - slack <= datetime.fromisoformat(at) <= end + slack

    def between(self, first: str, then: str) -> tuple[float, float]:
        """The least and the most seconds from one to the other."""
        (a, b), (c, d) = self.done[first], self.done[then]
        return (c - b).total_seconds() - CLOSE, (d - a).total_seconds() + CLOSE


def test_the_report_says_what_was_done_second_by_second(desk: Running, mail: MailSink, browser: Browser) -> None:
    diary = Diary()
    desk.start()
    desk.cli("platforms", "import", str(DATA / "registry.csv"))
    token = desk.token("incidents:read", "incidents:write")
    body = json.loads((DATA / "incident.json").read_text(encoding="utf-8"))
    body["occurred_at"] = (datetime.now(UTC) - timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with diary.doing("declare"):
        declared = desk.post("/api/v1/incidents", body, token=token)
    assert declared.status == 201, declared.text
    diary.ref = declared.json["ref"]
    assert declared.json["counts"]["notices"] == 60

    with chromium.context(browser) as context:
        page = context.new_page()
        _answer(page, diary, _link(mail, "crisis1@pixelly.example"))
        _outcomes(page, diary)
    _visit(desk, diary, "in progress", _link(mail, "crisis1@clipgrid.example"), answer="in_progress")
    _visit(desk, diary, "refuse", _link(mail, "crisis1@streambox.example"), answer="will_not_act")
    with diary.doing("stand down"):
        over = desk.post(f"/api/v1/incidents/{diary.ref}/stand-down", {"reason": "The stream ended."}, token=token)
    assert over.status in (200, 201), over.text
    report = desk.get(f"/api/v1/incidents/{diary.ref}/report?format=json", token=token).json
    _compare(report, diary)
    _rebuild(desk.pages(f"/api/v1/incidents/{diary.ref}/events", token=token), report)
    mail.wait(1, seconds=20, recipient="crisis1@pixelly.example")
    desk.stop()


def _link(mail: MailSink, recipient: str) -> str:
    return mail.wait(1, seconds=30, recipient=recipient)[0].links[0]


def _answer(page: Page, diary: Diary, link: str) -> None:
    page.goto(link)
    page.wait_for_timeout(2200)
    page.locator("#name").fill("Ada Fictional, duty officer")
    page.locator("input[name=answer][value=acknowledge]").check()
    with diary.doing("acknowledge"):
        page.locator("form button.main").click()
        page.wait_for_selector("[role=status]")


def _outcomes(page: Page, diary: Diary) -> None:
    page.wait_for_timeout(2200)
    page.locator("#all").select_option("removed")
    page.locator("#found-number").fill("0")  # of the four hashes that every platform was asked to look for
    with diary.doing("done"):
        page.locator("button[name=outcomes]").click()
        page.wait_for_selector("[role=status]")


def _visit(desk: Running, diary: Diary, what: str, link: str, *, answer: str) -> None:
    visitor = Visitor(desk.url)
    form = visitor.get(link).form("answer")
    time.sleep(2.2)
    with diary.doing(what):
        page = visitor.submit(form, name="Bo Fictional", answer=answer)
    assert page.status == 200, page.text[:2000]


def _compare(report: dict[str, Any], diary: Diary) -> None:
    platforms = {one["platform"]["id"]: one for one in report["platforms"]}
    by_name = {one["platform"]["name"]: one for one in report["platforms"]}
    assert diary.holds("declare", report["incident"]["declared_at"])
    assert diary.holds("stand down", report["incident"]["stood_down_at"])
    pixelly = platforms["p-001"]
    assert (pixelly["state"], pixelly["items"]["done"]) == ("done", pixelly["items"]["total"])
    assert diary.holds("acknowledge", pixelly["acknowledged_at"])
    assert diary.holds("done", pixelly["done_at"])
    assert pixelly["acknowledged_by"] == "Ada Fictional, duty officer"
    assert pixelly["within_target"] is True
    for what, key in (("acknowledge", "declared_to_acknowledged"), ("done", "declared_to_done")):
        least, most = diary.between("declare", what)
        assert least <= pixelly["seconds"][key] <= most, key
    assert by_name["Clipgrid"]["state"] == "in_progress"
    assert diary.holds("in progress", by_name["Clipgrid"]["acknowledged_at"])
    assert by_name["Streambox"]["state"] == "will_not_act"
    _compare_figures(report, diary, pixelly)


def _compare_figures(report: dict[str, Any], diary: Diary, pixelly: dict[str, Any]) -> None:
    asked = [one for one in report["platforms"] if one["ask"] != "inform"]
    response = report["response"]
    done = response["declared_to_done"]
    assert done["n"] + done["censored"] == len(asked)
    assert done["max"] in (None, pixelly["seconds"]["declared_to_done"])
    acknowledged = response["declared_to_acknowledged"]
    times = sorted(one["seconds"]["declared_to_acknowledged"] for one in asked if one["acknowledged_at"] is not None)
    assert acknowledged["n"] == len(times) == 3
    rank = math.ceil(0.5 * len(asked))
    assert acknowledged["p50"] == (times[rank - 1] if rank <= len(times) else None)
    first = response["declared_to_first_attempt"]
    assert 0 <= first["p50"] <= 30
    assert report["record"]["entries"] > 20
    numbers = [entry["n"] for entry in report["timeline"]]
    assert numbers == sorted(numbers)  # the order of commits; the times are read a moment before


def _rebuild(events: list[dict[str, Any]], report: dict[str, Any]) -> None:
    """The record alone gives the states and times that the report shows."""
    rebuilt = rebuilding.rebuild(
        rebuilding.Entry(
            one["kind"],
            datetime.fromisoformat(one["occurred_at"]),
            datetime.fromisoformat(one["recorded_at"]),
            one["body"],
        )
        for one in events
    )
    assert rebuilt.state == report["incident"]["state"]
    for one in report["platforms"]:
        notice = rebuilt.notices[one["id"]]
        told = (one["state"], one["acknowledged_at"], one["done_at"])
        assert (notice.state, _moment(notice.acknowledged_at), _moment(notice.done_at)) == told


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
