"""Deliver what is due on one queue: claim under a lease, send, record the outcome, until nothing is left.

    one flush, one commit:   results that came in  +  next claim, started
    then, outside of it:     what was started goes on the wire, while the rest of the wire goes on

Claiming, sending and recording overlap: at most one window (domain/dispatch) has no result when a
process dies; its leases run out and the next claim takes it as unknown, with the same message id,
marked as a possible repeat.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import sqlalchemy as sa

from crisis.config import Settings
from crisis.domain import alert, retry
from crisis.domain.delivery import Claimed, Ended, Started
from crisis.domain.dispatch import Dispatch
from crisis.notify import rendering
from crisis.notify.inbox import Inbox
from crisis.notify.sender import Envelope, Result, Sender
from crisis.store import books, delivery_facts
from crisis.store.clock import Clock
from crisis.store.delivery_facts import DeliveryFacts

_log = logging.getLogger(__name__)

#: A drain ends itself after this, well below the time limit of its task; the next ring goes on.
_BUDGET_SECONDS = 20.0

#: What is still on the wire this long after the budget is left to its leases.
_PATIENCE_SECONDS = 20.0

#: A result waits for its commit at most this long, or until so many have come.
_FLUSH_SECONDS, _FLUSH_ROWS = 0.02, 500

#: Rows of several providers claimed at once; beyond what each has room for they would only go back.
_CLAIM_ROWS = 128

#: How often a drain that waits for its wire looks for new work.
_LOOK_SECONDS = 0.05

_RENEW = timedelta(seconds=5)  # a third of a lease

#: Looking for what others lost reads all that is open of the queue. So it takes at most this share of the
#: time, or the work for one alert would grow with their number; and it is never further apart than the last.
_LOSE, _LOSE_SHARE, _LOSE_AT_LAST = timedelta(seconds=1), 0.01, timedelta(seconds=5)

#: A flush that the database refused is tried again for so long: the results are known only here.
_STUBBORN_SECONDS = 30.0


class Room(Protocol):
    """What a sending process was given when it started."""

    settings: Settings
    clock: Clock
    owner: str

    @property
    def senders(self) -> Mapping[alert.Channel, Sender]: ...


@dataclass(frozen=True, slots=True)
class Drained:
    """How many alerts were attempted, and whether the time was up before the queue was empty."""

    attempted: int
    more: bool


def drain(
    queue: alert.Queue,
    *,
    room: Room,
    overdue_by: timedelta = timedelta(0),
    shut: Collection[str] = (),
    calls: Callable[[], object] | None = None,
    budget_seconds: float = _BUDGET_SECONDS,
) -> Drained:
    """Send what is due on ``queue``, most urgent first.

    Args:
        overdue_by: only what has been due for this long; the metronome's part.
        shut: providers to which nothing goes.
        calls: the others, when there is more to begin with than one can take.

    Never raises for a message that could not be sent: that is an outcome, and it is recorded.
    """
    return Drain(queue, room=room, overdue_by=overdue_by, shut=shut).run(budget_seconds, calls=calls)


class Drain:
    """One drain, from its first claim until its queue is empty or its time is up.

    Args:
        book: where its rows are.
        ticks: seconds that only go forward; for how long something took.
    """

    def __init__(
        self,
        queue: alert.Queue,
        *,
        room: Room,
        overdue_by: timedelta = timedelta(0),
        shut: Collection[str] = (),
        book: books.Book | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._queue = queue
        self._room = room
        self._overdue_by = overdue_by
        self._shut = frozenset(shut)
        self._book = book or books.DatabaseBook()
        self._ticks = ticks
        self._dispatch = Dispatch(one_wire=queue is alert.Queue.MAIL)
        self._inbox = Inbox()
        self._templates = rendering.Templates(room.settings)
        self._submitted_at: dict[UUID, datetime] = {}
        self._renewed_at = self._lost_at = datetime.min.replace(tzinfo=UTC)
        self._lose_every = _LOSE
        self._dry_until = 0.0
        self._at = ticks()  # when the clock of the flush was read

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing, and nothing of it is on the wire."""
        return self._dispatch.is_empty

    def run(self, budget_seconds: float, *, calls: Callable[[], object] | None = None) -> Drained:
        """Turn after turn, until nothing is left or the time is up."""
        ends = self._ticks() + budget_seconds
        attempted, back = 0, list[_Back]()
        while True:
            stop = self._ticks() >= ends
            started, taken = self.turn(back, stop=stop)
            attempted += started
            if calls is not None and taken and not self._dry_until:  # it took all that it had room for
                calls()
            calls = None
            if self._dispatch.is_empty and (stop or not taken):
                return Drained(attempted, more=stop)
            if self._ticks() >= ends + _PATIENCE_SECONDS:
                return Drained(attempted, more=True)
            back = self.collect()

    def turn(self, back: Sequence["_Back"], *, stop: bool) -> tuple[int, int]:
        """Write what came back, take more unless it is time to ``stop``, and put it on the wire.

        Tried again while the database is away, for what was sent is known only here. Returns how many went
        on the wire, and how many left the queue.
        """
        gives_up = self._ticks() + _STUBBORN_SECONDS
        while True:
            try:
                now, started, taken = self._flush(back, stop=stop)
            except sa.exc.DBAPIError as error:
                if not back or not error.connection_invalidated or self._ticks() >= gives_up:
                    raise
                _log.warning("deliver.flush_again", extra={"error": type(error).__name__, "results": len(back)})
                time.sleep(_LOOK_SECONDS * 4)
            else:
                self._submit(started, now)
                return len(started), taken

    def _flush(self, back: Sequence["_Back"], *, stop: bool) -> tuple[datetime, list[Started], int]:
        """One transaction; when it is done, ``started`` may go on the wire. If it fails, leases cover what it took."""
        now, self._at = self._room.clock.now(), self._ticks()
        facts = DeliveryFacts(now)
        with self._book.turn() as turn:
            self._record(turn, back, facts, now=now)
            self._keep_hold(turn, facts, now=now)
            claimed, count = ([], 0) if stop else self._claim(turn, facts, now=now)
            if stop:
                turn.release(self._dispatch.give_up(), owner=self._room.owner)
            self._templates.learn(turn.messages(self._templates.missing(one.message_id for one in claimed)))
            for stream, told in facts.by_stream():
                turn.append(stream, told, now=now)
        started = [Started(one, now) for one in claimed]
        self._dispatch.start(started)
        return now, started, count

    def _record(self, turn: books.Turn, back: Sequence["_Back"], facts: DeliveryFacts, *, now: datetime) -> None:
        moves_on = turn.moves_on({one.climbing for one in back if one.climbing})
        done = turn.finish([_ended(one, moves_on) for one in back], now=now)
        if done.late:
            _log.warning("deliver.late_results", extra={"results": len(done.late)})
        facts.results(done.moved)
        failed = [one.claimed for one in done.moved if one.state is alert.State.FAILED]
        self._give_up(turn, ((one.incident_id, one.notice_id) for one in failed), now=now)
        for gone in [one.started.claimed.endpoint_id for one in back if one.result.retire]:
            facts.registry += turn.retire(gone, now=now) if gone else []

    def _give_up(self, turn: books.Turn, failed: Iterable[tuple[UUID | None, UUID | None]], *, now: datetime) -> None:
        """The officer hears of it, and the ladder does not wait for somebody who was not reached."""
        about = [(incident_id, notice_id) for incident_id, notice_id in failed if incident_id and notice_id]
        turn.arm(delivery_facts.failures(about, now=now))
        turn.hurry({notice_id for _, notice_id in about}, now=now)

    def _keep_hold(self, turn: books.Turn, facts: DeliveryFacts, *, now: datetime) -> None:
        """Take note of what other workers lost, and keep what is ours."""
        if not timedelta(0) <= now - self._lost_at < self._lose_every:  # a clock set back counts as well
            self._lost_at, began = now, self._ticks()
            lost = turn.lose(self._queue, now=now, limit=_FLUSH_ROWS)
            took = timedelta(seconds=self._ticks() - began)
            self._lose_every = min(max(_LOSE, took / _LOSE_SHARE), _LOSE_AT_LAST)
            facts.lost(lost)
            given_up = ((one.incident_id, one.notice_id) for one in lost if one.is_given_up)
            self._give_up(turn, given_up, now=now)
        if not timedelta(0) <= now - self._renewed_at < _RENEW:
            self._renewed_at = now
            ours = [*self._dispatch.on_wire, *(one.id for one in self._dispatch.held)]
            turn.renew(ours, owner=self._room.owner, now=now)

    def _claim(self, turn: books.Turn, facts: DeliveryFacts, *, now: datetime) -> tuple[list[Claimed], int]:
        """What goes on the wire next, and how many rows left the queue for it."""
        dispatch, owner = self._dispatch, self._room.owner
        ready = dispatch.startable(self._free)
        taken = turn.start(ready, owner=owner, now=now)
        facts.cancelled(taken.cancelled)
        going = taken.held
        limit = min(dispatch.free - len(going), self._most())
        if limit <= 0 or self._ticks() < self._dry_until:
            return going, 0
        at_once = self._queue is alert.Queue.MAIL  # one provider, so the room for it is known beforehand
        full = dispatch.full() | self._shut
        taken = turn.claim(
            self._queue, owner=owner, now=now, limit=limit, overdue_by=self._overdue_by, full=full, at_once=at_once
        )
        facts.cancelled(taken.cancelled)
        if taken.count < limit:  # the queue is dry for a moment
            self._dry_until = self._ticks() + _LOOK_SECONDS
        if at_once:
            return [*going, *taken.held], taken.count
        dispatch.keep(taken.held)
        ready = dispatch.startable(self._free)
        at_once_ready = turn.start(ready, owner=owner, now=now)
        turn.release(dispatch.surplus(), owner=owner)
        return [*going, *at_once_ready.held], taken.count

    def _most(self) -> int:
        """How many to claim at once: what the wire of the queue takes, where it is one."""
        if self._queue is not alert.Queue.MAIL:
            return _CLAIM_ROWS
        return self._room.senders[alert.Channel.EMAIL].room(alert.Channel.EMAIL.value)

    def _free(self, provider: str) -> int:
        return self._room.senders[alert.Channel(provider.partition(":")[0])].room(provider)

    def _submit(self, started: Sequence[Started], now: datetime) -> None:
        """Render, and put on the wire."""
        by_channel: dict[alert.Channel, list[Envelope]] = {}
        for one in started:
            envelope = self._templates.envelope(one.claimed, started_at=now)
            by_channel.setdefault(envelope.channel, []).append(envelope)
        submitted_at = now + timedelta(seconds=self._ticks() - self._at)
        self._submitted_at.update((one.claimed.id, submitted_at) for one in started)
        for channel, envelopes in by_channel.items():
            self._room.senders[channel].submit(envelopes, self._inbox)

    def collect(self, patience_seconds: float = _LOOK_SECONDS) -> list["_Back"]:
        """The results of the next few milliseconds; half of the wire is enough not to let it run empty."""
        found = self._inbox.take(
            min(_FLUSH_ROWS, self._dispatch.enough),
            most=_FLUSH_ROWS,
            batch_seconds=_FLUSH_SECONDS,
            patience_seconds=patience_seconds,
        )
        back = [
            _Back(started, result, self._submitted_at.pop(one) + result.finished_after)
            for one, result in found
            if (started := self._dispatch.end(one))
        ]
        self._dispatch.adapt(len(back))
        return back


#: What the ladder of silence goes beyond, when it moves on.
_CLIMBING = (alert.Purpose.FIRST.value, alert.Purpose.ESCALATION.value)

_ACCEPTED = alert.advance(alert.State.STARTED, alert.Event.ACCEPT)


class _Back(NamedTuple):
    """A result that has come back and is not written yet."""

    started: Started
    result: Result
    finished_at: datetime

    @property
    def climbing(self) -> UUID | None:
        """The notice whose ladder says how long it is worth trying; ``None`` where no ladder does."""
        if self.result.outcome is alert.Outcome.ACCEPTED:
            return None
        claimed = self.started.claimed
        return claimed.notice_id if claimed.purpose in _CLIMBING else None


def _ended(back: _Back, moves_on: Mapping[UUID, datetime]) -> Ended:
    """What becomes of an alert after this result."""
    result = back.result
    state, due_at = (_ACCEPTED, None) if result.outcome is alert.Outcome.ACCEPTED else _refused(back, moves_on)
    return Ended(
        *(back.started, result.outcome, state, back.finished_at, due_at, result.detail, result.size, result.sha256),
        *(result.code, result.remote_id or None, result.evidence or None),
    )


def _refused(back: _Back, moves_on: Mapping[UUID, datetime]) -> tuple[alert.State, datetime | None]:
    """The state of an alert that was not accepted, and when it is tried again, if it is."""
    claimed = back.started.claimed
    at = moves_on.get(back.climbing) if back.climbing else None
    following = retry.after(
        back.result.outcome,
        alert.Channel(claimed.channel),
        claimed.attempts + 1,
        moves_on_in=at - back.finished_at if at else None,
    )
    state = alert.advance(alert.State.STARTED, following.event)
    again = state in (alert.State.WAITING_RETRY, alert.State.UNKNOWN)
    return state, back.finished_at + following.wait if again else None
