"""Test of the story on the real processes: simulated platforms answer over the public page, each in its manner."""

import contextlib
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crisis.demo import seed
from tests.parts.running import Running, until_true
from tests.parts.visitor import Visitor

pytestmark = pytest.mark.flow


@pytest.fixture
def desk() -> Iterator[Running]:
    folder = Path(tempfile.mkdtemp(prefix="crisis-demo-"))  # short: the broker's socket is inside
    one = Running(folder, smtp_url="smtp://mail.pixelly.example:25")
    yield one
    one.destroy()
    shutil.rmtree(folder, ignore_errors=True)


def test_platforms_answer_at_once_in_a_while_or_never_and_some_disagree(desk: Running) -> None:
    desk.start("--demo", "--speed", "60")
    until_true(lambda: "Ctrl-C stops it" in desk.output, seconds=20, what=lambda: desk.output)
    assert f"officer@desk.example     password: {seed.PASSWORD}" in desk.output
    officer = Visitor(desk.url)
    officer.log_in("officer@desk.example", seed.PASSWORD)
    start = next(form for form in officer.get("/").forms if form.action.endswith("/demo/exercise"))
    assert "/incidents/EX-" in officer.submit(start).url
    until_true(lambda: _wanted(desk) == set(), seconds=90, what=lambda: f"still to come: {_wanted(desk)}")
    assert _rows(desk, "SELECT confirmed FROM answer WHERE kind != 'acknowledge' AND NOT confirmed") == []
    early = _rows(
        desk,
        "SELECT DISTINCT platform_name FROM notice JOIN notice_item ON notice_item.notice_id = notice.id "
        "WHERE notice_item.state = 'already_gone'",
    )
    assert not {"Funkturm", "Vuurtoren Video", "Beaconcast"} & {row[0] for row in early}  # they act when asked
    quiet = _rows(desk, "SELECT platform_name FROM notice WHERE state = 'awaiting' ORDER BY platform_name")
    assert {"Lanterne", "Murmurline", "Mirador", "Pizarra Libre"} <= {row[0] for row in quiet}
    desk.stop()


def _wanted(desk: Running) -> set[str]:
    """What of the story has not been seen yet."""
    seen = {str(row[0]) for row in _rows(desk, "SELECT DISTINCT state FROM notice")}
    seen |= {f"item {row[0]}" for row in _rows(desk, "SELECT DISTINCT state FROM notice_item")}
    seen |= {f"alert {row[0]}" for row in _rows(desk, "SELECT DISTINCT state FROM alert")}
    facts = {
        "question": "SELECT 1 FROM notice WHERE question",
        "contradiction": "SELECT 1 FROM notice WHERE contradiction",
        "unconfirmed": "SELECT 1 FROM answer WHERE NOT confirmed",
        "wrong contact": "SELECT 1 FROM answer WHERE kind = 'wrong_contact'",
        "opened only": "SELECT 1 FROM notice JOIN link ON link.notice_id = notice.id JOIN opening ON "
        "opening.link_id = link.id WHERE notice.state = 'awaiting'",
    }
    seen |= {name for name, query in facts.items() if _rows(desk, query)}
    states = {"awaiting", "in_progress", "done", "not_ours"}
    items = {"item removed", "item restricted", "item already_gone", "item kept", "item question", "item named"}
    return (states | items | {"alert accepted", "alert failed"} | set(facts)) - seen


def _rows(desk: Running, query: str) -> list[Any]:
    with contextlib.closing(sqlite3.connect(desk.data / "demo" / "crisis.sqlite")) as connection:
        return connection.execute(query).fetchall()
