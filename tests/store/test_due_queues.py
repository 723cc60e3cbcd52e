"""For which queues the metronome rings, on both databases."""

import pytest
import sqlalchemy as sa

from crisis import config
from crisis.domain import alert, declaration
from crisis.domain.delivery import LEASE
from crisis.notify import addresses
from crisis.store import alerts, db
from crisis.store.models import Alert
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock

pytestmark = pytest.mark.usefixtures("desk_db")

MAIL, OTHER = alert.Queue.MAIL, alert.Queue.OTHER


@pytest.fixture
def two_mails(settings: config.Settings, clock: FakeClock) -> None:
    samples.add(*samples.registry(2))
    body = samples.declaration(items=[{"sha256": samples.SHA256}])
    parsed = declaration.parse(body, now=clock.now(), to_ascii=addresses.to_ascii)
    declare.declare(parsed, settings=settings, now=clock.now(), actor="cli")


def due(clock: FakeClock) -> list[alert.Queue]:
    with db.reading() as session:
        return alerts.due_queues(session, clock.now())


def change(**values: object) -> None:
    with db.transaction() as session:
        session.execute(sa.update(Alert).values(**values).execution_options(synchronize_session=False))


def test_a_queue_is_due_while_one_of_its_alerts_is(two_mails: None, clock: FakeClock) -> None:
    assert due(clock) == [MAIL]
    with db.transaction() as session:
        first = session.scalars(sa.select(Alert).order_by(Alert.id).limit(1)).one()
        first.queue = OTHER.value
    assert due(clock) == list(alert.Queue)
    change(due_at=clock.now().replace(year=2030))
    assert due(clock) == []


@pytest.mark.parametrize("starts", [False, True])
def test_what_is_held_is_due_again_when_its_lease_has_run_out(two_mails: None, clock: FakeClock, starts: bool) -> None:
    with db.transaction() as session:
        alerts.claim(session, MAIL, owner="worker@tests/1/1", now=clock.now(), limit=9, at_once=starts)
    assert due(clock) == []
    clock.advance(LEASE)
    assert due(clock) == [MAIL]
    change(state="accepted", ended_at=clock.now())
    assert due(clock) == []
