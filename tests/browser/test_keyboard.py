"""Tests that the desk can be worked without a mouse, and the answer page without scripts or cookies."""

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.scene import Scene
from tests.parts import chromium
from tests.parts.running import PASSWORD

pytestmark = pytest.mark.browser

VISIBLE_FOCUS = """() => {
  const one = document.activeElement;
  if (!one || one === document.body) return 'nothing';
  if (one.type === 'datetime-local') return '';  // its parts show their focus themselves
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  const label = one.labels && one.labels[0] ? getComputedStyle(one.labels[0]) : null;
  const by_label = label && label.outlineStyle !== 'none' && parseFloat(label.outlineWidth) > 0;
  if (!ring && !by_label && style.boxShadow === 'none') return one.outerHTML.slice(0, 120);
  return box.width > 0 && box.height > 0 ? '' : 'hidden: ' + one.outerHTML.slice(0, 120);
}"""


def _tabs(page: Page, most: int = 60) -> list[str]:
    """What Tab reaches in turn, as far as its focus can't be seen."""
    unseen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        fault = page.evaluate(VISIBLE_FOCUS)
        if fault == "nothing":
            break
        if fault:
            unseen.append(fault)
    return unseen


@pytest.mark.parametrize("path", ["/", "/incidents/declare", "/incidents/{ref}", "/account"])
def test_everything_that_tab_reaches_shows_that_it_has_the_focus(browser: Browser, scene: Scene, path: str) -> None:
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(scene.url + path.format(ref=scene.ref))
        assert _tabs(page) == []


def test_logging_in_needs_only_the_keyboard(browser: Browser, scene: Scene) -> None:
    scene.as_role("officer")
    with chromium.context(browser) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/account/log-in")
        page.locator("input[name=email]").focus()
        page.keyboard.type("officer-2@desk.example")
        page.keyboard.press("Tab")
        page.keyboard.type(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{scene.url}/")


def test_the_rows_of_an_incident_are_walked_and_opened_with_keys(browser: Browser, scene: Scene) -> None:
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/incidents/{scene.ref}")
        page.wait_for_timeout(300)  # its script has started
        page.keyboard.press("j")
        first = page.evaluate("document.activeElement.closest('tr') && document.activeElement.closest('tr').id")
        page.keyboard.press("j")
        second = page.evaluate("document.activeElement.closest('tr') && document.activeElement.closest('tr').id")
        assert first
        assert second
        assert first != second
        page.keyboard.press("Enter")
        page.wait_for_selector("[aria-expanded=true]")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "q"


def test_the_answer_page_needs_no_script_and_sets_no_cookie(browser: Browser, scene: Scene) -> None:
    with chromium.context(browser, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(scene.fresh_link())
        assert page.locator("script").count() == 0
        page.wait_for_timeout(2100)
        page.locator("input[name=name]").first.fill("Ida Fictional")
        page.locator("input[name=answer][value=acknowledge]").check()
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=status]")
        assert "Ida Fictional" in page.content()
        assert context.cookies() == []
