"""Stand an incident down: what is unsent is cancelled, those alerted are told, nothing else is stopped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, incident, records
from crisis.notify import messages, writer
from crisis.store import alerts, db, fan_out_facts, incidents, recipients, rounds, timers
from crisis.store import links as link_rows
from crisis.store import records as record

#: A link goes on for this long, so that a late answer is not lost.
LINK_AFTERLIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class StoodDown:
    """What the stand-down did."""

    ref: str
    stood_down_at: datetime
    told: int  # endpoints that are told
    cancelled: int  # alerts that had not left


def _nothing(_session: Session, _done: StoodDown) -> None:
    return None


def stand_down(
    ref: str,
    reason: str,
    *,
    settings: Settings,
    now: datetime,
    actor: str,
    alongside: Callable[[Session, StoodDown], None] = _nothing,
) -> StoodDown:
    """End a declared incident. Answers are still taken; the figures stop at this moment. The caller rings.

    Raises:
        NotFound: no such incident.
        WrongState: it is not declared.
        InvalidInput: no reason was given.
    """
    if not reason.strip():
        raise errors.InvalidInput("Say why the incident is stood down.", fields={"reason": "required"})
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        owner.state = incident.advance(incident.State(owner.state), incident.Event.STAND_DOWN).value
        owner.stood_down_at = now
        owner.stand_down_reason = reason.strip()
        session.flush()
        recipients.hold(session, owner.id)
        to_tell = recipients.alerted(session, owner.id)  # before what is claimed is cancelled
        cancelled = alerts.cancel_for_incident(session, owner.id, now=now)
        timers.cancel_for_incident(session, owner.id, now=now)
        drafts = rounds.plan(
            session,
            owner,
            messages.with_text(to_tell, reason.strip()),
            writer=writer.of(owner, settings, now=now),
            # an incident can be reactivated and stood down again: each time is a round of its own
            cause=f"stand-down:{record.moment(now)}",
            purpose=alert.Purpose.STAND_DOWN,
        )
        link_rows.expire(session, owner.id, at=now + LINK_AFTERLIFE)
        done = StoodDown(ref, now, told=len(drafts), cancelled=len(cancelled))
        alongside(session, done)
        happened: list[tuple[records.Kind, Mapping[str, object]]] = [
            (records.Kind.INCIDENT_STOOD_DOWN, {"ref": ref}),
            *fan_out_facts.cancelled(cancelled, now=now),
            *fan_out_facts.planned(drafts),
        ]
        record.append(session, str(owner.id), [record.Fact(kind, actor, now, body) for kind, body in happened], now=now)
    return done
