"""Who holds what of a queue: the leases of other processes that were given or renewed lately."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.domain.delivery import LEASE
from crisis.domain.helping import ALIVE, Hold
from crisis.store import alerts
from crisis.store.models import Alert


def of_others(session: Session, queue: alert.Queue, *, owner: str, now: datetime) -> list[Hold]:
    """By provider, what processes other than ``owner`` hold; they were alive a moment ago."""
    query = (
        sa.select(Alert.provider, sa.func.count(), sa.func.max(Alert.started_at))
        .where(
            alerts.OPEN,
            Alert.queue == queue.value,
            Alert.state.in_(alerts.LEASED),
            Alert.lease_until > now + LEASE - ALIVE,
            Alert.owner != owner,
        )
        .group_by(Alert.provider)
        .order_by(Alert.provider)
    )
    return [Hold(*row) for row in session.execute(query)]
