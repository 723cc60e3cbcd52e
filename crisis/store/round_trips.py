"""How long messages took lately: the median round trip of each channel."""

import statistics
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store import keys
from crisis.store.models import Alert, Attempt

_LATELY = timedelta(days=1)
_MOST = 2_000  # attempts looked at; a preview must not wait for the history of a large desk


def measured(session: Session, *, now: datetime) -> Mapping[alert.Channel, timedelta]:
    """By channel, of the newest attempts of the last day that were accepted; channels without any are left out."""
    newest = (
        sa.select(Attempt.alert_id, Attempt.started_at, Attempt.finished_at)
        .where(Attempt.id >= keys.first_of(now - _LATELY), Attempt.outcome == alert.Outcome.ACCEPTED.value)
        .order_by(Attempt.id.desc())
        .limit(_MOST)
        .subquery()
    )
    query = sa.select(Alert.channel, newest.c.started_at, newest.c.finished_at).join(
        Alert, Alert.id == newest.c.alert_id
    )
    taken: defaultdict[alert.Channel, list[timedelta]] = defaultdict(list)
    for channel, started_at, finished_at in session.execute(query):
        taken[alert.Channel(channel)].append(finished_at - started_at)
    return {channel: statistics.median_low(ones) for channel, ones in taken.items()}
