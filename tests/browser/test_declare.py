"""Tests of declaring in the browser: what was understood is shown first, then one button sends."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.scene import Scene
from tests.parts import chromium
from tests.parts.chromium import Complaints

pytestmark = pytest.mark.browser

PASTED = "\n".join(
    (
        "https://pixelly.example/watch/b1",
        "https://pixelly.example/watch/b1?utm_source=feed",
        "hxxps://frohsinn[.]example/t/b2",
        "https://nowhere.example/v/b3",
        "this is rubbish",
        "f" * 64,
    )
)


@pytest.mark.parametrize("choice", ["real", "exercise"])
def test_an_officer_pastes_looks_and_sends(browser: Browser, scene: Scene, choice: str) -> None:
    complaints = Complaints()
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(f"{scene.url}/incidents/declare")
        page.locator("[name=title]").fill("Declared in the browser")
        page.locator("[name=summary]").fill("Fictional.")
        for name in ("kind", "severity", "tlp"):
            chosen = page.locator(f"select[name={name}]")
            if chosen.count():
                chosen.select_option(index=1)
            else:
                page.locator(f"input[name={name}]").first.check(force=True)
        page.locator("textarea[name=content], textarea[name=pasted], textarea[name=items]").first.fill(PASTED)
        page.evaluate("document.querySelector('button[name=look]').click()")
        page.wait_for_selector("text=this is rubbish")
        shown = page.locator("main").inner_text()
        assert "nowhere" in shown
        page.locator(f"input[name=exercise][value={choice}]").check(force=True)
        page.locator(f"button[name=confirm][value={choice}]").click()
        page.wait_for_url(re.compile(r"/incidents/(INC|EX)-\d{4}-\d{4,}$"))
        ref = page.url.rsplit("/", 1)[-1]
    assert ref.startswith("EX-") is (choice == "exercise")
    asks = {platform: one["ask"] for platform, one in scene.world.notices(ref).items()}
    assert (asks["p-001"], asks["p-005"], asks["p-006"]) == ("act", "act", "search")
    (mail,) = scene.world.mails(ref, "crisis1@pixelly.example")
    assert ("EXERCISE EXERCISE EXERCISE" in mail.subject) is (choice == "exercise")
    assert complaints.found == []
