"""Takes the pictures of docs/images from the demo: `make screenshots`."""

import argparse
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page

from crisis.demo import seed
from tests.parts import chromium
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running
from tests.parts.visitor import Visitor

IMAGES = Path(__file__).parents[2] / "docs" / "images"
DESK = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--speed", type=int, default=4, help="how much faster than people the platforms answer")
    parser.add_argument("--wait", type=float, default=75, help="seconds of the exercise before the pictures")
    given = parser.parse_args()
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="crisis-pic-") as folder, MailSink() as nobody:
        desk = Running(Path(folder), smtp_url=nobody.url)  # the demo sends to its own catcher all the same
        try:
            desk.start("--demo", "--speed", str(given.speed))
            with chromium.launched() as browser:
                _take(desk, browser, given.wait)
            desk.stop()
        finally:
            desk.destroy()


def _take(desk: Running, browser: Browser, wait_seconds: float) -> None:
    officer = Visitor(desk.url)
    officer.log_in("officer@desk.example", seed.PASSWORD)
    with chromium.context(browser, visitor=officer, viewport=DESK) as context:
        page = context.new_page()
        page.goto(desk.url)
        _save(page, "home")
        page.locator("form[action='/demo/exercise'] button").click()
        page.wait_for_url("**/incidents/EX-*")
        page.wait_for_timeout(wait_seconds * 1000)
        incident = page.url
        page.goto(incident)
        _save(page, "incident")
        page.emulate_media(color_scheme="dark")
        _save(page, "incident-dark")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(PHONE)
        _save(page, "incident-phone")
        page.set_viewport_size(DESK)
        page.goto(f"{desk.url}/demo/mails")
        _save(page, "mails")
        page.goto(f"{incident}/stand-down")
        page.locator("textarea[name=reason], input[name=reason]").first.fill("The exercise is over.")
        page.locator("main form[method=post] button").last.click()
        page.goto(f"{incident}/report")
        _save(page, "report")


def _save(page: Page, name: str) -> None:
    page.wait_for_timeout(400)  # its script and fonts
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
