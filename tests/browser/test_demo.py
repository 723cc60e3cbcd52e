"""Tests of the demo as a newcomer sees it: one click, mails that wait to be read, platforms that answer."""

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from crisis.demo import seed
from tests.parts import chromium
from tests.parts.chromium import Complaints
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running, until_true
from tests.parts.visitor import Visitor

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def outside() -> Iterator[MailSink]:
    """The mail server that an operator has configured; nothing of the demo may reach it."""
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def demo(browser: Browser, outside: MailSink) -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="crisis-demo-") as folder:
        desk = Running(Path(folder), smtp_url=outside.url)
        try:
            yield desk.start("--demo", "--speed", "20")
            desk.stop()
        finally:
            desk.destroy()


@pytest.fixture(scope="module")
def officer(demo: Running) -> Visitor:
    visitor = Visitor(demo.url)
    visitor.log_in("officer@desk.example", seed.PASSWORD)
    return visitor


def test_the_whole_story_is_one_click_away(
    demo: Running, officer: Visitor, browser: Browser, outside: MailSink
) -> None:
    complaints = Complaints()
    with chromium.context(browser, visitor=officer) as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(demo.url)
        _is_for_everybody(page)
        page.locator("form[action='/demo/exercise'] button").click()
        page.wait_for_url("**/incidents/EX-*")
        chromium.until(page, "/[1-9]/.test(document.querySelector('#tally').textContent)", seconds=30)
        until_true(lambda: _acknowledged(page) >= 5, seconds=90, what="nobody answers")
        page.goto(f"{demo.url}/demo/mails")
        _is_for_everybody(page)
        page.locator("a[href*='/demo/mails/']").first.click()
        page.wait_for_load_state()
        _is_for_everybody(page)
        page.goto(demo.url)
        _is_for_everybody(page)
    assert complaints.found == []
    assert outside.received == []


def _acknowledged(page: Page) -> int:
    """What the open page counts, kept up to date by its stream."""
    page.wait_for_timeout(300)
    found = re.search(r"(\d+)\s*acknowledged", page.locator("#tally").inner_text())
    return int(found[1]) if found else 0


def _is_for_everybody(page: Page) -> None:
    found = Axe().run(page).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"][:3]]) for one in found] == [], page.url
