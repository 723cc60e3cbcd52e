"""Receipts: kept once each, found their alert, and all of an alert's together moved it where they say."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, receipt, records
from crisis.domain.receipt import Kept
from crisis.store import delivery_facts, keys, timers
from crisis.store.models import Alert, Receipt
from crisis.store.records import Fact, moment

#: What a source calls an alert it knows by its own id, and on which providers that id can be.
_PROVIDERS = {"twilio": "apprise:twilio"}

#: How a receipt ended: it moved its alert, or changed nothing, or no alert of ours has that id.
APPLIED, NOTHING, UNKNOWN = "applied", "nothing", "unknown"


def keep(session: Session, said: receipt.Receipt, *, alert_id: UUID | None = None, now: datetime) -> Receipt | None:
    """Write a receipt down, not settled yet; ``None`` where the same was said before."""
    if session.scalar(sa.select(Receipt.id).where(Receipt.key == said.key)) is not None:
        return None
    row = Receipt(
        id=keys.new(),
        key=said.key,
        source=said.source,
        about=said.about,
        alert_id=alert_id,
        status=said.status.value,
        code=said.code,
        detail=said.detail,
        said_at=said.said_at,
        received_at=now,
        settled_at=None,
        result=None,
    )
    session.add(row)
    session.flush()
    return row


def waiting(session: Session, *, limit: int) -> Sequence[UUID]:
    """Receipts that no alert was found for yet, or whose alert is still on the wire; the oldest first."""
    query = sa.select(Receipt.id).where(Receipt.settled_at.is_(None)).order_by(Receipt.received_at, Receipt.id)
    return session.scalars(query.limit(limit)).all()


def settle(session: Session, row: Receipt, *, given_up: bool, now: datetime) -> tuple[UUID, Fact] | None:
    """Let a receipt move its alert, or leave it to wait; the incident and the fact for its record, if it moved one.

    Args:
        given_up: whether to wait no longer for an alert with that id.
    """
    if row.alert_id is None:
        row.alert_id = _alert_of(session, row.source, row.about)
    if row.alert_id is None:
        if given_up:
            row.settled_at, row.result = now, UNKNOWN
        return None
    query = sa.select(Alert).where(Alert.id == row.alert_id).with_for_update(key_share=True)
    about = session.scalars(query.execution_options(populate_existing=True)).one()
    if alert.State(about.state) in alert.OPEN:  # its own result is not written yet: that goes first
        return None
    moved = _move(session, about, now=now)
    row.settled_at, row.result = now, APPLIED if moved else NOTHING
    session.flush()
    return moved


def _alert_of(session: Session, source: str, about: str) -> UUID | None:
    """The alert of ours that a source means."""
    if source in _PROVIDERS:
        query = sa.select(Alert.id).where(Alert.remote_id == about, Alert.provider == _PROVIDERS[source])
        return session.scalar(query.limit(1))
    try:
        found = session.scalar(sa.select(Alert.id).where(Alert.id == UUID(about)))
    except ValueError:
        found = None
    by_theirs = sa.select(Alert.id).where(Alert.remote_id == about, Alert.channel != alert.Channel.EMAIL.value)
    return found or session.scalar(by_theirs.limit(1))


def _move(session: Session, about: Alert, *, now: datetime) -> tuple[UUID, Fact] | None:
    """Bring an alert, which is locked, to where all of its receipts together say that it is."""
    query = sa.select(Receipt).where(Receipt.alert_id == about.id)
    said = session.scalars(query).all()
    held = receipt.decisive(Kept(one.source, receipt.Status(one.status), one.code, one.said_at) for one in said)
    before = alert.State(about.state)
    if held is None or before is alert.State.CANCELLED:
        return None
    event = receipt.event(held)
    if before is (alert.State.DELIVERED if event is alert.Event.DELIVER else alert.State.FAILED):
        return None
    by = receipt.evidence(held.source).value
    state = alert.advance(before, event)
    about.state, about.ended_at = state.value, now
    delivered = state is alert.State.DELIVERED
    about.delivered_at, about.delivered_by = (now, by) if delivered else (None, None)
    if not delivered:
        detail = next((one.detail for one in said if one.status == held.status and one.code == held.code), "")
        about.detail = f"{held.code} {detail}".strip() if held.code not in detail else detail
        _go_on(session, about, now=now)
    if about.incident_id is None:  # a probe, which is in no record
        return None
    kind = records.Kind.ALERTS_DELIVERED if delivered else records.Kind.ALERTS_FAILED
    body = {"alerts": [[str(about.id), moment(now)]], "by": by, **({"code": held.code} if held.code else {})}
    return about.incident_id, Fact(kind, "desk", now, body)


def _go_on(session: Session, about: Alert, *, now: datetime) -> None:
    """An alert has failed for good: the officer hears of it, and the ladder waits no longer."""
    if about.incident_id is None or about.notice_id is None:
        return
    timers.arm_first(session, delivery_facts.failures([(about.incident_id, about.notice_id)], now=now))
    session.flush()
    timers.hurry(session, about.notice_id, now)
