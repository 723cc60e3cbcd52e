"""Who holds what of a queue: the leases of other processes that were given or renewed lately."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import LEASE
from crisis.domain.helping import ALIVE, Hold
from crisis.store.models import Alert, Attempt

#: Word for word the condition of the index ix_alert_lease, which SQLite uses for nothing else.
_LEASED = sa.text("alert.state IN ('claimed','started')")


def of_others(session: Session, queue: alert.Queue, *, owner: str, now: datetime) -> list[Hold]:
    """By provider, what processes other than ``owner`` hold; they were alive a moment ago."""
    started = (  # row by row, from the index of attempts, however many there are
        sa.select(Attempt.started_at)
        .where(Attempt.alert_id == Alert.id, Attempt.number == Alert.attempts, Attempt.outcome.is_(None))
        .correlate(Alert)
        .scalar_subquery()
    )
    query = (
        sa.select(Alert.provider, sa.func.count(), sa.func.max(started, type_=Attempt.started_at.type))
        .where(_LEASED, Alert.queue == queue.value, Alert.lease_until > now + LEASE - ALIVE, Alert.owner != owner)
        .group_by(Alert.provider)
        .order_by(Alert.provider)
    )
    return [Hold(*row) for row in session.execute(query)]
