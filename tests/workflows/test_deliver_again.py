"""Delivering what has become needless, out of turn, or answered after its time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from crisis.domain import alert, notice, provider
from crisis.domain.delivery import LEASE, Lost
from crisis.notify.sender import Envelope
from crisis.store import alerts, attempts, db
from crisis.store.models import Alert, Attempt, Endpoint, Event, Incident, Notice, Platform, Timer
from crisis.workflows import declare, deliver, stand_down
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.parts.sending import KeepingRoom, KeepingSender

Declare = Callable[..., declare.Declared]
MAIL, OTHER = alert.Queue.MAIL, alert.Queue.OTHER
WEBHOOK = alert.Channel.WEBHOOK

pytestmark = pytest.mark.usefixtures("desk_db")

HASH = [{"sha256": samples.SHA256}]


def change(model: type, **values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(model).values(**values).execution_options(synchronize_session=False))


def kinds(incident_id: UUID) -> list[str]:
    return [one.kind for one in rows(Event, Event.stream == str(incident_id))]


def hook(number: int, url: str) -> Platform:
    """A platform with one webhook."""
    name = f"p{number}.example"
    reached = samples.contact(endpoints=[samples.endpoint(url, channel="webhook", provider=provider.of(WEBHOOK, url))])
    return samples.platform(f"p-{number:03}", name=name, domains=(name,), contacts=[reached])


def states() -> list[str]:
    return sorted(one.state for one in rows(Alert))


def test_the_claim_cancels_what_belongs_to_an_incident_that_is_stood_down(declared: Declare, room: KeepingRoom) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=HASH)
    change(Incident, state="stood_down")
    assert deliver.drain(MAIL, room=room).attempted == 0
    assert states() == ["cancelled", "cancelled"]
    assert "alerts.cancelled" in kinds(done.incident_id)
    assert room.sender.sent == []


def test_the_claim_cancels_what_goes_to_an_endpoint_that_was_retired(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    declared(items=HASH)
    with db.transaction() as session:
        first = session.scalars(sa.select(Endpoint).order_by(Endpoint.id).limit(1)).one()
        first.retired_at = clock.now()
    assert deliver.drain(MAIL, room=room).attempted == 1
    assert states() == ["accepted", "cancelled"]


def test_the_claim_cancels_what_an_answer_has_made_needless_and_nothing_else(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    declared(items=HASH)
    with db.transaction() as session:
        first, second = session.scalars(sa.select(Alert).order_by(Alert.id)).all()
        first.purpose = second.purpose = alert.Purpose.ESCALATION.value
        session.get_one(Notice, first.notice_id).acknowledged_at = clock.now() + timedelta(seconds=1)
    deliver.drain(MAIL, room=room)
    found = {one.id: one.state for one in rows(Alert)}
    assert (found[first.id], found[second.id]) == ("cancelled", "accepted")


def test_a_first_alert_goes_on_though_another_contact_of_the_platform_has_answered(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    declared()
    change(Notice, acknowledged_at=clock.now() + timedelta(seconds=1), state=notice.State.ACKNOWLEDGED.value)
    assert deliver.drain(MAIL, room=room).attempted == 1


def test_what_was_held_is_looked_at_again_when_it_goes_on_the_wire(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    declared(items=HASH)
    with db.transaction() as session:
        held = alerts.claim(session, MAIL, owner=room.owner, now=clock.now(), limit=10).held
    change(Incident, state="stood_down")
    with db.transaction() as session:
        taken = alerts.start(session, held, owner=room.owner, now=clock.now())
    assert (len(taken.held), len(taken.cancelled)) == (0, 2)
    assert {one.attempts for one in rows(Alert)} == {0}


def test_a_stand_down_never_overtakes_an_alert_to_the_same_endpoint(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=HASH)
    with db.transaction() as session:  # one is on the wire of another worker, one has been accepted
        started, ended = session.scalars(sa.select(Alert).order_by(Alert.id)).all()
        started.state, started.lease_until, started.attempts = "started", clock.now() + LEASE, 1
        started.owner = "mail@tests/boot-9/9"
        ended.state, ended.attempts = "accepted", 1
    stand_down.stand_down(done.ref, "Over.", settings=room.settings, now=clock.now(), actor="cli")
    assert deliver.drain(MAIL, room=room).attempted == 1
    assert [one.address for one in room.sender.sent] == [ended.address]
    change(Alert, state=sa.case((Alert.id == started.id, "accepted"), else_=Alert.state))
    assert deliver.drain(MAIL, room=room).attempted == 1
    assert {one.address for one in room.sender.sent} == {started.address, ended.address}


def test_a_result_after_its_lease_is_kept_and_moves_nothing(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    declared()
    second = KeepingRoom(room.settings, clock, KeepingSender(), owner="mail@tests/boot-2/2")

    def _slow(_: Envelope) -> alert.Outcome:
        clock.advance(LEASE + timedelta(seconds=1))
        deliver.drain(MAIL, room=second)  # meanwhile somebody else takes it over
        return alert.Outcome.PERMANENT

    room.sender.answer = _slow
    deliver.drain(MAIL, room=room)
    first, repeat = sorted(rows(Attempt), key=lambda one: one.number)
    assert (first.outcome, first.late_outcome, first.late_detail) == ("unknown", "permanent", "250 kept")
    assert first.late_at is not None
    assert (repeat.outcome, repeat.late_outcome) == ("accepted", None)
    assert states() == ["accepted"]


def test_a_dead_provider_delays_no_other(declared: Declare, room: KeepingRoom) -> None:
    dead = [f"https://hooks.dead.example/{number}" for number in range(100)]
    alive = [f"https://hooks-{number}.alive.example/" for number in range(50)]
    samples.add(*(hook(number, url) for number, url in enumerate(dead + alive, start=1)))
    declared(items=HASH)
    room.sender.room = lambda provider: 0 if "dead" in provider else 8  # type: ignore[method-assign]
    drained = deliver.drain(OTHER, room=room, budget_seconds=1.0)
    assert drained == deliver.Drained(attempted=50, more=True)
    assert sorted(room.addresses()) == sorted(alive)
    assert states() == ["accepted"] * 50 + ["planned"] * 100


def test_a_failed_first_alert_lets_the_ladder_go_on_at_once(
    declared: Declare, room: KeepingRoom, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    declared()
    room.sender.answer = lambda _: alert.Outcome.PERMANENT
    deliver.drain(MAIL, room=room)
    (armed,) = [one for one in rows(Timer) if one.ladder.startswith("silence") and one.state == "armed"]
    assert armed.due_at == clock.now()


@pytest.mark.parametrize(("a_look_takes", "looks"), [(0.0, 20), (0.005, 20), (0.02, 10), (0.05, 4), (30.0, 4)])
def test_looking_for_what_was_lost_takes_a_hundredth_of_the_time_and_is_never_given_up(
    room: KeepingRoom, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, a_look_takes: float, looks: int
) -> None:
    ticks, seen = [0.0], []
    look = attempts.lose_expired

    def slow(*given: Any, **named: Any) -> list[Lost]:
        ticks[0] += a_look_takes
        seen.append(clock.now())
        return look(*given, **named)

    monkeypatch.setattr(attempts, "lose_expired", slow)
    drain = deliver.Drain(MAIL, room=room, ticks=lambda: ticks[0])
    for _ in range(20):
        drain.turn([], stop=False)
        clock.advance(seconds=1)
    assert len(seen) == looks
