"""Receive a receipt of a provider, and settle those that came before their alert was ready for them."""

from datetime import datetime, timedelta

from sqlalchemy.exc import IntegrityError

from crisis.domain import receipt
from crisis.store import db, receipts
from crisis.store import records as record
from crisis.store.models import Receipt

#: How long a receipt waits for an alert with its id: a provider can be faster than our own commit.
PATIENCE = timedelta(minutes=10)

_AT_ONCE = 200


def take(said: receipt.Receipt, *, now: datetime) -> bool:
    """Keep what a provider said and let it move its alert, now or by ``settle``; whether it was new."""
    try:
        with db.transaction() as session:
            row = receipts.keep(session, said, now=now)
            if row is None:
                return False
            moved = receipts.settle(session, row, given_up=False, now=now)
            if moved is not None:
                record.append(session, str(moved[0]), [moved[1]], now=now)
    except IntegrityError:  # the same receipt arrives twice at this moment
        return False
    return True


def settle(*, now: datetime) -> int:
    """Try those that wait once more; returns how many wait no longer. The metronome calls it."""
    with db.reading() as session:
        waiting = receipts.waiting(session, limit=_AT_ONCE)
    settled = 0
    for one in waiting:
        with db.transaction() as session:
            row = session.get(Receipt, one)
            if row is None or row.settled_at is not None:
                continue
            moved = receipts.settle(session, row, given_up=now - row.received_at > PATIENCE, now=now)
            settled += row.settled_at is not None
            if moved is not None:
                record.append(session, str(moved[0]), [moved[1]], now=now)
    return settled
