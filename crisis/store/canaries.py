"""Probes as rows: alerts without an incident, planned like any other, forgotten after a day."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from crisis.domain import alert, canary, provider
from crisis.domain.outgoing import Text
from crisis.store import alerts, db, keys
from crisis.store.models import Alert, Attempt, Mail, Message, Receipt

_ROUND, _ASK, _LANGUAGE = "canary", "inform", "en"
_BY_SINK = "sink"  # who says that it arrived


def plan(
    session: Session, sink: canary.Sink, text: Text, slots: Mapping[str, str], *, cause: str, now: datetime
) -> UUID:
    """Plan one probe, to be sent at once by the same way as every alert; returns its id."""
    probe_id = keys.new()
    session.execute(
        sa.insert(Alert),
        [
            {
                "id": probe_id,
                "message_id": _message(session, sink.channel, text, now=now),
                "cause": f"{cause}{now:%Y%m%dT%H%M%S}",
                "purpose": alert.Purpose.TEST.value,
                "channel": sink.channel.value,
                "queue": alert.queue(sink.channel).value,
                "provider": provider.of(sink.channel, sink.address),
                "address": _address(sink, probe_id),
                "contact_name": "",
                "slots": dict(slots),
                "state": alert.State.PLANNED.value,
                # before everything: behind ten thousand it would say nothing of whether the line lives
                "priority": alert.priority(alert.Purpose.CORRECTION),
                "planned_at": now,
                "due_at": now,
                "fence": 0,
                "attempts": 0,
                "possible_repeat": False,
            }
        ],
    )
    return probe_id


def replace_older(session: Session, channel: alert.Channel, *, now: datetime) -> None:
    """Cancel the channel's probes that are still unsent: a new one says more than an old one."""
    alerts.cancel(
        session,
        Alert.incident_id.is_(None),
        Alert.channel == channel.value,
        Alert.cause.startswith(canary.CAUSE, autoescape=True),
        now=now,
    )


def arrive(session: Session, probe_id: UUID, *, now: datetime) -> bool:
    """Note that a probe has come back to the desk; whether it is one, and came for the first time."""
    arrived = session.execute(
        sa.update(Alert)
        .where(Alert.id == probe_id, Alert.incident_id.is_(None), Alert.delivered_at.is_(None))
        .values(delivered_at=now, delivered_by=_BY_SINK)
        .execution_options(synchronize_session=False)
    )
    return bool(arrived.rowcount)  # type: ignore[attr-defined]


def by_id(session: Session, probe_id: UUID) -> canary.Probe | None:
    """One probe as it stands."""
    row = session.get(Alert, probe_id)
    if row is None or row.incident_id is not None:
        return None
    channel, state = alert.Channel(row.channel), alert.State(row.state)
    return canary.Probe(channel, state, row.planned_at, row.accepted_at, row.delivered_at, row.detail or "")


def forget_old(session: Session, *, before: datetime) -> None:
    """Delete the probes planned before then, with their attempts and what came back of them."""
    old = sa.select(Alert.id).where(
        Alert.incident_id.is_(None),
        Alert.planned_at < before,
        sa.or_(
            Alert.cause.startswith(canary.CAUSE, autoescape=True),
            Alert.cause.startswith(canary.PREFLIGHT_CAUSE, autoescape=True),
        ),
    )
    ids = list(session.scalars(old))
    if ids:
        session.execute(sa.delete(Mail).where(Mail.alert_id.in_(ids)))
        session.execute(sa.delete(Receipt).where(Receipt.alert_id.in_(ids)))
        session.execute(sa.delete(Attempt).where(Attempt.alert_id.in_(ids)))
        session.execute(sa.delete(Alert).where(Alert.id.in_(ids)))


def _address(sink: canary.Sink, probe_id: UUID) -> str:
    return db.vault().seal(sink.address, probe_id) if sink.channel is alert.Channel.APPRISE else sink.address


def _message(session: Session, channel: alert.Channel, text: Text, *, now: datetime) -> UUID:
    """The message of all probes of a channel; a new one when its words have changed."""
    query = (
        sa.select(Message.id)
        .where(
            Message.incident_id.is_(None),
            Message.round == _ROUND,
            Message.channel == channel.value,
            Message.subject == text.subject,
            Message.text == text.text,
        )
        .limit(1)
    )
    found = session.scalars(query).one_or_none()
    if found is not None:
        return found
    message = Message(
        id=keys.new(),
        round=_ROUND,
        ask=_ASK,
        language=_LANGUAGE,
        channel=channel.value,
        subject=text.subject,
        text=text.text,
        html=text.html,
        created_at=now,
    )
    session.add(message)
    session.flush()
    return message.id
