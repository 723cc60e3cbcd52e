"""The rows of delivery in memory: held to the contract of the real ones, fast enough for hundreds of nights."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from crisis.domain import alert, retry
from crisis.domain.alert import Outcome, Purpose, State
from crisis.domain.delivery import LEASE, Claimed, Ended, Lost, Taken
from crisis.domain.incident import State as IncidentState
from crisis.domain.outgoing import Text
from crisis.store import records as record
from crisis.store.attempts import Finished

DUE = (State.PLANNED, State.WAITING_RETRY, State.UNKNOWN)
LEASED = (State.CLAIMED, State.STARTED)
FOLLOWING = (Purpose.STAND_DOWN, Purpose.CORRECTION, Purpose.UPDATE)
AFTER_STAND_DOWN = (Purpose.CORRECTION, Purpose.OFFICER, Purpose.STAND_DOWN, Purpose.TEST)
INCIDENT = UUID(int=1)
TEXT = Text("Alert", "Text", "<p>Text</p>")
CLIMB = (timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=15))  # the ladder of silence


@dataclass(frozen=True, slots=True)
class AlertRow:
    """What the table alert holds, as far as delivery looks at it."""

    claimed: Claimed
    cause: str
    state: State = State.PLANNED
    owner: str | None = None
    lease_until: datetime | None = None
    possible_repeat: bool = False
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AttemptRow:
    """What the table attempt holds."""

    alert_id: UUID
    number: int
    fence: int
    outcome: Outcome
    late_outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One platform of the night, and the armed step of its ladder of silence."""

    place: int
    acknowledged_at: datetime | None = None
    step: int = 0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Fired:
    """One step of a ladder that fired."""

    notice_id: UUID
    step: int
    due_at: datetime
    at: datetime


@dataclass
class Tables:
    """Everything that is committed; rows are replaced, never changed, so a copy of the dicts is a snapshot."""

    incident: IncidentState = IncidentState.DECLARED
    declared_at: datetime | None = None
    alerts: dict[UUID, AlertRow] = field(default_factory=dict)
    attempts: dict[tuple[UUID, int], AttemptRow] = field(default_factory=dict)
    notices: dict[UUID, NoticeRow] = field(default_factory=dict)
    endpoints: dict[UUID, tuple[int, int]] = field(default_factory=dict)  # platform, contact
    retired: frozenset[UUID] = frozenset()
    fired: tuple[Fired, ...] = ()
    facts: tuple[record.Fact | record.Told, ...] = ()

    def copy(self) -> "Tables":
        return replace(
            self,
            alerts=dict(self.alerts),
            attempts=dict(self.attempts),
            notices=dict(self.notices),
            endpoints=dict(self.endpoints),
        )


class MemoryBook:
    """Committed tables, and transactions on a copy of them."""

    def __init__(self) -> None:
        self.tables = Tables()
        self.keys = count(1_000)

    @contextmanager
    def turn(self) -> Iterator["MemoryTurn"]:
        turn = MemoryTurn(self.tables.copy(), self.keys)
        self.before_commit(turn.tables)
        yield turn
        self.tables = turn.tables

    def before_commit(self, tables: Tables) -> None:
        """Nothing; a simulation lets processes die here."""


class MemoryTurn:
    """One transaction. Each method says what the statement of the same name does, row by row."""

    def __init__(self, tables: Tables, keys: "count[int]") -> None:
        self.tables = tables
        self._keys = keys

    # ── what a drain does ──

    def finish(self, ended: Sequence[Ended], *, now: datetime) -> Finished:
        moved, late = [], []
        for one in ended:
            row = self.tables.alerts[one.claimed.id]
            if row.state is State.STARTED and row.claimed.fence == one.claimed.fence:
                claimed = row.claimed._replace(due_at=one.due_at or row.claimed.due_at)
                ended_at = None if one.due_at else one.finished_at
                row = replace(row, claimed=claimed, state=one.state, owner=None, lease_until=None, ended_at=ended_at)
                self._set(replace(row, possible_repeat=row.possible_repeat or one.outcome is Outcome.UNKNOWN))
                self._try(AttemptRow(claimed.id, one.started.number, claimed.fence, one.outcome))
                moved.append(one)
                continue
            late.append(one)
            key = one.claimed.id, one.started.number
            attempt = self.tables.attempts.get(key)
            if attempt and attempt.outcome is Outcome.UNKNOWN and attempt.late_outcome is None:
                self.tables.attempts[key] = replace(attempt, late_outcome=one.outcome)
        return Finished(moved, late)

    def lose(self, queue: alert.Queue, *, now: datetime, limit: int) -> list[Lost]:
        lost = []
        for row in [one for one in self.tables.alerts.values() if one.lease_until and one.lease_until <= now]:
            fenced = row.claimed._replace(fence=row.claimed.fence + 1)
            if row.state is State.CLAIMED:
                self._set(replace(row, claimed=fenced, state=State.PLANNED, owner=None, lease_until=None))
            elif row.state is State.STARTED and len(lost) < limit:
                state = State.FAILED if row.claimed.attempts >= retry.CAP else State.UNKNOWN
                self._set(
                    replace(
                        row,
                        claimed=fenced._replace(due_at=now),
                        state=state,
                        owner=None,
                        lease_until=None,
                        possible_repeat=True,
                        ended_at=now if state is State.FAILED else None,
                    )
                )
                self._try(AttemptRow(row.claimed.id, row.claimed.attempts, row.claimed.fence, Outcome.UNKNOWN))
                lost.append(Lost(row.claimed.id, row.claimed.incident_id, row.claimed.notice_id, row.claimed.attempts))
        return lost

    def claim(
        self,
        queue: alert.Queue,
        *,
        owner: str,
        now: datetime,
        limit: int,
        overdue_by: timedelta,
        full: Collection[str],
        at_once: bool,
    ) -> Taken:
        due = [
            row
            for row in self.tables.alerts.values()
            if row.state in DUE
            and row.claimed.due_at <= now - overdue_by
            and row.claimed.provider not in full
            and not self._waits(row, now)
        ]
        due.sort(key=lambda row: (row.claimed.priority, row.claimed.due_at, row.claimed.id))
        return self._take(due[:limit], State.STARTED if at_once else State.CLAIMED, owner=owner, now=now, claims=True)

    def start(self, held: Sequence[Claimed], *, owner: str, now: datetime) -> Taken:
        found = [self.tables.alerts[one.id] for one in held]
        ours = [
            row
            for row, one in zip(found, held, strict=True)
            if row.state is State.CLAIMED and row.owner == owner and row.claimed.fence == one.fence
        ]
        return self._take(ours, State.STARTED, owner=owner, now=now, claims=False)

    def renew(self, ids: Collection[UUID], *, owner: str, now: datetime) -> None:
        for row in [self.tables.alerts[one] for one in ids]:
            if row.state in LEASED and row.owner == owner:
                self._set(replace(row, lease_until=now + LEASE))

    def release(self, held: Collection[Claimed], *, owner: str) -> None:
        for row in [self.tables.alerts[one.id] for one in held]:
            if row.state is State.CLAIMED and row.owner == owner:
                self._set(replace(row, state=State.PLANNED, owner=None, lease_until=None))

    def messages(self, ids: Iterable[UUID]) -> Mapping[UUID, Text]:
        return dict.fromkeys(ids, TEXT)

    def arm(self, timers: Sequence[Mapping[str, Any]]) -> None:
        """Officers are told of failures; this night has none."""

    def hurry(self, notice_ids: Collection[UUID], *, now: datetime) -> None:
        for notice_id in notice_ids:
            asked = self.tables.notices[notice_id]
            if asked.due_at is None or asked.due_at <= now:
                continue
            cause = "first" if asked.step == 0 else f"ladder:silence:1:{asked.step - 1}"
            states = {row.state for row in self._of(notice_id) if row.cause == cause}
            if State.FAILED in states and states <= {State.FAILED, State.CANCELLED}:
                self.tables.notices[notice_id] = replace(asked, due_at=now)

    def moves_on(self, notice_ids: Collection[UUID]) -> Mapping[UUID, datetime]:
        found = {one: self.tables.notices[one].due_at for one in notice_ids}
        return {one: due_at for one, due_at in found.items() if due_at is not None}

    def retire(self, endpoint_id: UUID, *, now: datetime) -> list[record.Fact]:
        self.tables.retired |= {endpoint_id}
        return []

    def append(self, stream: str, facts: Sequence[record.Fact | record.Told], *, now: datetime) -> None:
        self.tables.facts += tuple(facts)

    # ── what others do meanwhile ──

    def plan(self, notice_id: UUID, endpoint_id: UUID, purpose: Purpose, cause: str, *, now: datetime) -> None:
        platform, contact = self.tables.endpoints[endpoint_id]
        key = UUID(int=next(self._keys))
        claimed = Claimed(
            id=key,
            fence=0,
            incident_id=INCIDENT,
            notice_id=notice_id,
            endpoint_id=endpoint_id,
            message_id=UUID(int=2),
            link_id=None,
            reply_to_id=None,
            purpose=purpose.value,
            channel=alert.Channel.EMAIL.value,
            provider="email",
            address=address(platform, contact),
            slots={"ref": "INC-2026-0001"},
            planned_at=now,
            priority=alert.priority(purpose),
            due_at=now,
            attempts=0,
        )
        self.tables.alerts[key] = AlertRow(claimed, cause)

    def cancel(self, rows: Iterable[AlertRow], *, now: datetime) -> None:
        for row in rows:
            if row.state in (*DUE, State.CLAIMED):
                fenced = row.claimed._replace(fence=row.claimed.fence + 1)
                self._set(replace(row, claimed=fenced, state=State.CANCELLED, lease_until=None, ended_at=now))

    def of_notice(self, notice_id: UUID) -> list[AlertRow]:
        return list(self._of(notice_id))

    # ── rules ──

    def _take(self, rows: Sequence[AlertRow], state: State, *, owner: str, now: datetime, claims: bool) -> Taken:
        held, cancelled = [], []
        for row in rows:
            claimed = row.claimed._replace(fence=row.claimed.fence + claims)
            if self._is_needless(row):
                self._set(replace(row, claimed=claimed, state=State.CANCELLED, ended_at=now, owner=owner))
                cancelled.append(claimed)
                continue
            held.append(claimed)
            counted = claimed._replace(attempts=claimed.attempts + (state is State.STARTED))
            self._set(replace(row, claimed=counted, state=state, owner=owner, lease_until=now + LEASE, ended_at=None))
        return Taken(held, cancelled)

    def _is_needless(self, row: AlertRow) -> bool:
        purpose = Purpose(row.claimed.purpose)
        if row.claimed.endpoint_id in self.tables.retired:
            return True
        if self.tables.incident is not IncidentState.DECLARED and purpose not in AFTER_STAND_DOWN:
            return True
        if purpose not in (Purpose.ESCALATION, Purpose.REMINDER) or row.claimed.notice_id is None:
            return False
        answered = self.tables.notices[row.claimed.notice_id].acknowledged_at
        return answered is not None and answered > row.claimed.planned_at

    def _waits(self, row: AlertRow, now: datetime) -> bool:
        return Purpose(row.claimed.purpose) in FOLLOWING and any(
            one.claimed.endpoint_id == row.claimed.endpoint_id
            and one.claimed.id != row.claimed.id
            and one.state in LEASED
            and one.lease_until is not None
            and one.lease_until > now
            for one in self.tables.alerts.values()
        )

    def _of(self, notice_id: UUID) -> Iterator[AlertRow]:
        return (row for row in self.tables.alerts.values() if row.claimed.notice_id == notice_id)

    def _try(self, row: AttemptRow) -> None:
        key = row.alert_id, row.number
        assert key not in self.tables.attempts, "a number of an attempt twice"
        self.tables.attempts[key] = row

    def _set(self, row: AlertRow) -> None:
        self.tables.alerts[row.claimed.id] = row


def address(platform: int, contact: int) -> str:
    """The mail address of a contact of the night."""
    return f"contact{contact}@platform{platform}.example"
