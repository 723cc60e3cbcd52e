"""Tests in the browser that two officers share the call list, on a screen and on a phone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.scene import Scene
from tests.parts import chromium
from tests.parts.chromium import Complaints

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_one_officer_calls_and_the_other_sees_it(browser: Browser, scene: Scene, width: int) -> None:
    ref = scene.world.declare(items=[{"sha256": "b" * 64}])["ref"]
    size = {"width": width, "height": 900}
    with (
        chromium.context(browser, visitor=scene.as_role("officer"), viewport=size) as mine,
        chromium.context(browser, visitor=scene.world.officer(), viewport=size) as theirs,
    ):
        complaints = Complaints()
        page, other = mine.new_page(), theirs.new_page()
        complaints.watch(page)
        page.goto(f"{scene.url}/incidents/{ref}")
        page.locator("#call form button").first.click()
        page.wait_for_url("**/tasks#t-*")
        assert page.locator("details[open]").count() == 1
        assert page.get_by_text("Callme desk").first.is_visible()
        other.goto(f"{scene.url}/incidents/{ref}/tasks")
        assert other.get_by_text("is being called by").first.is_visible()
        assert other.get_by_role("button", name="I call Callme").count() == 0
        page.get_by_placeholder("who answered").fill("Wout Fictional")
        page.get_by_role("button", name="Reached").click()
        page.wait_for_url("**/tasks")
        assert page.get_by_text("Wout Fictional acknowledged for them.").is_visible()
        assert page.get_by_text("Nobody needs a call now.").is_visible()
        assert complaints.found == []
