"""Results as they are written: each to its attempt and its alert, and apart from those that came too late."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from crisis.domain import alert, provider
from crisis.domain.delivery import Claimed, Ended, Started
from crisis.store import alerts, attempts, db
from crisis.store.models import Alert, Attempt
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


def taken(queue: alert.Queue, clock: FakeClock) -> list[Claimed]:
    """All that is due on a queue, started."""
    with db.transaction() as session:
        return alerts.claim(session, queue, owner="tests", now=clock.now(), limit=100, at_once=True).held


def ended(one: Claimed, clock: FakeClock, *, remote_id: str) -> Ended:
    """That it was accepted a moment later."""
    at = clock.now() + timedelta(milliseconds=7)
    said = {"detail": 'said "yes" \\ {ümläut}', "size": 4000, "sha256": "0" * 64, "code": 250, "remote_id": remote_id}
    outcome, state = alert.Outcome.ACCEPTED, alert.State.ACCEPTED
    return Ended(Started(one, clock.now()), outcome, state, at, None, evidence="our_relay", **said)


def test_each_is_written_to_its_attempt_and_its_alert(declared: Declare, clock: FakeClock) -> None:
    samples.add(*samples.registry(3))
    declared(items=[{"sha256": samples.SHA256}])
    held = taken(alert.Queue.MAIL, clock)
    with db.transaction() as session:
        done = attempts.finish(session, [ended(one, clock, remote_id=f"Q{one.address}") for one in held])
    assert [one.claimed.id for one in done.moved] == [one.id for one in held]
    assert done.late == []
    at = clock.now() + timedelta(milliseconds=7)
    found = {one.alert_id: one for one in rows(Attempt)}
    for row in rows(Alert):
        attempt = found[row.id]
        assert attempt.detail == row.detail == 'said "yes" \\ {ümläut}'
        assert (row.state, row.accepted_at, row.ended_at, row.evidence) == ("accepted", at, at, "our_relay")
        assert (attempt.number, attempt.fence, attempt.owner, attempt.started_at) == (1, 1, "tests", clock.now())
        assert (attempt.outcome, attempt.finished_at, attempt.code) == ("accepted", at, 250)
        assert (attempt.size, attempt.sha256, attempt.remote_id) == (4000, "0" * 64, f"Q{row.address}")


def test_those_that_come_too_late_are_told_from_the_others(declared: Declare, clock: FakeClock) -> None:
    samples.add(*samples.registry(5))
    declared(items=[{"sha256": samples.SHA256}])
    held = taken(alert.Queue.MAIL, clock)
    with db.transaction() as session:
        session.execute(sa.update(Alert).where(Alert.id == held[1].id).values(fence=7))
        session.execute(sa.update(Alert).where(Alert.id == held[3].id).values(state="unknown"))
    with db.transaction() as session:
        done = attempts.finish(session, [ended(one, clock, remote_id="Q") for one in held])
    assert [one.claimed.id for one in done.moved] == [held[place].id for place in (0, 2, 4)]
    assert [one.claimed.id for one in done.late] == [held[1].id, held[3].id]
    assert {one.alert_id for one in rows(Attempt)} == {one.claimed.id for one in done.moved}
    assert {one.id for one in rows(Alert, Alert.state == "accepted")} == {one.claimed.id for one in done.moved}


def test_an_alert_keeps_the_name_by_which_a_providers_receipt_finds_it_and_a_mail_has_none(
    declared: Declare, clock: FakeClock
) -> None:
    url = "https://hooks.example/1"
    hook = samples.endpoint(url, channel="webhook", provider=provider.of(alert.Channel.WEBHOOK, url))
    reached = samples.contact(endpoints=["desk@p1.example", hook])
    samples.add(samples.platform("p-001", name="p1.example", domains=("p1.example",), contacts=[reached]))
    declared(items=[{"sha256": samples.SHA256}])
    held = [*taken(alert.Queue.MAIL, clock), *taken(alert.Queue.OTHER, clock)]
    assert [one.channel for one in held] == ["email", "webhook"]
    with db.transaction() as session:
        attempts.finish(session, [ended(one, clock, remote_id=f"id-{one.channel}") for one in held])
    assert {one.channel: one.remote_id for one in rows(Alert)} == {"email": None, "webhook": "id-webhook"}
    assert {one.remote_id for one in rows(Attempt)} == {"id-email", "id-webhook"}
