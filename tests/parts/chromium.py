"""Chromium, driven by Playwright: found on the machine, quiet, without a network of its own."""

import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.parts.visitor import Visitor

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "Chromium is missing; add it with: apt-get install chromium"
QUIET = (
    # in the browser itself: a rule asked of this thread would hold up the page's own requests while a test waits
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
REQUIRED = "CRISIS_TEST_BROWSER"


def path() -> str:
    """Where Chromium is.

    Without it the tests that need it are skipped, with the command that adds it; where
    CRISIS_TEST_BROWSER=1 says that it must be there, they fail.
    """
    found = next((found for name in NAMES if (found := shutil.which(name))), None)
    if found is None:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    return found


@contextlib.contextmanager
def launched() -> Iterator[Browser]:
    """A browser; while it runs, this thread can have no second one and no event loop of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path(), args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Complaints:
    """What a page complained about: scripts, the console (where refusals of the policy show), missing files."""

    found: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.found.append(f"error: {error}"))
        page.on("console", lambda line: self._console(line.type, line.text))
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure))
        page.on("response", lambda answer: self._answered(answer.url, answer.status))

    def _console(self, kind: str, text: str) -> None:
        if kind in {"error", "warning"}:
            self.found.append(f"{kind}: {text}")

    def _failed(self, url: str, failure: str | None) -> None:
        if failure != "net::ERR_ABORTED":  # a page that was left in the middle of its event stream
            self.found.append(f"failed: {url} {failure}")

    def _answered(self, url: str, status: int) -> None:
        if status >= 500 or (status == 404 and "/static/" in url):
            self.found.append(f"{status}: {url}")


def context(browser: Browser, *, visitor: Visitor | None = None, **options: object) -> BrowserContext:
    """A fresh profile, as the logged-in visitor where one is given; the browser knows no other host."""
    made: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
    if visitor is not None:
        made.add_cookies(
            [{"name": name, "value": one.value, "url": visitor.base} for name, one in visitor.cookies.items()]
        )
    return made


def until(page: Page, expression: str, *, seconds: float) -> None:
    """Wait until an expression is true on the page; asked from outside, because the policy forbids eval within.

    Raises:
        AssertionError: it is not, after ``seconds``.
    """
    ends = time.monotonic() + seconds
    while not page.evaluate(expression):
        assert time.monotonic() < ends, f"after {seconds} s not true: {expression}\n{_seen(page)}"
        page.wait_for_timeout(20)


def _seen(page: Page) -> str:
    """What the page asked for, when and how it ended, and what it says."""
    asked = page.evaluate("""() => [Math.round(performance.now()), ...performance.getEntriesByType('resource').map(
      (one) => `${Math.round(one.startTime)}-${Math.round(one.responseEnd)} ${one.responseStatus} ${one.name}`)]""")
    return "\n".join([*map(str, asked), page.inner_text("body")])
