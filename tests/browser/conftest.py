"""One browser and one desk for all browser tests of a process."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import scene as scenes
from tests.browser.scene import Scene
from tests.parts import chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium.launched() as one:
        yield one


@pytest.fixture(scope="session")
def scene(browser: Browser) -> Iterator[Scene]:
    """After the browser: without one there is no need to start a desk."""
    with scenes.set_up() as one:
        yield one
