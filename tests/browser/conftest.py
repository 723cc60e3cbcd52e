"""One desk for all browser tests of a process."""

from collections.abc import Iterator

import pytest

from tests.browser import scene as scenes
from tests.browser.scene import Scene
from tests.parts import chromium


@pytest.fixture(scope="session")
def scene() -> Iterator[Scene]:
    """Without a browser there is no need to start a desk."""
    chromium.path()
    with scenes.set_up() as one:
        yield one
