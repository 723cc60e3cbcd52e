"""Escalate: fire the timers that are due, each exactly once, and arm what comes next.

a platform's ladder:   silence ─▶ next contacts ─▶ the officer;  acknowledged ─▶ reminders;  last warnings
the officers' ladder:  a matter ─▶ the officer on duty ─▶ the next one ─▶ … ─▶ all of them
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.config import Settings
from crisis.domain import alert, climbing, duty, incident, item, ladder, notice, outgoing, records
from crisis.domain.first_round import Send
from crisis.domain.incident import Severity
from crisis.domain.registry import Platform
from crisis.notify import writer
from crisis.store import (
    db,
    fan_out_facts,
    fan_outs,
    incidents,
    ladders,
    matters,
    notices,
    officers,
    platforms,
    recipients,
    rounds,
    timers,
    unreached,
)
from crisis.store import records as record
from crisis.store.climbs import Climb
from crisis.store.models import Incident, Matter, Notice
from crisis.store.timers import Fired

_AT_ONCE = 200  # timers a transaction; short enough that nobody waits for it

Round = tuple[str, alert.Purpose, list[outgoing.Recipient]]


def fire(*, settings: Settings, now: datetime, clock: Callable[[], datetime] | None = None) -> int:
    """Fire every timer that is due and write the alerts that follow; returns how many fired. The caller rings.

    Firing, what it plans and the arming of the next step are one transaction: a crash before its
    commit leaves the timer armed, one after it leaves it fired. Incidents take turns, a batch each.

    Args:
        clock: asked before each batch, so that it is recorded at its own time; without it all are recorded at ``now``.
    """
    with db.transaction() as session:
        told = matters.settle(session, now=now)  # what is over tells nobody
        unreached.hurry(session, now=now)
        for incident_id in sorted(told):  # one order: no two of us wait in a ring
            record.append(session, str(incident_id), told[incident_id], now=now)
        waiting = timers.due_owners(session, now=now)
    total = 0
    while waiting:
        taken = {one: _fire_some(one, settings, clock() if clock else now) for one in waiting}
        total += sum(fired for _, fired in taken.values())
        waiting = [one for one, (count, _) in taken.items() if count == _AT_ONCE]
    return total


def _fire_some(incident_id: UUID, settings: Settings, now: datetime) -> tuple[int, int]:
    """A batch of one incident's timers: how many were taken, and how many of them were due in truth."""
    with db.transaction() as session:
        taken = timers.fire_due(session, incident_id, now=now, limit=_AT_ONCE)
        if not taken:
            return 0, 0
        firing = _Firing(session, incidents.by_id(session, incident_id), settings, now)
        if facts := firing.run(taken):
            record.append(session, str(incident_id), facts, now=now)
    return len(taken), firing.fired


@dataclass(frozen=True, slots=True)
class _Step:
    """A step that found somebody to write to. ``previous``: who did not answer."""

    cause: str
    about: Notice
    sends: tuple[Send, ...]
    previous: str


@dataclass(slots=True)
class _Following:
    """What the fired timers of one incident bring about. ``tell``: requests by the reason."""

    steps: list[_Step] = field(default_factory=list)
    send: list[Round] = field(default_factory=list)
    tell: dict[str, list[Fired]] = field(default_factory=dict)
    officers: list[Fired] = field(default_factory=list)
    arm: list[dict[str, Any]] = field(default_factory=list)
    later: list[tuple[UUID, datetime]] = field(default_factory=list)
    hurried: set[UUID] = field(default_factory=set)  # before their minutes, for the step before them had failed
    remind: list[tuple[Fired, str]] = field(default_factory=list)


class _Firing:
    """The timers of one incident that fire in one transaction."""

    def __init__(self, session: Session, owner: Incident, settings: Settings, now: datetime) -> None:
        self._session, self._owner, self._settings, self._now = session, owner, settings, now
        self._following = _Following()
        self._warned: set[tuple[UUID, str]] = set()
        self.fired = 0

    def run(self, taken: Sequence[Fired]) -> list[record.Fact]:
        """Decide, write what follows; the facts for the end of the record."""
        following = self._following
        asked = notices.many(self._session, {one.notice_id for one in taken})
        if self._owner.state == incident.State.DECLARED.value:
            self._follow(taken, asked)
        timers.postpone(self._session, following.later)
        timers.arm_many(self._session, following.arm)
        postponed = {timer_id for timer_id, _ in following.later}
        fired = [one for one in taken if one.id not in postponed]
        self.fired = len(fired)
        hurried = self._following.hurried
        happened = [self._fact(records.Kind.TIMER_FIRED, _fired_body(one, hurried=one.id in hurried)) for one in fired]
        self._remind(asked)
        happened += self._open(asked)
        happened += self._next_officers(asked)
        drafts = self._plan()
        happened += [self._fact(kind, body) for kind, body in fan_out_facts.planned(drafts)]
        return happened

    def _fact(self, kind: records.Kind, body: Mapping[str, object]) -> record.Fact:
        return record.Fact(kind, "desk", self._now, body)

    def _follow(self, taken: Sequence[Fired], asked: Mapping[UUID, Notice]) -> None:
        """Decide for each timer; one that tells the officer of something that has happened is on no ladder."""
        session = self._session
        done = notices.open_counts(session, asked, [one.value for one in item.Outcome if item.is_done(one)])
        climbs = {one.notice_id for one in taken if one.ladder.startswith(ladder.Ladder.SILENCE)}
        names = ladders.registry_ids(session, asked.values())
        concerned = platforms.snapshot(session, registry_ids={names[one] for one in climbs}) if climbs else []
        registered = {one.id: one for one in concerned}
        tried = ladders.tried(session, climbs)
        version, severity = ladders.of(session, self._owner), Severity(self._owner.severity)
        self._warned = timers.known(session, asked, ladder.Ladder.WARNING.value)
        for timer in taken:
            about = asked[timer.notice_id]
            name, _, batch = timer.ladder.rpartition(":")
            if duty.matter_of(timer.ladder) is not None:
                self._following.officers.append(timer)
                if timer.due_at < timer.starts_at + duty.wait(version.officer_minutes):
                    self._following.hurried.add(timer.id)
            elif name not in set(ladder.Ladder):
                self._following.tell.setdefault(timer.action, []).append(timer)
            else:
                table = version.table(severity, names[about.id])
                climb = Climb(timer, about, table, ladder.Ladder(name), int(batch))
                self._climb(
                    climb,
                    platform=registered.get(about.platform_id),
                    tried=tried.get(about.id, set()),
                    outcomes=done.get(about.id, (0, 0))[1],
                )
        self._send_steps()

    def _send_steps(self) -> None:
        """The messages of the steps that found somebody, read together however many there are."""
        steps = self._following.steps
        written = recipients.of_sends(self._session, [(one.about, send) for one in steps for send in one.sends])
        at = 0
        for one in steps:
            some = [to._replace(extra={"previous": one.previous}) for to in written[at : at + len(one.sends)]]
            self._following.send.append((one.cause, alert.Purpose.ESCALATION, some))
            at += len(one.sends)

    def _climb(self, climb: Climb, *, platform: Platform | None, tried: set[UUID], outcomes: int) -> None:
        """One step of a platform's ladder."""
        timer, about, following = climb.timer, climb.about, self._following
        if climb.name is ladder.Ladder.OUTCOME and timer.step == 0:
            self._arm_warnings(climb)
        step = climb.step
        if (due_at := climb.due_later(self._now)) is not None:
            following.later.append((timer.id, due_at))
            return
        if climb.is_hurried:
            following.hurried.add(timer.id)
        found = climbing.Reach()
        if step.action in ladder.REACHING:
            found = climbing.reach(platform, step, tried=tried, now=self._now)
        given = ladder.Facts(
            incident_is_declared=True,
            state=notice.State(about.state),
            is_acknowledged=about.acknowledged_at is not None,
            has_outcome=outcomes > 0 or about.search_result is not None,
            reaches=bool(found.sends),
            has_phone=climbing.has_phone(platform),
        )
        decision = ladder.decide(step.action, given)
        if decision.effect is ladder.Effect.ALERT_CONTACTS:
            first = next((one.name for one in platform.by_position() if one.id in tried), "") if platform else ""
            following.steps.append(_Step(f"ladder:{timer.ladder}:{timer.step}", about, found.sends, first))
            if found.calls:
                following.tell.setdefault("call", []).append(timer)
        if decision.effect in (ladder.Effect.REMIND, ladder.Effect.WARN):
            following.remind.append((timer, decision.reason))
        if decision.effect in (ladder.Effect.TELL_OFFICER, ladder.Effect.WARN):
            following.tell.setdefault(decision.reason, []).append(timer)
        if decision.goes_on and (due := climb.following()):
            self._arm(climb, {climb.name: due})

    def _arm_warnings(self, climb: Climb) -> None:
        """The ladder of last warnings is armed when the one of outcomes comes up, which is not later."""
        warnings = f"{ladder.Ladder.WARNING.value}:{climb.batch}"
        if climb.table[ladder.Ladder.WARNING] and (climb.about.id, warnings) not in self._warned:
            name = ladder.Ladder.WARNING
            self._arm(climb, {name: ladder.due(climb.table, name, 0, climb.timer.starts_at)})

    def _arm(self, climb: Climb, steps: Mapping[ladder.Ladder, ladder.Due]) -> None:
        rows = fan_outs.timer_rows(self._owner.id, climb.about.id, climb.batch, steps, climb.timer.starts_at)
        self._following.arm += rows

    def _remind(self, asked: Mapping[UUID, Notice]) -> None:
        """Whoever acknowledged, on the endpoints that they were alerted on; otherwise all who were."""
        if not self._following.remind:
            return
        ids = {timer.notice_id for timer, _ in self._following.remind}
        everybody: dict[UUID | None, list[outgoing.Recipient]] = {}
        for one in recipients.alerted(self._session, self._owner.id, notice_ids=ids):
            everybody.setdefault(one.notice_id, []).append(one)
        acknowledged = ladders.acknowledged(self._session, ids)
        for timer, reason in self._following.remind:
            known = everybody.get(timer.notice_id, [])
            named = acknowledged.get(timer.notice_id, set())
            to = [one for one in known if one.contact_id in named] or known
            reminded = [one._replace(extra={"why": reason}) for one in to]
            self._following.send.append((f"reminder:{timer.ladder}:{timer.step}", alert.Purpose.REMINDER, reminded))

    def _open(self, asked: Mapping[UUID, Notice]) -> list[record.Fact]:
        """Open matters, tell the officer on duty of them, one message for each reason."""
        happened: list[record.Fact] = []
        order = officers.order(self._session, self._owner.declared_by) if self._following.tell else []
        for reason, about in self._following.tell.items():
            ids = [one.notice_id for one in about]
            opened = matters.open_or_known(self._session, self._owner, reason, ids, now=self._now)
            happened += [matters.opened(one, now=self._now) for one in opened]
            step = duty.following(order, set(), duty.Action.NEXT)
            if opened:
                happened.append(self._tell(opened, step, asked, number=0, key=about[0].id))
        return happened

    def _next_officers(self, asked: Mapping[UUID, Notice]) -> list[record.Fact]:
        """Who is next for matters that nobody took, together where they are the same people."""
        waiting = {duty.matter_of(one.ladder): one for one in self._following.officers}
        open_ones = matters.open_among(self._session, (one for one in waiting if one is not None))
        told = matters.told_of(self._session, [one.id for one in open_ones])
        order = officers.order(self._session, self._owner.declared_by) if open_ones else []
        groups: dict[tuple[str, int, duty.Following], list[Matter]] = {}
        for one in open_ones:
            timer = waiting[one.id]
            step = duty.following(order, told[one.id], duty.Action(timer.action))
            if step.tell:
                groups.setdefault((one.reason, timer.step, step), []).append(one)
        return [
            self._tell(group, step, asked, number=number, key=waiting[group[0].id].id)
            for (_, number, step), group in groups.items()
        ]

    def _tell(
        self,
        about: Sequence[Matter],
        step: duty.Following,
        asked: Mapping[UUID, Notice],
        *,
        number: int,
        key: UUID,
    ) -> record.Fact:
        """One message to each officer of ``step``, and the timer of the next one for each matter."""
        reason, ids = about[0].reason, [one.id for one in about]
        names = sorted(asked[one.notice_id].platform_name for one in about)
        extra = {"reason": reason, "platforms": "\n".join(names), "again": number > 0}
        people = {one.user_id: one for one in officers.recipients(self._session, self._owner.declared_by)}
        to = [people[one]._replace(extra=extra) for one in step.tell if one in people]
        self._following.send.append((f"officer:{reason}:{key}", alert.Purpose.OFFICER, to))
        matters.tell(self._session, ids, step.tell, now=self._now)
        if step.then is not None:
            due_at = self._now + duty.wait(ladders.of(self._session, self._owner).officer_minutes)
            matters.arm(self._session, about, step.then, number=number + 1, due_at=due_at, now=self._now)
        body = {
            "action": reason,
            "notices": [str(one.notice_id) for one in about],
            "matters": [str(one) for one in ids],
            "officers": [str(one) for one in step.tell],
            "step": number,
        }
        return self._fact(records.Kind.OFFICER_TOLD, body)

    def _plan(self) -> list[outgoing.Draft]:
        """One insert for each round: platforms at the same step of the ladder share its text."""
        drafts: list[outgoing.Draft] = []
        words = writer.of(self._owner, self._settings, now=self._now)
        ordered = sorted(self._following.send, key=lambda one: (one[0], one[1]))
        for (cause, purpose), group in groupby(ordered, key=lambda one: (one[0], one[1])):
            to = (one for _, _, them in group for one in them)
            drafts += rounds.plan(self._session, self._owner, to, writer=words, cause=cause, purpose=purpose)
        return drafts


def _fired_body(one: Fired, *, hurried: bool) -> dict[str, object]:
    return {
        **({"hurried": True} if hurried else {}),
        "timer": str(one.id),
        "notice": str(one.notice_id),
        "ladder": one.ladder,
        "step": one.step,
        "action": one.action,
    }
