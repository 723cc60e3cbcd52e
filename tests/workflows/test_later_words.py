"""After the declaration: more items, a correction, an update, a stand-down, and back again."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext

from crisis import config, errors
from crisis.domain import alert
from crisis.domain.declaration import GivenItem
from crisis.store import db
from crisis.store.models import Alert, Batch, Incident, Item, Link, Notice, NoticeItem, Spelling, Timer
from crisis.workflows import add_items, assign, call, declare, deliver, reactivate, stand_down, update, withdraw
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom

Declare = Callable[..., declare.Declared]
MAIL = alert.Queue.MAIL

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def by(settings: config.Settings, clock: FakeClock) -> Callable[[], dict[str, Any]]:
    """Who does it, and when: now."""
    return lambda: {"settings": settings, "now": clock.now(), "actor": "cli"}


def put(row: Alert, state: alert.State, *, attempts: int = 0) -> None:
    """As a worker leaves it."""
    with db.transaction() as session:
        session.execute(sa.update(Alert).where(Alert.id == row.id).values(state=state.value, attempts=attempts))


def sent(purpose: alert.Purpose) -> list[str]:
    return sorted(one.address for one in rows(Alert, Alert.purpose == purpose.value))


def test_new_items_are_one_message_a_platform_and_a_batch_of_their_own(
    declared: Declare, by: Callable[[], dict[str, Any]], clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    done = declared(audience={"affected": True})
    clock.advance(minutes=10)
    added = add_items.add(
        done.ref,
        [
            GivenItem(url="https://pixelly.example/watch/1#t=90"),
            GivenItem(url="https://pixelly.example/watch/2"),
            GivenItem(url="https://pixelly.example/watch/3"),
            GivenItem(url="https://p-002.example/x"),
        ],
        **by(),
    )
    assert (added.batch, added.target_at - added.named_at) == (2, timedelta(hours=1))
    assert dict(added.counts) == {"notices": 2, "alerts": 2, "items": 3, "merged_items": 1, "unrouted_items": 0}
    assert sent(alert.Purpose.ITEMS) == ["crisis@pixelly.example"]
    assert sent(alert.Purpose.FIRST) == ["crisis@p-002.example", "crisis@pixelly.example"]
    assert sorted(one.ladder for one in rows(Timer)) == [
        "outcome:1",
        "outcome:2",
        "outcome:2",
        "silence:1",
        "silence:2",
    ]
    assert [one.why for one in rows(Spelling)] == ["named in this incident before"]
    with pytest.raises(errors.InvalidInput, match="already"):
        add_items.add(done.ref, [GivenItem(url="https://pixelly.example/watch/2")], **by())


def test_an_unrouted_item_is_asked_of_the_platform_that_the_officer_names(
    declared: Declare, by: Callable[[], dict[str, Any]]
) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"url": "https://pixelly.example/1"}, {"url": "https://mirror.example/1"}])
    waiting = rows(Item, Item.host == "mirror.example")[0]
    assert assign.assign(done.ref, waiting.id, "p-002", **by()) == 2
    entries = rows(NoticeItem, NoticeItem.item_id == waiting.id)
    assert [one.reason for one in entries] == ["assigned"]
    assert rows(Notice, Notice.platform_name == "Platform 002")[0].ask == "act"
    assert sent(alert.Purpose.ITEMS) == ["crisis@p-002.example"]
    assert len(rows(Batch)) == 2
    with pytest.raises(errors.Conflict):
        assign.assign(done.ref, waiting.id, "p-002", **by())


def test_a_correction_goes_to_exactly_those_who_had_the_item(
    declared: Declare, by: Callable[[], dict[str, Any]], room: KeepingRoom
) -> None:
    samples.add(*samples.registry(3))
    done = declared(items=[{"url": "https://pixelly.example/1"}, {"url": "https://p-002.example/1"}])
    deliver.drain(MAIL, room=room)
    wrong = rows(Item, Item.host == "pixelly.example")[0]
    assert withdraw.withdraw(done.ref, wrong.id, reason="A memorial page", **by()) == 1
    assert sent(alert.Purpose.CORRECTION) == ["crisis@pixelly.example"]
    assert {one.platform_name: one.state for one in rows(Notice)} == {
        "Pixelly": "withdrawn",
        "Platform 002": "awaiting",
        "Platform 003": "awaiting",
    }
    deliver.drain(MAIL, room=room)
    correction = room.sender.sent[-1].payload
    assert b"pixelly.example/1" not in correction
    with pytest.raises(errors.Conflict):
        withdraw.withdraw(done.ref, wrong.id, reason="again", **by())


def test_an_update_reaches_everyone_who_was_asked(
    declared: Declare, by: Callable[[], dict[str, Any]], room: KeepingRoom
) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"url": "https://pixelly.example/1"}])
    deliver.drain(MAIL, room=room)
    assert update.send(done.ref, "A second variant is mirrored.", **by()).told == 1  # the other is only informed
    with pytest.raises(errors.InvalidInput):
        update.send(done.ref, "  ", **by())


def test_a_stand_down_cancels_what_is_unsent_and_tells_those_alerted(
    declared: Declare, by: Callable[[], dict[str, Any]], room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(3))
    done = declared(items=[{"sha256": samples.SHA256}])
    room.sender.dies_after = None
    first = rows(Alert)[0]
    room.sender.answer = lambda envelope: (
        alert.Outcome.ACCEPTED if envelope.alert_id == first.id else alert.Outcome.TEMPORARY
    )
    deliver.drain(MAIL, room=room)
    clock.advance(seconds=1)
    ended = stand_down.stand_down(done.ref, "The spread has stopped.", **by())
    assert (ended.told, ended.cancelled) == (3, 2)
    assert rows(Incident)[0].state == "stood_down"
    assert {one.state for one in rows(Timer)} == {"cancelled"}
    assert {one.expires_at for one in rows(Link)} == {clock.now() + timedelta(hours=24)}
    with pytest.raises(errors.WrongState):
        stand_down.stand_down(done.ref, "again", **by())
    with pytest.raises(errors.WrongState):
        add_items.add(done.ref, [GivenItem(url="https://pixelly.example/9")], **by())


def test_nobody_hears_of_a_stand_down_who_never_heard_of_the_incident(
    declared: Declare, by: Callable[[], dict[str, Any]]
) -> None:
    samples.add(*samples.registry(2))
    done = declared()
    ended = stand_down.stand_down(done.ref, "Declared by mistake.", **by())
    assert (ended.told, ended.cancelled) == (0, 2)


def test_a_stand_down_tells_whoever_may_be_reached_at_this_moment(
    declared: Declare, by: Callable[[], dict[str, Any]]
) -> None:
    samples.add(*samples.registry(3))
    done = declared(items=[{"sha256": samples.SHA256}])
    claimed, started, _planned = rows(Alert)
    put(claimed, alert.State.CLAIMED)
    put(started, alert.State.STARTED, attempts=1)
    assert stand_down.stand_down(done.ref, "The spread has stopped.", **by()).told == 2
    assert sent(alert.Purpose.STAND_DOWN) == sorted([claimed.address, started.address])


def test_a_correction_goes_to_whoever_may_be_reached_at_this_moment(
    declared: Declare, by: Callable[[], dict[str, Any]]
) -> None:
    samples.add(*samples.registry(3))
    done = declared(items=[{"sha256": samples.SHA256}])
    claimed, started, _planned = rows(Alert)
    put(claimed, alert.State.CLAIMED)
    put(started, alert.State.STARTED, attempts=1)
    assert withdraw.withdraw(done.ref, rows(Item)[0].id, reason="A memorial page", **by()) == 2
    assert sent(alert.Purpose.CORRECTION) == sorted([claimed.address, started.address])


def test_who_is_claimed_while_the_incident_is_stood_down_is_told(
    declared: Declare, by: Callable[[], dict[str, Any]], desk_db: AppContext
) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"sha256": samples.SHA256}])
    app, ended = desk_db.app, []

    def end() -> None:
        with app.app_context():
            ended.append(stand_down.stand_down(done.ref, "The spread has stopped.", **by()))

    ending = threading.Thread(target=end)
    with db.transaction() as session:  # a worker that has not committed yet
        session.execute(sa.update(Alert).values(state=alert.State.STARTED.value, attempts=1))
        ending.start()
        ending.join(0.3)  # it waits for the worker
        assert ended == []
    ending.join(10)
    assert [(one.told, one.cancelled) for one in ended] == [(2, 0)]


def test_what_the_stand_down_cancelled_goes_on_after_a_reactivation(
    declared: Declare, by: Callable[[], dict[str, Any]], room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"sha256": samples.SHA256}])
    stand_down.stand_down(done.ref, "Too early.", **by())
    assert deliver.drain(MAIL, room=room).attempted == 0
    clock.advance(minutes=1)
    reactivate.reactivate(done.ref, "It goes on.", **by())
    assert deliver.drain(MAIL, room=room).attempted == 2
    assert {one.state for one in rows(Timer)} == {"armed"}
    assert {one.expires_at for one in rows(Link)} == {None}


def test_a_call_that_reached_somebody_acknowledges_by_name(declared: Declare, clock: FakeClock) -> None:
    phone = samples.endpoint("+3225550123", channel="phone")
    who = samples.contact(endpoints=["crisis@pixelly.example", phone])
    samples.add(samples.platform(contacts=[who]))
    done = declared()
    asked = rows(Notice)[0]
    made = {"now": clock.now(), "actor": "cli"}
    call.record_call(done.ref, asked.id, phone.id, call.Outcome.NO_ANSWER, **made)
    assert rows(Notice)[0].state == "awaiting"
    call.record_call(done.ref, asked.id, phone.id, call.Outcome.REACHED, name="C. Roux", **made)
    assert (rows(Notice)[0].state, rows(Notice)[0].acknowledged_by) == ("acknowledged", "C. Roux")
    with pytest.raises(errors.NotFound):
        call.record_call(done.ref, asked.id, who.endpoints[0].id, call.Outcome.REACHED, **made)
    with pytest.raises(errors.InvalidInput):
        call.record_call(done.ref, asked.id, phone.id, call.Outcome.NO_ANSWER, name="C. Roux", **made)


def test_an_exercise_takes_no_real_host_by_any_door(declared: Declare, by: Callable[[], dict[str, Any]]) -> None:
    samples.add(*samples.registry(1))
    done = declared(exercise=True)
    with pytest.raises(errors.InvalidInput, match="may be real"):
        add_items.add(done.ref, [GivenItem(url="https://video.com/1")], **by())
    assert len(rows(Batch)) == 1
