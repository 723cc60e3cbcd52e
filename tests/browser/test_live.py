"""Tests of a page that stays open: it shows what happens within a second, and never takes words away."""

import time

import pytest
from playwright.sync_api import Browser

from tests.browser import scene as scenes
from tests.browser.scene import ITEMS, Scene
from tests.faults.proxy import Proxy
from tests.parts import chromium
from tests.parts.chromium import Complaints

pytestmark = pytest.mark.browser

ANSWERED = "document.querySelector('#log').textContent.includes('Pixelly: has it')"
STOPPED = r"/^Live updates stopped \d\d:\d\d:\d\d UTC$/.test(document.querySelector('#live').textContent)"
WATCH = """() => {
  window.seen = null;
  new MutationObserver(() => {
    const cells = [...document.querySelectorAll('#platforms td')];
    const there = cells.some((one) => one.textContent.includes('Acknowledged'));
    if (there && window.seen === null) window.seen = Date.now();
  }).observe(document.body, {subtree: true, childList: true, characterData: true});
}"""


def test_a_page_goes_on_by_itself_while_a_test_waits(browser: Browser, scene: Scene) -> None:
    """What the tests below wait for comes to a page whose requests nobody holds up."""
    with chromium.context(browser) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/account/log-in")
        page.evaluate("""() => {
          window.answered = false;
          setTimeout(() => fetch('/readyz').then(() => { window.answered = true; }), 300);
        }""")
        time.sleep(2)
        assert page.evaluate("window.answered")


def test_an_answer_appears_on_an_open_page_within_a_second(browser: Browser, scene: Scene) -> None:
    """Each of three appears, and the quickest within a second: the others may have met a busy machine."""
    complaints = Complaints()
    waits = [_wait_for_answer(browser, scene, complaints) for _ in range(3)]
    assert min(waits) <= 1.0, waits
    assert complaints.found == []


def _wait_for_answer(browser: Browser, scene: Scene, complaints: Complaints) -> float:
    """Seconds from sending an answer until it is on a page that was open before."""
    world = scene.world
    ref = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        complaints.watch(page)
        page.goto(f"{scene.url}/incidents/{ref}")
        contact = world.visitor()
        form = contact.get(link).form("answer")
        time.sleep(scenes.UNCONFIRMED_SECONDS)  # the stream is open by now, too
        page.evaluate(WATCH)
        sent = time.time()
        answered = contact.submit(form, name="Flo Fictional", answer="acknowledge")
        assert answered.status == 200, answered.text[:2000]
        assert scenes.RECORDED in answered.text, answered.text[:2000]
        chromium.until(page, "window.seen !== null", seconds=15)
        return float(page.evaluate("window.seen")) / 1000 - sent


def test_a_page_is_kept_up_to_date_when_its_last_scripts_come_late(browser: Browser, scene: Scene) -> None:
    """Over a slow line scripts come one after the other; the page must not begin without one of them."""
    world = scene.world
    ref = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    complaints = Complaints()
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        complaints.watch(page)
        page.route("**/hx-sse.min.js*", lambda route: (time.sleep(1), route.continue_()))
        page.goto(f"{scene.url}/incidents/{ref}")
        scenes.answer(world, link, name="Ina Fictional", answer="acknowledge")
        chromium.until(page, ANSWERED, seconds=15)
    assert complaints.found == []


def test_what_somebody_types_survives_an_update(browser: Browser, scene: Scene) -> None:
    world = scene.world
    ref = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/incidents/{ref}")
        page.locator("#q").fill("pix")
        scenes.answer(world, link, name="Gil Fictional", answer="acknowledge")
        chromium.until(page, ANSWERED, seconds=15)
        assert page.locator("#q").input_value() == "pix"
        assert page.evaluate("document.activeElement.id") == "q"


def test_a_page_shows_what_came_while_its_stream_was_cut(browser: Browser, scene: Scene) -> None:
    world = scene.world
    ref = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    with chromium.context(browser, visitor=scene.as_role("officer")) as context:
        page = context.new_page()
        page.goto(f"{scene.url}/incidents/{ref}")
        context.set_offline(True)
        scenes.answer(world, link, name="Hal Fictional", answer="acknowledge")
        context.set_offline(False)
        chromium.until(page, ANSWERED, seconds=40)


def test_a_page_connects_anew_when_its_line_has_died_without_a_word(browser: Browser, scene: Scene) -> None:
    """A line that brings nothing for ten seconds is given up; until then the page says since when it stands still."""
    world = scene.world
    ref = world.declare(items=ITEMS[:2], audience={"affected": True})["ref"]
    link = world.mails(ref, "crisis1@pixelly.example")[0].links[0]
    officer = scene.as_role("officer")
    with Proxy(world.desk.port) as proxy, chromium.context(browser, visitor=officer) as context:
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{proxy.port}/incidents/{ref}")
        chromium.until(page, "document.querySelector('#live').textContent === 'Live'", seconds=15)
        proxy.black_hole(now_open_only=True)
        scenes.answer(world, link, name="Jo Fictional", answer="acknowledge")
        chromium.until(page, STOPPED, seconds=15)
        chromium.until(page, ANSWERED, seconds=25)
        chromium.until(page, "document.querySelector('#live').textContent === 'Live'", seconds=5)
