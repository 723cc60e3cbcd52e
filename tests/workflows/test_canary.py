"""Tests of probes: planned once a period, outside every incident, forgotten after a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config
from crisis.domain import canary as probes
from crisis.domain.alert import Channel, Outcome, Queue, State
from crisis.notify import canary as probe_texts
from crisis.store import db, figures, mails, signs
from crisis.store.models import Alert, Attempt, Event, Incident, Mail
from crisis.workflows import canary, declare, deliver, overview, receive_mail, report
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom, KeepingSender

HOUR = timedelta(hours=1)
MAIL, HOOK = "probe@desk.example", "https://hooks.example/probe"


@pytest.fixture
def probing(settings: config.Settings) -> config.Settings:
    return settings.model_copy(update={"canary_mail": MAIL, "canary_webhook": HOOK})


def look() -> list[probes.Probe]:
    with db.reading() as session:
        return list(signs.probes(session, limit=10))


def test_each_sink_gets_one_probe_a_period_whoever_asks(
    desk_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    assert canary.plan(settings=probing, now=clock.now()) == {Queue.MAIL, Queue.OTHER}
    assert canary.plan(settings=probing, now=clock.now()) == set()  # another metronome
    assert canary.plan(settings=probing, now=clock.advance(seconds=59)) == set()
    assert canary.plan(settings=probing, now=clock.advance(seconds=1)) == {Queue.MAIL, Queue.OTHER}
    assert [(one.channel, one.state) for one in look()] == [
        (Channel.EMAIL, State.PLANNED),
        (Channel.EMAIL, State.CANCELLED),  # a new one says more
        (Channel.WEBHOOK, State.PLANNED),
        (Channel.WEBHOOK, State.CANCELLED),
    ]


def test_without_a_sink_or_a_period_nothing_is_planned(
    sqlite_db: AppContext, settings: config.Settings, probing: config.Settings, clock: FakeClock
) -> None:
    assert canary.plan(settings=settings, now=clock.now()) == set()
    never = probing.model_copy(update={"canary_seconds": 0})
    assert canary.plan(settings=never, now=clock.now()) == set()
    assert canary.plan(settings=probing.model_copy(update={"demo": True}), now=clock.now()) == set()
    assert rows(Alert) == []


def test_a_probe_goes_through_the_queue_like_every_alert_and_leaves_no_fact(
    desk_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    room = KeepingRoom(probing, clock)
    canary.plan(settings=probing, now=clock.now())
    for queue in Queue:
        deliver.drain(queue, room=room)
    assert sorted(room.addresses()) == [HOOK, MAIL]
    assert all(envelope.payload for envelope in room.sender.sent)
    assert [one.state for one in look()] == [State.ACCEPTED, State.ACCEPTED]
    assert rows(Event) == []


def test_a_probe_does_not_wait_behind_a_fan_out(
    desk_db: AppContext, declared: Callable[..., declare.Declared], probing: config.Settings, clock: FakeClock
) -> None:
    samples.add(*samples.registry(5))
    declared(items=[{"sha256": samples.SHA256}])
    canary.plan(settings=probing, now=clock.advance(seconds=1))
    room = KeepingRoom(probing, clock)
    deliver.drain(Queue.MAIL, room=room)
    assert room.addresses()[0] == MAIL
    assert len(room.addresses()) == 6


def test_its_words_cannot_be_taken_for_an_alert(
    sqlite_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    room = KeepingRoom(probing, clock)
    canary.plan(settings=probing, now=clock.now())
    deliver.drain(Queue.MAIL, room=room)
    text = room.sender.sent[0].payload.decode()
    assert "Subject: Probe of the crisis desk, nothing to do" in text
    assert "It is no alert" in text
    assert "/a/" not in text


def test_probes_are_in_no_figure_of_an_incident(
    desk_db: AppContext, declared: Callable[..., declare.Declared], probing: config.Settings, clock: FakeClock
) -> None:
    samples.add(*samples.registry(3))
    ref = declared().ref
    with db.transaction() as session:  # only the probes go out, and fail
        session.execute(sa.update(Alert).where(Alert.incident_id.is_not(None)).values(due_at=clock.now() + HOUR))
    before = overview.incident(ref, now=clock.now()), report.build(ref, now=clock.now())
    canary.plan(settings=probing, now=clock.now())
    refusing = KeepingRoom(probing, clock, KeepingSender(lambda _envelope: Outcome.PERMANENT))
    for queue in Queue:
        deliver.drain(queue, room=refusing)
    assert {one.state for one in look()} == {State.FAILED}
    assert (overview.incident(ref, now=clock.now()), report.build(ref, now=clock.now())) == before
    assert len(rows(Incident)) == 1
    assert len(rows(Alert, Alert.incident_id.is_(None))) == 2


def test_a_waiting_probe_makes_no_queue_look_late(
    desk_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    canary.plan(settings=probing, now=clock.now())
    with db.reading() as session:
        assert signs.oldest_due(session, now=clock.advance(minutes=5)) == {}


def test_probes_of_yesterday_are_forgotten_with_their_attempts(
    desk_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    room = KeepingRoom(probing, clock)
    canary.plan(settings=probing, now=clock.now())
    deliver.drain(Queue.MAIL, room=room)
    canary.plan(settings=probing, now=clock.advance(timedelta(days=1, seconds=1)))
    assert len(rows(Alert)) == 2
    assert rows(Attempt) == []


def test_a_probe_that_comes_back_is_noted_once_and_nothing_else_is(
    desk_db: AppContext, declared: Callable[..., declare.Declared], probing: config.Settings, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    declared()
    canary.plan(settings=probing, now=clock.now())
    (real,) = rows(Alert, Alert.incident_id.is_not(None))
    probe = rows(Alert, Alert.incident_id.is_(None))[0]
    assert canary.arrive(probe.id, now=clock.now())
    assert not canary.arrive(probe.id, now=clock.advance(seconds=1))
    assert not canary.arrive(real.id, now=clock.now())
    assert rows(Alert, Alert.id == real.id)[0].delivered_at is None


def test_a_probe_that_comes_back_by_mail_is_noted_and_in_no_list_of_mails(
    desk_db: AppContext, probing: config.Settings, clock: FakeClock
) -> None:
    reading = probing.model_copy(update={"canary_mail": probing.mail_from, "imap_url": "imaps://a:b@mail.example/IN"})
    room = KeepingRoom(reading, clock)
    canary.plan(settings=reading, now=clock.now())
    deliver.drain(Queue.MAIL, room=room)
    clock.advance(seconds=20)
    (sink,) = [one for one in probe_texts.sinks(reading) if one.channel is Channel.EMAIL]
    assert probes.newest_decided(look(), sink, now=clock.now()) is None  # accepted, not back yet
    taken = receive_mail.take(room.sender.sent[0].payload, settings=reading, now=clock.now())
    assert not taken.waits
    decided = probes.newest_decided(look(), sink, now=clock.now())
    assert decided is not None
    assert decided[0] is probes.Verdict.OK
    with db.reading() as session:
        assert mails.latest(session, limit=10) == []
        assert figures.mails(session) == {}
    canary.plan(settings=reading, now=clock.advance(timedelta(days=1, seconds=1)))
    assert rows(Mail) == []


def test_the_desks_own_address_must_see_its_probes_arrive(settings: config.Settings) -> None:
    (sink,) = probe_texts.sinks(settings.model_copy(update={"canary_webhook": "own"}))
    assert sink.address == probe_texts.own_url(settings)
    assert sink.returns
    (sink,) = probe_texts.sinks(settings.model_copy(update={"canary_webhook": HOOK}))
    assert not sink.returns
