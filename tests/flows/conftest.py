"""Real processes for stories: a folder each, both databases, a mail server that can be told to be slow."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import postgres
from tests.parts.mail_sink import MailSink
from tests.parts.running import Running


@pytest.fixture
def mail() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of an empty database without tables, or nothing for the embedded default."""
    if request.param == "sqlite":
        yield ""
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.create()
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short name: the broker's socket is inside, and such a path may have about 100 characters."""
    path = Path(tempfile.mkdtemp(prefix="crisis-flow-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def desk(folder: Path, bare_database: str, mail: MailSink) -> Iterator[Running]:
    """A desk that the test starts; whatever is left of it at the end is ended."""
    one = Running(folder, smtp_url=mail.url, database_url=bare_database)
    yield one
    one.destroy()
