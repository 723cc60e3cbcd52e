"""Tests of the watch: each fault is told of once, again while it stays, and when it is over."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask.ctx import AppContext

from crisis import config
from crisis.domain import watch as domain_watch
from crisis.domain.alert import Queue
from crisis.notify import alarm, heartbeat
from crisis.store import db, processes
from crisis.workflows import canary, deliver, watch
from tests.parts.clock import FakeClock
from tests.parts.mail_sink import MailSink
from tests.parts.sending import KeepingRoom

PARTS = ("metronome", "sweep", "worker:mail", "worker:other")


def beat(clock: FakeClock, *roles: str) -> None:
    with db.transaction() as session:
        for role in roles:
            processes.beat(session, role=role, node=f"{role}@one", boot="1", now=clock.now())


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the operators were told, in order."""
    heard: list[str] = []

    def tell(subject: str, text: str, _settings: config.Settings) -> bool:
        heard.append(f"{subject}\n{text}")
        return True

    monkeypatch.setattr(alarm, "tell", tell)
    monkeypatch.setattr(alarm, "is_set", lambda _settings: True)
    return heard


def test_a_fault_is_told_once_again_after_a_quarter_of_an_hour_and_when_it_is_over(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock, told: list[str]
) -> None:
    def look() -> list[str]:
        return watch.alarm_of_faults(settings=settings, now=clock.now())

    beat(clock, *PARTS)
    assert look() == []
    beat(clock, "metronome", "sweep", "worker:other")
    clock.advance(seconds=29)
    beat(clock, "metronome", "sweep", "worker:other")
    clock.advance(seconds=2)
    assert [one.partition(" has")[0] for one in look()] == ["No worker of the queue “mail”"]
    assert look() == []  # another metronome
    clock.advance(minutes=14)
    beat(clock, "metronome", "sweep", "worker:other")
    assert look() == []
    clock.advance(minutes=1)
    beat(clock, "metronome", "sweep", "worker:other")
    assert len(look()) == 1
    beat(clock, *PARTS)
    assert look() == []  # it must stay well for a while
    clock.advance(seconds=30)
    beat(clock, *PARTS)
    assert look() == ["Well again. mail: a worker is alive again."]
    assert look() == []
    assert len(told) == 3
    assert "celery -A worker worker -Q mail" in told[0]


def test_a_fault_that_comes_back_is_told_at_once(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock, told: list[str]
) -> None:
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now())) == 3
    beat(clock, *PARTS)
    clock.advance(seconds=30)
    beat(clock, *PARTS)
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now())) == 3
    clock.advance(seconds=31)
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now())) == 3
    assert len(told) == 3


def test_one_message_tells_of_everything_that_is_new(
    sqlite_db: AppContext, settings: config.Settings, clock: FakeClock, told: list[str]
) -> None:
    watch.alarm_of_faults(settings=settings, now=clock.now())
    assert len(told) == 1
    assert "No metronome has beaten" in told[0]
    assert "2026-03-02 01:03:00 UTC" in told[0]


def test_what_could_not_be_told_is_tried_again_after_a_minute(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    beat(clock, *PARTS[:3])
    monkeypatch.setattr(alarm, "is_set", lambda _settings: True)
    monkeypatch.setattr(alarm, "tell", lambda *_: False)
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now())) == 1
    assert watch.alarm_of_faults(settings=settings, now=clock.advance(seconds=20)) == []
    clock.advance(seconds=40)
    beat(clock, *PARTS[:3])
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now())) == 1


def test_the_web_server_tells_of_a_silent_metronome_alone(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock, told: list[str]
) -> None:
    only = domain_watch.Kind.METRONOME
    beat(clock, "metronome")
    assert watch.alarm_of_faults(settings=settings, now=clock.now(), only=only) == []
    clock.advance(seconds=31)
    assert len(watch.alarm_of_faults(settings=settings, now=clock.now(), only=only)) == 1
    assert watch.alarm_of_faults(settings=settings, now=clock.now(), only=only) == []
    beat(clock, *PARTS)  # it is back, and says itself that all is well
    clock.advance(seconds=30)
    beat(clock, *PARTS)
    assert watch.alarm_of_faults(settings=settings, now=clock.now()) == ["Well again. A metronome beats again."]


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as one:
        yield one


def test_an_alarm_goes_by_a_command_and_by_another_mail_host(
    settings: config.Settings, tmp_path: Path, sink: MailSink
) -> None:
    kept = tmp_path / "alarm.txt"
    script = tmp_path / "alarm.sh"
    script.write_text(f'#!/bin/sh\ncat > "{kept}"\n')
    script.chmod(0o700)
    ways = settings.model_copy(
        update={"alarm_command": str(script), "alarm_smtp_url": sink.url, "alarm_to": ["ops@desk.example"]}
    )
    assert alarm.is_set(ways)
    assert alarm.tell("Fault", "The mail host is dead.", ways)
    assert kept.read_text() == "Fault\n\nThe mail host is dead.\n"
    (mail,) = sink.to("ops@desk.example")
    assert mail.message["Subject"] == "Fault"
    assert mail.message.get_content().strip() == "The mail host is dead."


@pytest.mark.parametrize("command", ["false", "no-such-command-here", "'"])
def test_an_alarm_that_cannot_leave_says_so_and_raises_nothing(settings: config.Settings, command: str) -> None:
    ways = {"alarm_command": command, "alarm_smtp_url": "smtp://127.0.0.1:9", "alarm_to": ["ops@desk.example"]}
    assert not alarm.tell("Fault", "…", settings.model_copy(update=ways))


def test_credentials_of_the_alarm_host_never_leave_in_plain_text(monkeypatch: pytest.MonkeyPatch) -> None:
    class Plain:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def ehlo(self) -> None:
            pass

        def has_extn(self, _name: str) -> bool:
            return False

        def close(self) -> None:
            pass

    monkeypatch.setattr(smtplib, "SMTP", Plain)
    with pytest.raises(smtplib.SMTPNotSupportedError):
        alarm._connected("smtp://user:word@mail.example")


def test_the_demo_alarms_nobody(settings: config.Settings) -> None:
    demo = settings.model_copy(update={"demo": True, "alarm_command": "true"})
    assert not alarm.is_set(demo)
    assert not alarm.tell("Fault", "…", demo)


def test_the_heartbeat_is_sent_once_a_period_and_only_while_probes_arrive(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(heartbeat, "send", lambda given: asked.append(given.heartbeat_url))
    wanted = settings.model_copy(
        update={"canary_mail": "probe@desk.example", "heartbeat_url": "https://watcher.example/1"}
    )
    room = KeepingRoom(wanted, clock)

    def send() -> bool:
        return watch.send_heartbeat(settings=wanted, now=clock.now())

    beat(clock, *PARTS)
    assert not send()  # nothing is proven yet
    canary.plan(settings=wanted, now=clock.now())
    assert not send()
    deliver.drain(Queue.MAIL, room=room)
    assert send()
    assert not send()  # another metronome
    clock.advance(seconds=60)
    assert not send()  # no part has beaten for a minute
    beat(clock, *PARTS)
    assert send()  # the probe of this minute is not due to have arrived yet
    clock.advance(timedelta(seconds=60))
    beat(clock, *PARTS)
    assert not send()  # no probe for two minutes
    assert asked == ["https://watcher.example/1"] * 2


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("http://192.0.2.1/beat", "not on the public internet"),
        ("http://127.0.0.1/beat", "not on the public internet"),
        ("https://169.254.169.254/beat", "not on the public internet"),
        ("http://8.8.8.8/beat", "without TLS"),
    ],
)
def test_the_heartbeat_keeps_to_the_rules_for_webhooks(settings: config.Settings, url: str, wrong: str) -> None:
    assert wrong in (heartbeat.send(settings.model_copy(update={"heartbeat_url": url})) or "")
    assert heartbeat.send(settings.model_copy(update={"heartbeat_url": url, "demo": True})) is not None
