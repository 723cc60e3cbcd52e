"""Escalate: fire the timers that are due, each exactly once, and arm what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import alert, fan_out, incident, item, ladder, notice, outgoing, records
from crisis.domain.registry import Platform
from crisis.notify import facts, links, messages
from crisis.store import (
    alerts,
    db,
    fan_out_facts,
    fan_outs,
    incidents,
    keys,
    notices,
    outbox,
    platforms,
    recipients,
    timers,
    versions,
)
from crisis.store import records as record
from crisis.store.models import Incident, Notice, Timer

_AT_ONCE = 200  # timers a transaction; short enough that nobody waits for it

Round = tuple[str, alert.Purpose, list[outgoing.Recipient]]
Happened = list[tuple[records.Kind, Mapping[str, object]]]


def fire(*, settings: Settings, now: datetime) -> int:
    """Fire every timer that is due and write the alerts that follow; returns how many fired. The caller rings.

    Firing, what it plans and the arming of the next step are one transaction: a crash before its
    commit leaves the timer armed, one after it leaves it fired.
    """
    total = 0
    while True:
        with db.transaction() as session:
            fired = timers.fire_due(session, now=now, limit=_AT_ONCE)
            by_incident = groupby(sorted(fired, key=lambda one: one.incident_id), key=lambda one: one.incident_id)
            for incident_id, group in by_incident:
                _fire_incident(session, incident_id, list(group), settings=settings, now=now)
        total += len(fired)
        if len(fired) < _AT_ONCE:
            return total


def _fire_incident(
    session: Session, incident_id: UUID, fired: Sequence[Timer], *, settings: Settings, now: datetime
) -> None:
    owner = incidents.by_id(session, incident_id)
    happened: Happened = [
        (
            records.Kind.TIMER_FIRED,
            {
                "timer": str(one.id),
                "notice": str(one.notice_id),
                "ladder": one.ladder,
                "step": one.step,
                "action": one.action,
            },
        )
        for one in fired
    ]
    if owner.state == incident.State.DECLARED.value:
        happened += _act(session, owner, fired, settings=settings, now=now)
    record.append(session, str(owner.id), [record.Fact(kind, "desk", now, body) for kind, body in happened], now=now)


@dataclass(slots=True)
class _Following:
    """What the fired timers of one incident bring about."""

    send: list[Round] = field(default_factory=list)
    tell: dict[str, list[Timer]] = field(default_factory=dict)
    arm: list[dict[str, Any]] = field(default_factory=list)


def _act(session: Session, owner: Incident, fired: Sequence[Timer], *, settings: Settings, now: datetime) -> Happened:
    asked = notices.many(session, {one.notice_id for one in fired})
    following = _follow(session, owner, fired, asked)
    timers.arm_many(session, following.arm)
    happened: Happened = []
    for told, about in following.tell.items():
        names = sorted(asked[one.notice_id].platform_name for one in about)
        officers = [
            replace(one, extra={"reason": told, "platforms": "\n".join(names)})
            for one in recipients.officers(session, owner)
        ]
        following.send.append((f"officer:{told}:{about[0].id}", alert.Purpose.OFFICER, officers))
        body = {"action": told, "notices": [str(one.notice_id) for one in about]}
        happened.append((records.Kind.OFFICER_TOLD, body))
    drafts = _plan(session, owner, following.send, settings=settings, now=now)
    if drafts:
        happened.append((records.Kind.ALERTS_PLANNED, fan_out_facts.alerts_body(drafts)))
    return happened


def _follow(session: Session, owner: Incident, fired: Sequence[Timer], asked: Mapping[UUID, Notice]) -> _Following:
    """Decide for each timer; one that tells the officer of something that has happened is on no ladder."""
    table = ladder.from_json(versions.by_id(session, owner.ladder_id).body)
    done = notices.open_counts(session, asked, [one.value for one in item.Outcome if item.is_done(one)])
    climbs = any(one.action == ladder.Action.NEXT_CONTACT for one in fired)
    registered = {one.id: one for one in platforms.snapshot(session)} if climbs else {}
    following = _Following()
    for timer in fired:
        about = asked[timer.notice_id]
        name, _, batch = timer.ladder.rpartition(":")
        if name not in table:
            following.tell.setdefault(timer.action, []).append(timer)
            continue
        action = ladder.Action(timer.action)
        contact = _next_contact(session, about, registered) if action is ladder.Action.NEXT_CONTACT else []
        decision = ladder.decide(action, _standing(about, done.get(about.id, (0, 0))[1], bool(contact)))
        if decision.effect is ladder.Effect.ALERT_NEXT_CONTACT:
            following.send.append((f"ladder:{timer.ladder}:{timer.step}", alert.Purpose.ESCALATION, contact))
        elif decision.effect is ladder.Effect.REMIND:
            reminded = [replace(one, extra={"why": decision.reason}) for one in _whom_to_remind(session, owner, about)]
            following.send.append((f"reminder:{timer.ladder}:{timer.step}", alert.Purpose.REMINDER, reminded))
        elif decision.effect is ladder.Effect.TELL_OFFICER:
            following.tell.setdefault(decision.reason, []).append(timer)
        if decision.goes_on and (step := ladder.after(table, ladder.Ladder(name), timer.step, timer.starts_at)):
            following.arm += fan_outs.timer_rows(owner.id, about.id, int(batch), {name: step}, timer.starts_at)
    return following


def _standing(about: Notice, outcomes: int, has_next_contact: bool) -> ladder.Facts:
    return ladder.Facts(
        incident_is_declared=True,
        state=notice.State(about.state),
        is_acknowledged=about.acknowledged_at is not None,
        has_outcome=outcomes > 0 or about.search_result is not None,
        has_next_contact=has_next_contact,
    )


def _next_contact(session: Session, about: Notice, registered: Mapping[UUID, Platform]) -> list[outgoing.Recipient]:
    """The endpoints of the next contact of the platform that was not alerted yet; none where there is nobody left."""
    platform = registered.get(about.platform_id)
    if platform is None:  # retired since
        return []
    tried = alerts.contacts_tried(session, about.id)
    after = 0
    while following := fan_out.next_contact(platform, after=after):
        found = recipients.contact(session, about, following.id) if following.id not in tried else []
        if found:
            silent = next((one.name for one in platform.by_position() if one.id in tried), "")
            return [replace(one, extra={"previous": silent}) for one in found]
        after = following.position
    return []


def _whom_to_remind(session: Session, owner: Incident, about: Notice) -> list[outgoing.Recipient]:
    """Whoever acknowledged, on the endpoints that they were alerted on; otherwise all who were."""
    everybody = recipients.alerted(session, owner.id, notice_ids=[about.id])
    named = notices.acknowledged_by(session, about.id)
    return [one for one in everybody if one.contact_id in named] or everybody


def _plan(
    session: Session,
    owner: Incident,
    to_send: Sequence[Round],
    *,
    settings: Settings,
    now: datetime,
) -> list[outgoing.Draft]:
    """One insert for each round: platforms at the same step of the ladder share its text."""
    drafts: list[outgoing.Draft] = []
    ordered = sorted(to_send, key=lambda one: (one[0], one[1]))
    for (cause, purpose), group in groupby(ordered, key=lambda one: (one[0], one[1])):
        some, texts = messages.draft(
            [recipient for _, _, them in group for recipient in them],
            cause=cause,
            purpose=purpose,
            facts=facts.of(owner, settings),
            new_id=keys.new,
            now=now,
        )
        planned = outbox.put(
            session, owner.id, some, texts, fingerprint=links.fingerprint_with(settings.secret_key), now=now
        )
        new = set(planned)
        drafts += [draft for draft in some if draft.alert_id in new]
    return drafts
