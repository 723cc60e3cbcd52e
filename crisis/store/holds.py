"""Who holds what of a queue: the leases of other processes that were given or renewed lately."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import LEASE
from crisis.domain.helping import Hold
from crisis.store import alerts
from crisis.store.models import Alert

#: A lease that was given or renewed within this time shows a process that lives, for a drain renews its own
#: every 5 s; an older one counts for nothing.
_ALIVE = timedelta(seconds=6)


def of_others(session: Session, queue: alert.Queue, *, owner: str, now: datetime) -> list[Hold]:
    """By provider, what processes other than ``owner`` hold; they were alive a moment ago."""
    columns = Alert.provider, sa.func.count(), sa.func.max(Alert.started_at)
    query = sa.select(*columns).where(*_others(queue, owner=owner, now=now))
    return [Hold(*row) for row in session.execute(query.group_by(Alert.provider).order_by(Alert.provider))]


def is_tended(session: Session, queue: alert.Queue, *, owner: str, now: datetime) -> bool:
    """Whether another process is draining the queue: it has put something on the wire just now.

    Then the metronome leaves it all to that one. What is held is what was most urgent, so in a queue that is
    drained this reads a few rows, where ``of_others`` reads all that is open.
    """
    query = (
        sa.select(Alert.id)
        .where(*_others(queue, owner=owner, now=now), Alert.started_at > now - _ALIVE)
        .order_by(*alerts.BY_URGENCY)
        .limit(1)
    )
    return session.execute(query).first() is not None


def _others(queue: alert.Queue, *, owner: str, now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    alive = Alert.lease_until > now + LEASE - _ALIVE
    return alerts.OPEN, Alert.queue == queue.value, Alert.state.in_(alerts.LEASED), alive, Alert.owner != owner
