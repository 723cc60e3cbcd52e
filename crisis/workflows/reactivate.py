"""Reactivate an incident that was stood down too early: what was cancelled goes on, those told are told again."""

from collections.abc import Mapping
from datetime import datetime

from crisis import errors
from crisis.config import Settings
from crisis.domain import alert, incident, notice, records
from crisis.notify import messages, writer
from crisis.store import alerts, db, fan_out_facts, incidents, keys, notices, recipients, rounds, timers
from crisis.store import links as link_rows
from crisis.store import records as record
from crisis.store.models import Update


def reactivate(ref: str, reason: str, *, settings: Settings, now: datetime, actor: str) -> None:
    """Make a stood-down incident declared again. Targets stay as they were. The caller rings.

    Raises:
        NotFound: no such incident.
        WrongState: it is not stood down.
        InvalidInput: no reason was given.
    """
    if not reason.strip():
        raise errors.InvalidInput("Say why the incident is active again.", fields={"reason": "required"})
    with db.transaction() as session:
        owner = incidents.by_ref(session, ref, lock=True)
        owner.state = incident.advance(incident.State(owner.state), incident.Event.REACTIVATE).value
        ended_at = owner.stood_down_at or now
        owner.stood_down_at = None
        owner.stand_down_reason = None
        again = Update(id=keys.new(), incident_id=owner.id, text=reason.strip(), sent_at=now, sent_by=actor)
        session.add(again)
        session.flush()
        to_tell = recipients.alerted(session, owner.id)
        resumed = alerts.resume(session, owner.id, cancelled_at=ended_at, now=now)
        unfinished = [
            one.id
            for one in notices.of_incident(session, owner.id).values()
            if notice.State(one.state) not in notice.FINISHED
        ]
        timers.resume(session, owner.id, unfinished, cancelled_at=ended_at)
        drafts = rounds.plan(
            session,
            owner,
            messages.with_text(to_tell, reason.strip()),
            writer=writer.of(owner, settings, now=now),
            cause=f"update:{again.id}",
            purpose=alert.Purpose.UPDATE,
        )
        link_rows.expire(session, owner.id, at=None)
        happened: list[tuple[records.Kind, Mapping[str, object]]] = [
            (records.Kind.INCIDENT_REACTIVATED, {"ref": ref}),
            *([(records.Kind.ALERTS_RESUMED, {"alerts": [str(one) for one in resumed]})] if resumed else []),
            (records.Kind.UPDATE_SENT, {"update": str(again.id)}),
            *fan_out_facts.planned(drafts),
        ]
        record.append(session, str(owner.id), [record.Fact(kind, actor, now, body) for kind, body in happened], now=now)
