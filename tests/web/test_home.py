"""Tests of the first page and of the health line that every page has."""

from datetime import timedelta

import pytest

from crisis.domain import declaration
from crisis.notify import addresses
from crisis.store import db, processes
from crisis.workflows import declare, stand_down
from tests.parts import samples
from tests.web import site


def beat(website: site.Website, *roles: str) -> None:
    with website.app.app_context(), db.transaction() as session:
        for role in roles:
            processes.beat(session, role=role, node="one", boot="1", now=website.clock.now())


def test_an_empty_desk_says_what_to_do_first(website: site.Website) -> None:
    page = website.person("manager").get("/").get_data(as_text=True)
    assert "No open incident" in page
    assert 'href="/registry/import"' in page
    assert 'href="/incidents/declare"' in page


def test_with_platforms_it_says_that_nothing_is_open(website: site.Website) -> None:
    with website.app.app_context():
        samples.add(*samples.registry(3))
    page = website.person("officer").get("/").get_data(as_text=True)
    assert "Nothing is open" in page
    assert "3 platforms" in page


def test_who_may_not_read_incidents_is_told_so(website: site.Website) -> None:
    page = website.person("registrar").get("/").get_data(as_text=True)
    assert "Your roles do not include incidents." in page
    assert 'href="/incidents"' not in page


def test_an_auditor_has_no_button_to_declare(website: site.Website) -> None:
    assert "/incidents/declare" not in website.person("auditor").get("/").get_data(as_text=True)


def test_when_all_parts_beat_the_line_says_so(website: site.Website) -> None:
    beat(website, "metronome", "worker:mail", "worker:other")
    page = website.person("officer").get("/").get_data(as_text=True)
    assert "2 alive" in page
    assert 'role="alert"' not in page


@pytest.mark.parametrize(
    ("roles", "silence", "says"),
    [
        (("metronome", "worker:mail"), 31, "None alive, and no metronome: no alert is sent."),
        ((), 0, "None alive, and no metronome: no alert is sent."),
        (("metronome",), 0, "None alive: the metronome sends by itself, up to 10 s later."),
        (("worker:mail",), 0, "No sign of life for over 30 s: nobody is reminded"),
    ],
)
def test_a_silent_part_is_named_with_what_it_means(
    website: site.Website, roles: tuple[str, ...], silence: int, says: str
) -> None:
    beat(website, *roles)
    client = website.person("officer")
    website.clock.advance(timedelta(seconds=silence))
    assert says in client.get("/").get_data(as_text=True)


def test_mail_that_is_not_set_is_said_on_top_of_every_page(website: site.Website) -> None:
    import dataclasses

    from crisis.web import desk

    website.app.extensions["crisis"] = dataclasses.replace(
        desk.of(website.app), settings=website.settings.model_copy(update={"smtp_url": ""})
    )
    client = website.person("manager")
    for path in ("/", "/registry", "/account"):
        page = client.get(path).get_data(as_text=True)
        assert 'role="alert"' in page
        assert "every mail alert fails at once" in page


@pytest.mark.parametrize(("language", "word"), [("en", "Log out")])
def test_a_person_reads_in_their_language(website: site.Website, language: str, word: str) -> None:
    client = website.person("officer")
    form = {"name": "Ann", "language": language, "notify_address": "ann@desk.example"}
    assert site.post(client, "/account", form).status_code == 303
    page = client.get("/").get_data(as_text=True)
    assert f'<html lang="{language}"' in page
    assert word in page


def test_an_open_incident_is_shown_with_its_hour_and_who_needs_the_officer(website: site.Website) -> None:
    with website.app.app_context():
        samples.add(*samples.registry(3))
        body = samples.declaration(items=[{"url": "https://pixelly.example/1"}], audience={"affected": True})
        parsed = declaration.parse(body, now=website.clock.now(), to_ascii=addresses.to_ascii)
        ref = declare.declare(parsed, settings=website.settings, now=website.clock.now(), actor="cli").ref
    client = website.person("officer")
    website.clock.advance(minutes=4)
    page = client.get("/").get_data(as_text=True)
    assert "1 open incident" in page
    assert ">56:00</time></b> left" in page
    assert "Next contact of 1 platform, if it stays silent" in page
    website.clock.advance(minutes=70)
    page = client.get("/").get_data(as_text=True)
    assert ">+14:00</time></b>" in page
    assert "after our aim" in page
    assert "1 platform needs you" in page
    with website.app.app_context():
        stand_down.stand_down(ref, reason="Over.", settings=website.settings, now=website.clock.now(), actor="cli")
    page = client.get("/").get_data(as_text=True)
    assert "Nothing is open" in page
    assert "Stood down" in page
