"""Answers that come at the same moment, or whose reply is lost: one acknowledgement, one time."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from html import unescape
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from crisis import config
from crisis.store import db, records
from crisis.store.models import Acknowledgement, Answer, Notice
from crisis.workflows import acknowledge
from tests.parts import asked as parts
from tests.parts.asked import Asked
from tests.parts.clock import FakeClock
from tests.web import site
from tests.web.site import Website

ROOT = Path(__file__).parents[2]
AT_ONCE = 50


@pytest.fixture
def website(database_url: str, settings: config.Settings, clock: FakeClock) -> Iterator[Website]:
    """The web server on an empty database of each kind."""
    built = site.build(settings, clock)
    yield built
    with built.app.app_context():
        db.db.session.remove()
        db.db.engine.dispose()


@pytest.fixture
def asked(website: Website) -> Asked:
    with website.app.app_context():
        found = parts.write(website.clock.now(), contacts=[parts.contact_at(1), parts.contact_at(2)])
    website.clock.advance(minutes=8)
    return found


def form(website: Website, path: str) -> str:
    """The signed field of the page, read long enough ago to be believed."""
    text = website.anonymous().get(path).get_data(as_text=True)
    website.clock.advance(seconds=20)
    return unescape(re.findall(r'name="form" value="([^"]+)"', text)[0])


def post_at_once(website: Website, path: str, fields: Callable[[int], dict[str, str]]) -> list[TestResponse]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(lambda number: website.anonymous().post(path, data=fields(number)), range(AT_ONCE)))


def count(website: Website, model: type) -> int:
    with website.app.app_context(), db.reading() as session:
        return session.scalar(sa.select(sa.func.count()).select_from(model)) or 0


def kinds(website: Website, asked: Asked) -> list[str]:
    with website.app.app_context(), db.reading() as session:
        found = records.read(session, str(asked.incident_id))
        assert [one.n for one in found] == list(range(1, len(found) + 1))
        return [one.kind for one in found]


def recorded(response: TestResponse) -> str:
    """The time in the receipt, to the second."""
    assert response.status_code == 200, response.get_data(as_text=True)
    return re.findall(r'role="status">.*?(\d\d:\d\d:\d\d), your time', response.get_data(as_text=True), re.DOTALL)[0]


def test_the_same_form_fifty_times_at_once_is_one_answer_with_one_time(website: Website, asked: Asked) -> None:
    path = f"/a/{asked.tokens[0]}"
    fields = {"form": form(website, path), "name": "Camille Roux", "answer": "acknowledge"}
    responses = post_at_once(website, path, lambda _: fields)
    assert {recorded(one) for one in responses} == {"02:11:20"}
    repeated = ["sending it again changed nothing" in one.get_data(as_text=True) for one in responses]
    assert repeated.count(False) == 1
    assert (count(website, Answer), count(website, Acknowledgement)) == (1, 1)
    assert kinds(website, asked).count("notice.answered") == 1


def test_fifty_forms_at_once_are_fifty_facts_and_one_acknowledgement(website: Website, asked: Asked) -> None:
    path = f"/a/{asked.tokens[0]}"
    signed = form(website, path)
    responses = post_at_once(
        website, path, lambda number: {"form": signed, "name": f"Person {number}", "answer": "acknowledge"}
    )
    assert {recorded(one) for one in responses} == {"02:11:20"}
    assert (count(website, Answer), count(website, Acknowledgement)) == (AT_ONCE, 1)
    found = kinds(website, asked)
    assert (found.count("notice.answered"), found.count("notice.acknowledged")) == (AT_ONCE, 1)


def test_a_form_that_can_not_be_kept_harms_none_that_came_with_it(
    website: Website, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/a/{asked.tokens[0]}"
    signed, given = form(website, path), acknowledge._given

    def fail_for_one(link: object, sent: acknowledge.Form) -> object:
        if sent.name == "Person 7":
            raise RuntimeError("a fault of this one")
        return given(link, sent)  # type: ignore[arg-type]

    monkeypatch.setattr(acknowledge, "_given", fail_for_one)
    website.app.config["PROPAGATE_EXCEPTIONS"] = website.app.testing = False
    responses = post_at_once(
        website, path, lambda number: {"form": signed, "name": f"Person {number}", "answer": "acknowledge"}
    )
    assert [one.status_code for one in responses] == [500 if number == 7 else 200 for number in range(AT_ONCE)]
    assert count(website, Answer) == AT_ONCE - 1


def test_a_database_that_does_not_answer_is_told_as_such(
    website: Website, asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/a/{asked.tokens[0]}"
    fields = {"form": form(website, path), "name": "Camille Roux", "answer": "acknowledge"}

    def gone(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("INSERT", {}, OSError("the server has gone"))

    with monkeypatch.context() as patched:
        patched.setattr(records, "append", gone)
        response = website.anonymous().post(path, data=fields)
    assert response.status_code == 503
    assert "Send the form again" in response.get_data(as_text=True)
    assert count(website, Answer) == 0
    assert recorded(website.anonymous().post(path, data=fields)) == "02:11:20"


_DIES = """
import os, signal, sys
from crisis import config
from crisis.web.answer import pages
from tests.parts.clock import FakeClock
from tests.web import site
from datetime import datetime

settings = config.load({}, database_url=sys.argv[1], data_dir=sys.argv[2], secret_key=sys.argv[3])
pages.list_page = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
client = site.build(settings, FakeClock(datetime.fromisoformat(sys.argv[4]))).anonymous()
client.post(sys.argv[5], data={"form": sys.argv[6], "name": "Camille Roux", "answer": "acknowledge"})
"""


def test_an_answer_whose_server_died_before_the_reply_is_shown_as_it_was_recorded(
    website: Website, asked: Asked, settings: config.Settings
) -> None:
    path = f"/a/{asked.tokens[0]}"
    signed = form(website, path)
    secrets = (settings.database_url, str(settings.data_dir), settings.secret_key)
    died = subprocess.run(
        [sys.executable, "-c", _DIES, *secrets, website.clock.now().isoformat(), path, signed], cwd=ROOT, check=False
    )
    assert died.returncode == -9
    before = kinds(website, asked)
    website.clock.advance(minutes=1)
    fields = {"form": signed, "name": "Camille Roux", "answer": "acknowledge"}
    again = website.anonymous().post(path, data=fields)
    assert recorded(again) == "02:11:20"
    assert "sending it again changed nothing" in again.get_data(as_text=True)
    assert kinds(website, asked) == before
    assert (count(website, Answer), count(website, Acknowledgement)) == (1, 1)
    with website.app.app_context(), db.reading() as session:
        assert session.get_one(Notice, asked.notice_id).acknowledged_by == "Camille Roux"
