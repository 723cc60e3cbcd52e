"""Tests of what waits for an officer on the page of an incident, and of the order of duty."""

from collections.abc import Callable
from typing import Any

import pytest

from crisis.domain import declaration
from crisis.notify import addresses
from crisis.store.models import Event, Matter, User
from crisis.workflows import declare, escalate
from tests.parts import samples
from tests.parts.rows import rows
from tests.web import site
from tests.web.test_api import Program


@pytest.fixture
def silent(website: site.Website) -> Callable[[], str]:
    """Two platforms that nobody answers for; five minutes have gone by."""

    def _silent() -> str:
        with website.app.app_context():
            samples.add(*samples.registry(2))
            body: dict[str, Any] = samples.declaration(items=[{"sha256": samples.SHA256}])
            parsed = declaration.parse(body, now=website.clock.now(), to_ascii=addresses.to_ascii)
            done = declare.declare(parsed, settings=website.settings, now=website.clock.now(), actor="cli")
            website.clock.advance(minutes=5)
            escalate.fire(settings=website.settings, now=website.clock.now())
            return done.ref

    return _silent


def found(website: site.Website, model: type[Any]) -> list[Any]:
    with website.app.app_context():
        return rows(model)


def test_what_waits_is_shown_with_who_was_told_and_taken_with_one_click(
    website: site.Website, silent: Callable[[], str]
) -> None:
    officer = website.person("officer", "admin")
    with website.app.app_context():
        (ann,) = rows(User)
    answer = site.post(
        officer,
        f"/users/{ann.id}",
        {"role": ["officer", "admin"], "active": "1", "duty_order": "1"},
        page="/users",
    )
    assert answer.status_code == 200
    assert "on duty: number 1" in answer.get_data(as_text=True)
    ref = silent()
    page = officer.get(f"/incidents/{ref}").get_data(as_text=True)
    assert "No answer yet, and no further contact" in page
    assert "Pixelly" in page
    assert "nobody could be told" in page  # she has no address for the desk's own messages
    ids = [str(one.id) for one in found(website, Matter)]
    answer = site.post(officer, f"/incidents/{ref}/matters/take", {"matter": ids}, page=f"/incidents/{ref}")
    assert answer.status_code == 303
    page = officer.get(f"/incidents/{ref}").get_data(as_text=True)
    assert "You took 2 matters." in page
    assert "taken by Ann Example" in page
    assert "Nothing waits for an officer now." in page
    assert [one.how for one in found(website, Matter)] == ["taken", "taken"]
    assert [one.actor for one in found(website, Event) if one.kind == "matter.ended"] == [f"user:{ann.id}"] * 2


def test_a_reader_takes_nothing(website: site.Website, silent: Callable[[], str]) -> None:
    auditor = website.person("auditor")
    ref = silent()
    assert "I take it" not in auditor.get(f"/incidents/{ref}").get_data(as_text=True)
    answer = site.post(auditor, f"/incidents/{ref}/matters/take", {"matter": []}, page="/account")
    assert answer.status_code == 403


@pytest.mark.parametrize("place", ["0", "-1", "x", "1000", "1.5"])
def test_a_place_on_duty_that_is_no_place_is_refused(website: site.Website, place: str) -> None:
    admin = website.person("admin")
    with website.app.app_context():
        (ann,) = rows(User)
    form = {"role": ["admin"], "active": "1", "duty_order": place}
    answer = site.post(admin, f"/users/{ann.id}", form, page="/users")
    assert answer.status_code == 422
    assert "whole number from 1 to 999" in answer.get_data(as_text=True)


def test_the_api_says_what_waits_and_by_which_ladder(website: site.Website, silent: Callable[[], str]) -> None:
    ref = silent()
    found = Program(website, "incidents:read").get(f"/incidents/{ref}").get_json()
    assert found["ladder"] == 1
    assert [(one["reason"], one["told"], one["ended_at"]) for one in found["matters"]] == [
        ("no_next_contact", [], None),
        ("no_next_contact", [], None),
    ]
