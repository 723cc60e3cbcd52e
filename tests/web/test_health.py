"""Tests of the health line: red for each cause, made the way it happens, with what to do."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from crisis.domain import alert, declaration
from crisis.notify import addresses
from crisis.notify.sender import Envelope
from crisis.store import db, processes
from crisis.store.models import Alert, Attempt, Timer
from crisis.web import broker, desk
from crisis.workflows import canary, declare, deliver
from tests.parts import samples
from tests.parts.sending import KeepingRoom, KeepingSender
from tests.web import site

PARTS = ("metronome", "sweep", "worker:mail", "worker:other")


def beat(website: site.Website, *roles: str) -> None:
    with website.app.app_context(), db.transaction() as session:
        for role in roles:
            processes.beat(session, role=role, node="one@one", boot="1", now=website.clock.now())


def line(website: site.Website, client: Any) -> tuple[bool, str]:
    """Whether the line is red, and what it says; read anew."""
    website.app.extensions.pop("crisis.health", None)
    page = client.get("/account").get_data(as_text=True)
    footer = page[page.index('<footer class="health') : page.index("</footer>")]
    return 'class="health bad"' in footer, " ".join(footer.split())


def setting(website: site.Website, **values: Any) -> None:
    import dataclasses

    before = desk.of(website.app)
    website.app.extensions["crisis"] = dataclasses.replace(before, settings=before.settings.model_copy(update=values))


def declared(website: site.Website) -> None:
    samples.add(*samples.registry(1))
    body = samples.declaration(items=[{"url": "https://pixelly.example/1"}], audience={"affected": True})
    parsed = declaration.parse(body, now=website.clock.now(), to_ascii=addresses.to_ascii)
    declare.declare(parsed, settings=website.settings, now=website.clock.now(), actor="cli")


def refused(_envelope: Envelope) -> alert.Outcome:
    return alert.Outcome.TEMPORARY


def _old_metronome(website: site.Website) -> None:
    website.clock.advance(seconds=31)
    beat(website, *PARTS[1:])


def _no_sweep(website: site.Website) -> None:
    website.clock.advance(seconds=31)
    beat(website, "metronome", "worker:mail", "worker:other")


def _no_worker(website: site.Website) -> None:
    website.clock.advance(seconds=31)
    beat(website, "metronome", "sweep", "worker:other")


def _no_mail_host(website: site.Website) -> None:
    setting(website, smtp_url="")


def _mail_refused(website: site.Website) -> None:
    declared(website)
    room = KeepingRoom(website.settings, website.clock, KeepingSender(refused))
    for _ in range(6):
        deliver.drain(alert.Queue.MAIL, room=room)
        with db.transaction() as session:  # the next try is due, and the cap is not reached
            session.execute(sa.update(Alert).values(state="waiting_retry", due_at=website.clock.now(), attempts=1))
            session.execute(sa.update(Attempt).values(number=Attempt.number + 100))
        website.clock.advance(seconds=1)
    with db.transaction() as session:
        session.execute(sa.update(Alert).values(state="failed"))


def _nobody_takes(website: site.Website) -> None:
    declared(website)
    website.clock.advance(seconds=11)


def _timer_late(website: site.Website) -> None:
    declared(website)
    with db.transaction() as session:
        session.execute(sa.update(Alert).values(state="accepted"))
        session.execute(sa.update(Timer).values(due_at=website.clock.now() - timedelta(seconds=11)))


def _probe_failed(website: site.Website) -> None:
    setting(website, canary_mail="probe@desk.example")
    canary.plan(settings=desk.of(website.app).settings, now=website.clock.now())
    website.clock.advance(seconds=31)
    beat(website, *PARTS)


def test_a_line_without_fault_has_the_age_of_the_last_beat_and_its_time(website: site.Website) -> None:
    beat(website, *PARTS)
    client = website.person("officer")
    website.clock.advance(seconds=3)
    red, text = line(website, client)
    assert not red
    assert "All parts work" in text
    assert "last beat 3 s ago · <time" in text
    assert 'title="2026-03-02 01:03:00 UTC">02:03:00 CET</time>' in text


@pytest.mark.parametrize(
    ("cause", "says"),
    [
        (_old_metronome, "No sign of life for over 30 s: nobody is reminded"),
        (_old_metronome, "Start “crisis metronome”."),
        (_no_sweep, "has not swept for over 30 s"),
        (_no_worker, "None alive for the queue “mail”"),
        (_no_worker, "Start “celery -A worker worker”."),
        (_no_mail_host, "No mail server is set (CRISIS_SMTP_URL)"),
        (_mail_refused, "The last 5 mails were not accepted: 250 kept."),
        (_nobody_takes, "An alert of the queue “mail” has waited for 11 s."),
        (_timer_late, "A step has been due for 11 s."),
        (_probe_failed, "The last probe by email failed: it did not arrive in time. Run “crisis preflight”."),
    ],
)
def test_the_line_turns_red_with_the_reason_and_what_to_do(
    website: site.Website, cause: Callable[[site.Website], None], says: str
) -> None:
    client = website.person("officer")
    beat(website, *PARTS)
    assert not line(website, client)[0]
    with website.app.app_context():
        cause(website)
    red, text = line(website, client)
    assert red
    assert says in text


def _asked_of(website: site.Website, ask: Callable[[], None]) -> None:
    """The broker is asked by ``ask``; the first look starts the asking, which is over when this returns."""
    asked = threading.Event()

    def _ask() -> None:
        try:
            ask()
        finally:
            asked.set()

    watch = website.app.extensions["crisis.broker"] = broker.Watch(_ask)
    watch.error()
    assert asked.wait(10)
    for thread in [one for one in threading.enumerate() if one.name == "broker-watch"]:
        thread.join(10)


def test_every_page_says_that_the_broker_is_away_and_that_alerts_still_leave(website: site.Website) -> None:
    def _refuses() -> None:
        raise ConnectionError

    beat(website, *PARTS)
    client = website.person("officer")
    _asked_of(website, lambda: None)
    assert "All parts work" in line(website, client)[1]
    _asked_of(website, _refuses)
    red, text = line(website, client)
    assert not red  # it costs some seconds, and no alert
    assert "The broker does not answer or is full: alerts still leave, up to 10 s later." in text
    assert "All parts work" not in text


def test_an_open_page_gets_the_line_alone(website: site.Website) -> None:
    beat(website, *PARTS)
    answer = website.person("officer").get("/health")
    text = answer.get_data(as_text=True)
    assert text.strip().startswith('<footer class="health" id="health"')
    assert "<html" not in text
    assert website.anonymous().get("/health").status_code == 302


def test_what_a_page_asks_by_itself_keeps_no_session_alive(website: site.Website) -> None:
    client = website.person("officer")
    assert "Set-Cookie" in client.get("/account").headers
    assert "Set-Cookie" not in client.get("/health").headers


def test_the_line_is_in_the_readers_language(website: site.Website) -> None:
    client = website.person("officer")
    form = {"name": "Ann", "language": "de", "notify_address": "ann@desk.example"}
    assert site.post(client, "/account", form).status_code == 303
    assert "Starten Sie" in line(website, client)[1]
