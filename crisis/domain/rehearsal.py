"""Rehearsal: if declared at one moment, how one platform would be reached, minute by minute.

It assumes that every message is accepted and that nobody answers, or that the first contact
acknowledges after some minutes and then says nothing more. It asks the same questions of the same
rules as the real ladder.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crisis.domain import climbing, duty, first_round, hours, ladder, notice
from crisis.domain.first_round import Send
from crisis.domain.ladder import Effect, Ladder, Since, Step, Table
from crisis.domain.registry import Contact, Platform

FIRST = "first"

#: Officers in the order of duty, each with a name to show.
Officers = Sequence[tuple[UUID, str]]


@dataclass(frozen=True, slots=True)
class Moment:
    """What happens at one moment. ``tells``: reasons for which ``officers`` are told; ``calls``: phones to call."""

    at: datetime
    action: str  # first, or what the timer is called
    sends: tuple[Send, ...] = ()
    calls: tuple[Send, ...] = ()
    tells: tuple[str, ...] = ()
    officers: tuple[str, ...] = ()

    def minute(self, named_at: datetime) -> int:
        return int((self.at - named_at).total_seconds() // 60)


@dataclass(frozen=True, slots=True)
class Clock:
    """A contact's own time at a moment, and whether that is within their hours."""

    local: datetime
    on_duty: bool


def clock(contact: Contact, at: datetime) -> Clock:
    return Clock(hours.local(contact, at), hours.on_duty(contact, at))


def rehearse(
    platform: Platform,
    ladders: ladder.Ladders,
    table: Table,
    *,
    named_at: datetime,
    officers: Officers = (),
    acknowledged_after: int | None = None,
) -> tuple[Moment, ...]:
    """What happens to a platform that is asked to act or to search, in order of time.

    Args:
        acknowledged_after: minutes until the first contact acknowledges; ``None`` for never.
    """
    sends, calls = first_round.alert(platform, named_at)
    acknowledged_at = None if acknowledged_after is None else named_at + timedelta(minutes=acknowledged_after)
    rehearsed = _Rehearsal(platform, table, named_at, acknowledged_at)
    rehearsed.sent(Moment(named_at, FIRST, sends, calls))
    # what is written to a next contact at one moment has not left when a warning of that moment looks
    for at, name, step in sorted(rehearsed.steps(), key=lambda one: (one[0], one[1] is Ladder.SILENCE)):
        rehearsed.fire(at, name, step)
    moments = _with_officers(rehearsed.moments, officers, ladders.officer_minutes, acknowledged_at)
    return tuple(sorted(moments, key=lambda one: one.at))


class _Rehearsal:
    """The hour of one platform as far as it was played."""

    def __init__(self, platform: Platform, table: Table, named_at: datetime, acknowledged_at: datetime | None) -> None:
        self._platform, self._table = platform, table
        self._named_at, self._acknowledged_at = named_at, acknowledged_at
        self._alerted: dict[UUID, Send] = {}  # by endpoint, in the order in which they were alerted
        self._opened: set[str] = set()
        self.moments: list[Moment] = []

    def steps(self) -> Iterator[tuple[datetime, Ladder, Step]]:
        """Every step with its moment; those that wait for an acknowledgement only where there is one."""
        for name, steps in self._table.items():
            for step in steps:
                waits = step.since is Since.ACKNOWLEDGED
                if waits and self._acknowledged_at is None:
                    continue
                base = self._acknowledged_at if waits and self._acknowledged_at else self._named_at
                yield base + timedelta(minutes=step.after), name, step

    def sent(self, moment: Moment) -> None:
        for send in moment.sends:
            self._alerted.setdefault(send.endpoint.id, send)
        self.moments.append(moment)

    def fire(self, at: datetime, name: Ladder, step: Step) -> None:
        acknowledged = self._acknowledged_at is not None and self._acknowledged_at <= at
        found = climbing.Reach()
        if step.action in ladder.REACHING:
            tried = {one.contact.id for one in self._alerted.values()}
            found = climbing.reach(self._platform, step, tried=tried, now=at)
        decision = ladder.decide(
            step.action,
            ladder.Facts(
                incident_is_declared=True,
                state=notice.State.ACKNOWLEDGED if acknowledged else notice.State.AWAITING,
                is_acknowledged=acknowledged,
                has_outcome=False,
                reaches=bool(found.sends),
                has_phone=climbing.has_phone(self._platform),
            ),
        )
        match decision.effect:
            case Effect.NOTHING:
                return
            case Effect.ALERT_CONTACTS:
                tells = self._new(["call"] if found.calls else [])
                self.sent(Moment(at, step.action.value, found.sends, found.calls, tells))
            case Effect.TELL_OFFICER:
                calls = self._phones() if decision.reason != "no_phone" else ()
                tells = self._new([decision.reason])
                if tells:
                    self.moments.append(Moment(at, step.action.value, (), calls, tells))
            case Effect.REMIND:
                self.moments.append(Moment(at, step.action.value, self._reminded(acknowledged)))
            case Effect.WARN:
                tells = self._new([decision.reason])
                self.moments.append(Moment(at, step.action.value, self._reminded(acknowledged), (), tells))

    def _new(self, reasons: Iterable[str]) -> tuple[str, ...]:
        """The reasons that open a matter; one that stays as it is opens none again."""
        new = tuple(one for one in reasons if one not in self._opened or duty.opens_again(one))
        self._opened.update(new)
        return new

    def _reminded(self, acknowledged: bool) -> tuple[Send, ...]:
        """Whoever acknowledged, otherwise all who were alerted."""
        everybody = tuple(self._alerted.values())
        if not acknowledged:
            return everybody
        return tuple(one for one in everybody if one.contact.id == everybody[0].contact.id)

    def _phones(self) -> tuple[Send, ...]:
        return tuple(call for contact in self._platform.by_position() for call in first_round.calls(contact))


def _with_officers(
    moments: Iterable[Moment], officers: Officers, minutes: int, acknowledged_at: datetime | None
) -> Iterator[Moment]:
    """The moments with who is told first, and those at which the next officer is told, if nobody takes it."""
    names, order = dict(officers), [one for one, _ in officers]
    for moment in moments:
        first = duty.following(order, (), duty.Action.NEXT)
        yield Moment(
            moment.at,
            moment.action,
            moment.sends,
            moment.calls,
            moment.tells,
            tuple(names[one] for one in first.tell) if moment.tells else (),
        )
        for reason in moment.tells:
            told, step, at = list(first.tell), first, moment.at
            while step.then is not None:
                at += duty.wait(minutes)
                action = step.then
                acknowledged = acknowledged_at is not None and acknowledged_at <= at
                if duty.is_over(reason, acknowledged=acknowledged, finished=False):
                    break
                step = duty.following(order, told, action)
                told += step.tell
                yield Moment(at, action.value, tells=(reason,), officers=tuple(names[one] for one in step.tell))
