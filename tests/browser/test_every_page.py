"""Tests that every page can be used: by everybody, on every width, light and dark, without a complaint."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.places import PLACES
from tests.browser.scene import Scene
from tests.parts import chromium
from tests.parts.chromium import Complaints

pytestmark = pytest.mark.browser

WIDTHS = (320, 390, 640, 768, 1024, 1280)
WIDER_THAN_THE_WINDOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map((one) => one.tagName + '.' + one.className + ' ' + one.textContent.trim().slice(0, 30));
}"""


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, browser: Browser, scene: Scene) -> Iterator[tuple[Page, Complaints]]:
    one = PLACES[request.param]
    visitor = scene.as_role(one.who) if one.who else None
    # a row with news flashes for two seconds; between two colours, and while the scheme changes, no contrast is true
    still = {"viewport": {"width": 1280, "height": 900}, "reduced_motion": "reduce"}
    with chromium.context(browser, visitor=visitor, **still) as context:
        page = context.new_page()
        complaints = Complaints()
        statuses: list[int] = []
        page.on(
            "response",
            lambda answer: statuses.append(answer.status) if answer.request.is_navigation_request() else None,
        )
        complaints.watch(page)
        one.way(page, scene)
        assert statuses[-1] == one.status or (statuses[-1] in {200, 422} and one.status == 200), page.url
        if one.status == 404:
            complaints.found = [line for line in complaints.found if "404" not in line]
        yield page, complaints


def test_a_page_can_be_used_by_everybody(place: tuple[Page, Complaints]) -> None:
    page, complaints = place
    faults: dict[str, list[str]] = {}
    page.keyboard.press("Tab")
    if page.locator("a.skip").count():
        assert page.evaluate("document.activeElement.className") == "skip"
    assert page.title()
    assert page.locator("h1").count() == 1
    assert page.locator("html").get_attribute("lang")
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        for violation in Axe().run(page).response["violations"]:
            spots = [" ".join(map(str, node["target"])) for node in violation["nodes"][:4]]
            faults[f"{scheme}: {violation['id']} ({violation['help']})"] = spots
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        if wide := page.evaluate(WIDER_THAN_THE_WINDOW):
            faults[f"scrolls sideways at {width} px"] = wide
    assert faults == {}
    assert complaints.found == []
