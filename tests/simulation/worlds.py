"""One night in two worlds, in memory and with the real workflows on a database; one contract holds both."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import sqlalchemy as sa

from crisis import config
from crisis.domain import alert, incident, notice
from crisis.store import answers, books, db, notices
from crisis.store import records as record
from crisis.store.models import Alert, Contact, Endpoint, Incident, Notice, Timer
from crisis.workflows import escalate, stand_down
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.simulation.memory import CLIMB, LEASED, AlertRow, Fired, MemoryBook, MemoryTurn, NoticeRow, address


class Seen(NamedTuple):
    """An alert as anybody can see it."""

    address: str
    purpose: str
    state: str
    attempts: int
    possible_repeat: bool


class World(Protocol):
    """What happens to alerts beside their drain, at the moment that its clock shows."""

    book: books.Book

    def declare(self, *, platforms: int, contacts: int) -> None: ...
    def acknowledge(self, platform: int) -> None: ...
    def stand_down(self) -> None: ...
    def retire(self, platform: int, contact: int) -> None: ...
    def fire(self) -> int: ...
    def alerts(self) -> list[Seen]: ...


@dataclass
class MemoryWorld:
    """Rows in memory; each deed is one transaction, as in the workflow of its name."""

    clock: FakeClock
    book: MemoryBook

    def declare(self, *, platforms: int, contacts: int) -> None:
        now = self.clock.now()
        with self.book.turn() as turn:
            turn.tables.declared_at = now
            for platform in range(1, platforms + 1):
                notice_id = UUID(int=platform << 32)
                turn.tables.notices[notice_id] = NoticeRow(platform, due_at=now + CLIMB[0])
                for contact in range(1, contacts + 1):
                    turn.tables.endpoints[UUID(int=platform << 32 | contact)] = platform, contact
                turn.plan(notice_id, UUID(int=platform << 32 | 1), alert.Purpose.FIRST, "first", now=now)

    def acknowledge(self, platform: int) -> None:
        now, notice_id = self.clock.now(), UUID(int=platform << 32)
        with self.book.turn() as turn:
            asked = turn.tables.notices[notice_id]
            if asked.acknowledged_at is None:
                turn.tables.notices[notice_id] = replace(asked, acknowledged_at=now, due_at=None)
            needless = (alert.Purpose.ESCALATION.value, alert.Purpose.REMINDER.value)
            turn.cancel((one for one in turn.of_notice(notice_id) if one.claimed.purpose in needless), now=now)

    def stand_down(self) -> None:
        now = self.clock.now()
        with self.book.turn() as turn:
            turn.tables.incident = incident.State.STOOD_DOWN
            told = {
                (one.claimed.notice_id, one.claimed.endpoint_id): one
                for one in turn.tables.alerts.values()
                if _may_have_heard(one) and one.claimed.endpoint_id not in turn.tables.retired
            }
            turn.cancel(list(turn.tables.alerts.values()), now=now)
            for asked, row in turn.tables.notices.items():
                turn.tables.notices[asked] = replace(row, due_at=None)
            for notice_id, endpoint_id in told:
                assert notice_id is not None
                assert endpoint_id is not None
                turn.plan(notice_id, endpoint_id, alert.Purpose.STAND_DOWN, "stand-down", now=now)

    def retire(self, platform: int, contact: int) -> None:
        with self.book.turn() as turn:
            turn.retire(UUID(int=platform << 32 | contact), now=self.clock.now())

    def fire(self) -> int:
        now = self.clock.now()
        with self.book.turn() as turn:
            due = [one for one, row in turn.tables.notices.items() if row.due_at is not None and row.due_at <= now]
            for notice_id in due:
                self._fire(turn, notice_id)
        return len(due)

    def _fire(self, turn: MemoryTurn, notice_id: UUID) -> None:
        now, asked = self.clock.now(), turn.tables.notices[notice_id]
        assert asked.due_at is not None
        assert turn.tables.declared_at is not None
        turn.tables.fired += (Fired(notice_id, asked.step, asked.due_at, now),)
        following = asked.step + 1
        due_at = turn.tables.declared_at + CLIMB[following] if following < len(CLIMB) else None
        turn.tables.notices[notice_id] = replace(asked, step=following, due_at=due_at)
        tried = {row.claimed.endpoint_id for row in turn.of_notice(notice_id)}
        left = [
            endpoint
            for endpoint, (platform, _) in turn.tables.endpoints.items()
            if platform == asked.place and endpoint not in tried and endpoint not in turn.tables.retired
        ]
        if asked.step < len(CLIMB) - 1 and left:
            cause = f"ladder:silence:1:{asked.step}"
            turn.plan(notice_id, min(left), alert.Purpose.ESCALATION, cause, now=now)

    def alerts(self) -> list[Seen]:
        return sorted(
            Seen(
                one.claimed.address,
                one.claimed.purpose,
                one.state.value,
                one.claimed.attempts,
                one.possible_repeat,
            )
            for one in self.book.tables.alerts.values()
        )


def _may_have_heard(row: AlertRow) -> bool:
    return row.claimed.attempts > 0 or row.state in LEASED


@dataclass
class DatabaseWorld:
    """The real workflows, on whatever database the test has."""

    clock: FakeClock
    settings: config.Settings
    declared: Callable[..., object]
    book: books.Book

    def declare(self, *, platforms: int, contacts: int) -> None:
        for platform in range(1, platforms + 1):
            people = [
                samples.contact(contact, endpoints=[address(platform, contact)]) for contact in range(1, contacts + 1)
            ]
            name = f"platform{platform}.example"
            samples.add(samples.platform(f"p-{platform:03}", name=name, domains=(name,), contacts=people))
        self.declared(items=[{"sha256": samples.SHA256}])

    def acknowledge(self, platform: int) -> None:
        asked = self._notice(platform)
        contact = rows(Contact, Contact.platform_id == asked.platform_id)[0]
        with db.transaction() as session:
            row = notices.lock(session, asked.id)
            facts = answers.take(
                session,
                row,
                contact_id=contact.id,
                kind=notice.Answer.ACKNOWLEDGE,
                name="Ada Fictional",
                actor="cli",
                now=self.clock.now(),
            )
            record.append(session, str(asked.incident_id), facts, now=self.clock.now())

    def stand_down(self) -> None:
        (owner,) = rows(Incident)
        stand_down.stand_down(owner.ref, "Over.", settings=self.settings, now=self.clock.now(), actor="cli")

    def retire(self, platform: int, contact: int) -> None:
        with db.transaction() as session:
            session.execute(
                sa.update(Endpoint)
                .where(Endpoint.address == address(platform, contact))
                .values(retired_at=self.clock.now())
            )

    def fire(self) -> int:
        before = self._fired()
        escalate.fire(settings=self.settings, now=self.clock.now())
        return self._fired() - before

    def alerts(self) -> list[Seen]:
        return sorted(
            Seen(one.address, one.purpose, one.state, one.attempts, one.possible_repeat) for one in rows(Alert)
        )

    def _notice(self, platform: int) -> Notice:
        return rows(Notice, Notice.platform_name == f"platform{platform}.example")[0]

    def _fired(self) -> int:
        return len(rows(Timer, Timer.state == "fired", Timer.ladder.startswith("silence")))


#: Just after a step of the ladder.
STEP = timedelta(minutes=5, seconds=1)
