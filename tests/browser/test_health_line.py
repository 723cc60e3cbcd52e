"""Tests that the health line of an open page follows the desk by itself, and says so when nobody answers."""

import pytest
from playwright.sync_api import Browser, Route

from tests.browser.scene import Scene
from tests.parts import chromium

pytestmark = pytest.mark.browser

BAD = '<footer class="health bad" id="health"><div id="health-parts"><span>Mail is refused.</span></div></footer>'
IS_BAD = "document.querySelector('#health').classList.contains('bad')"
SAYS = "document.querySelector('#health-parts').textContent.includes('{}')"


def _refused(route: Route) -> None:
    route.fulfill(body=BAD, content_type="text/html")


def test_the_line_turns_red_and_well_again_on_an_open_page(browser: Browser, scene: Scene) -> None:
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/registry")
        assert not page.evaluate(IS_BAD)
        assert page.locator("#health time").get_attribute("datetime")
        page.route("**/health", _refused)
        chromium.until(page, IS_BAD, seconds=20)
        assert page.evaluate(SAYS.format("Mail is refused."))
        page.unroute("**/health")
        chromium.until(page, SAYS.format("All parts work"), seconds=20)
        assert not page.evaluate(IS_BAD)
        context.set_offline(True)
        chromium.until(page, SAYS.format("The desk does not answer since"), seconds=40)
        assert page.evaluate(IS_BAD)
        context.set_offline(False)
        chromium.until(page, SAYS.format("All parts work"), seconds=20)


def test_the_line_of_an_incident_keeps_what_its_stream_says(browser: Browser, scene: Scene) -> None:
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/incidents/{scene.ref}")
        chromium.until(page, "document.querySelector('#live').textContent !== ''", seconds=20)
        page.route("**/health", _refused)
        chromium.until(page, IS_BAD, seconds=20)
        assert page.evaluate("document.querySelector('#live').textContent !== ''")
