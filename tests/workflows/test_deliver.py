"""Delivering: everything due goes out once, and what dies in between is only repeated, never lost."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crisis.domain import alert
from crisis.domain.delivery import LEASE
from crisis.notify.sender import Envelope
from crisis.store import alerts, db
from crisis.store.models import Alert, Attempt, Event, Timer
from crisis.workflows import declare, deliver
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import Died, KeepingRoom, KeepingSender

Declare = Callable[..., declare.Declared]
MAIL = alert.Queue.MAIL

pytestmark = pytest.mark.usefixtures("desk_db")


def states() -> dict[str, int]:
    with db.reading() as session:
        query = sa.select(Alert.state, sa.func.count()).group_by(Alert.state)
        return dict(session.execute(query).all())


def test_what_is_due_is_sent_once_and_its_acceptance_recorded(declared: Declare, room: KeepingRoom) -> None:
    samples.add(*samples.registry(5))
    done = declared(items=[{"sha256": samples.SHA256}])
    assert deliver.drain(MAIL, room=room) == deliver.Drained(attempted=5, more=False)
    assert deliver.drain(MAIL, room=room) == deliver.Drained(attempted=0, more=False)
    assert sorted(room.addresses()) == [
        "crisis@p-002.example",
        "crisis@p-003.example",
        "crisis@p-004.example",
        "crisis@p-005.example",
        "crisis@pixelly.example",
    ]
    assert states() == {"accepted": 5}
    attempts = rows(Attempt)
    assert [one.outcome for one in attempts] == ["accepted"] * 5
    assert attempts[0].sha256 is not None
    assert rows(Event, Event.stream == str(done.incident_id), Event.kind == "alerts.accepted")


def test_a_temporary_refusal_is_tried_again_and_given_up_at_the_cap(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    declared()
    room.sender.answer = lambda _: alert.Outcome.TEMPORARY
    attempted = [deliver.drain(MAIL, room=room).attempted]
    for seconds in (3, 11, 31, 600):
        clock.advance(seconds=seconds)
        attempted.append(deliver.drain(MAIL, room=room).attempted)
    assert attempted == [1, 1, 1, 1, 0]
    assert states() == {"failed": 1}
    assert [one.number for one in rows(Attempt)] == [1, 2, 3, 4]


def test_a_failure_tells_the_officer_once(declared: Declare, room: KeepingRoom) -> None:
    samples.add(*samples.registry(1))
    declared()
    room.sender.answer = lambda _: alert.Outcome.PERMANENT
    deliver.drain(MAIL, room=room)
    assert [(one.ladder, one.action) for one in rows(Timer, Timer.ladder == "failure")] == [("failure", "tell_failed")]


def test_a_worker_that_dies_after_the_wire_leaves_unknown_and_the_same_bytes_go_again(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(3))
    declared(items=[{"sha256": samples.SHA256}])
    room.sender.dies_after = 2
    with pytest.raises(Died):
        deliver.drain(MAIL, room=room)
    assert states() == {"started": 3}

    clock.advance(LEASE + timedelta(seconds=1))
    second = KeepingRoom(room.settings, clock, KeepingSender(), owner="mail@tests/boot-2/9")
    assert deliver.drain(MAIL, room=second).attempted == 3
    assert states() == {"accepted": 3}
    assert {one.possible_repeat for one in rows(Alert)} == {True}
    repeated = {one.alert_id: one.payload for one in second.sender.sent}
    assert all(repeated[one.alert_id] == one.payload for one in room.sender.sent)
    assert sorted(one.outcome for one in rows(Attempt)) == ["accepted"] * 3 + ["unknown"] * 3


def test_a_result_that_leaves_open_whether_it_arrived_marks_the_next_one_as_a_possible_repeat(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    declared(items=[{"sha256": samples.SHA256}])
    first = rows(Alert)[0].id
    room.sender.answer = lambda one: alert.Outcome.UNKNOWN if one.alert_id == first else alert.Outcome.TEMPORARY
    deliver.drain(MAIL, room=room)
    assert {one.id for one in rows(Alert) if one.possible_repeat} == {first}
    room.sender.answer = lambda _: alert.Outcome.ACCEPTED
    clock.advance(seconds=30)
    assert deliver.drain(MAIL, room=room).attempted == 2
    assert states() == {"accepted": 2}
    assert {one.id for one in rows(Alert) if one.possible_repeat} == {first}


def test_a_start_frees_what_earlier_boots_of_its_node_held(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    declared(items=[{"sha256": samples.SHA256}])
    room.sender.dies_after = 0
    with pytest.raises(Died):
        deliver.drain(MAIL, room=room)
    with db.transaction() as session:
        assert alerts.free_earlier_boots(session, node="mail@tests", boot="boot-2", now=clock.now()) == 2
    second = KeepingRoom(room.settings, clock, KeepingSender(), owner="mail@tests/boot-2/2")
    assert deliver.drain(MAIL, room=second).attempted == 2


def test_a_result_with_an_old_fence_changes_nothing(declared: Declare, room: KeepingRoom, clock: FakeClock) -> None:
    samples.add(*samples.registry(1))
    declared()
    second = KeepingRoom(room.settings, clock, KeepingSender(), owner="mail@tests/boot-2/2")

    def _slow(_: Envelope) -> alert.Outcome:
        clock.advance(LEASE + timedelta(seconds=1))
        deliver.drain(MAIL, room=second)  # meanwhile somebody else takes it over
        return alert.Outcome.PERMANENT

    room.sender.answer = _slow
    deliver.drain(MAIL, room=room)
    assert states() == {"accepted": 1}


def test_what_was_cancelled_after_the_claim_is_not_sent(declared: Declare, room: KeepingRoom, clock: FakeClock) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"sha256": samples.SHA256}])
    with db.transaction() as session:
        claimed = alerts.claim(session, MAIL, owner=room.owner, now=clock.now(), limit=10)
        assert len(claimed.held) == 2
        assert len(alerts.cancel_for_incident(session, done.incident_id, now=clock.now())) == 2
    clock.advance(minutes=1)
    assert deliver.drain(MAIL, room=room).attempted == 0
    assert states() == {"cancelled": 2}


@pytest.mark.parametrize(("alerts_due", "called"), [(0, 0), (2, 0), (3, 1), (12, 1)])
def test_the_others_are_called_once_when_there_is_more_than_one_can_take(
    declared: Declare, room: KeepingRoom, monkeypatch: pytest.MonkeyPatch, alerts_due: int, called: int
) -> None:
    monkeypatch.setattr(room.sender, "room", lambda _: 3)
    samples.add(*samples.registry(alerts_due))
    if alerts_due:
        declared(items=[{"sha256": samples.SHA256}])
    calls: list[int] = []
    assert deliver.drain(MAIL, room=room, calls=lambda: calls.append(1)).attempted == alerts_due
    assert len(calls) == called


def test_the_metronome_takes_only_what_is_overdue(declared: Declare, room: KeepingRoom, clock: FakeClock) -> None:
    samples.add(*samples.registry(1))
    declared()
    overdue = timedelta(seconds=5)
    assert deliver.drain(MAIL, room=room, overdue_by=overdue).attempted == 0
    clock.advance(seconds=5)
    assert deliver.drain(MAIL, room=room, overdue_by=overdue).attempted == 1


def test_a_slow_group_is_flushed_in_parts_and_keeps_its_lease(
    declared: Declare, room: KeepingRoom, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_FLUSH_SECONDS", 0)
    samples.add(*samples.registry(5))
    declared(items=[{"sha256": samples.SHA256}])
    second = KeepingRoom(room.settings, clock, KeepingSender(), owner="mail@tests/boot-2/2")
    accepted_meanwhile = []

    def _slow(_: Envelope) -> alert.Outcome:
        clock.advance(seconds=6)
        until = time.monotonic() + 10
        while states().get("accepted", 0) < len(accepted_meanwhile) and time.monotonic() < until:
            time.sleep(0.01)
        accepted_meanwhile.append(states().get("accepted", 0))
        deliver.drain(MAIL, room=second)
        return alert.Outcome.ACCEPTED

    room.sender.answer, room.sender.apart = _slow, True
    deliver.drain(MAIL, room=room)
    assert accepted_meanwhile == [0, 1, 2, 3, 4]
    assert second.sender.sent == []
    assert {one.possible_repeat for one in rows(Alert)} == {False}
