"""What tests of pages may ask for: a web server on an empty database."""

from collections.abc import Iterator

import pytest

from crisis import config
from crisis.store import db
from tests.parts.clock import FakeClock
from tests.web import site


@pytest.fixture
def website(settings: config.Settings, clock: FakeClock) -> Iterator[site.Website]:
    """The web server on an empty SQLite database."""
    built = site.build(settings, clock)
    yield built
    with built.app.app_context():
        db.db.session.remove()
        db.db.engine.dispose()
