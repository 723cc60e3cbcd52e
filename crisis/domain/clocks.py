"""The clocks of one notice: what has passed since when, and whether it was within the target."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from crisis.domain import notice

#: From receipt of a removal order to removal. *Source:* Regulation (EU) 2021/784, Article 3(3).
#: The law's, not ours: no setting reaches it, and nothing voluntary is measured by it.
LEGAL_HOUR = timedelta(hours=1)

#: States in which "within the target" is no question: it was not theirs, or the asking was taken back.
_OUT_OF_QUESTION = frozenset({notice.State.NOT_OURS, notice.State.WITHDRAWN, notice.State.VOID})


class Stand(StrEnum):
    """A notice against its target, in the words for a voluntary request."""

    WITHIN = "within"
    AFTER = "after"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Asked:
    """The times of a notice, UTC. They are facts; all else is computed from them.

    ``named_at`` is when it was first asked, ``last_named_at`` when its latest batch was (``None``: only
    one), ``target_at`` the target of that batch. ``done_at`` is the first time of done, as claimed;
    ``ended_at`` the time of the present finished state; ``stood_down_at`` the incident's.
    """

    ask: notice.Ask
    state: notice.State
    declared_at: datetime
    named_at: datetime
    target_at: datetime | None
    acknowledged_at: datetime | None = None
    done_at: datetime | None = None
    ended_at: datetime | None = None
    last_named_at: datetime | None = None
    stood_down_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clocks:
    """Durations; ``None`` where the end has not come. ``left`` counts down to the target, below zero after it."""

    since_named: timedelta
    since_declared: timedelta
    to_acknowledge: timedelta | None
    declared_to_acknowledge: timedelta | None
    to_done: timedelta | None
    declared_to_done: timedelta | None
    elapsed: timedelta
    left: timedelta | None
    within_target: bool | None
    stand: Stand | None


def read(asked: Asked, now: datetime) -> Clocks:
    """All clocks of a notice at ``now``."""
    return Clocks(
        since_named=_between(asked.named_at, now),
        since_declared=_between(asked.declared_at, now),
        to_acknowledge=_to(asked.named_at, asked.acknowledged_at),
        declared_to_acknowledge=_to(asked.declared_at, asked.acknowledged_at),
        to_done=_to(asked.named_at, asked.done_at),
        declared_to_done=_to(asked.declared_at, asked.done_at),
        elapsed=elapsed(asked, now),
        left=None if asked.target_at is None else asked.target_at - now,
        within_target=within_target(asked, now),
        stand=stand(asked, now),
    )


def elapsed(asked: Asked, now: datetime) -> timedelta:
    """From naming to done, to stand-down, else to ``now``; never below zero."""
    return _between(asked.named_at, asked.done_at or asked.stood_down_at or now)


def within_target(asked: Asked, now: datetime) -> bool | None:
    """True if done within the target; false if done later or still open past it; ``None`` before that,
    and when not ours, withdrawn, void, informed only, or stood down before the target.

    ``will_not_act`` is not done: false once the target has passed.
    """
    if asked.ask is notice.Ask.INFORM or asked.target_at is None or asked.state in _OUT_OF_QUESTION:
        return None
    done_at = _present_done(asked)
    if done_at is not None and done_at <= asked.target_at:
        return True
    if asked.stood_down_at is not None and asked.stood_down_at <= asked.target_at:
        return None
    return False if done_at is not None or now > asked.target_at else None


def stand(asked: Asked, now: datetime) -> Stand | None:
    """``within_target`` as a word; ``OPEN`` while it can still be met, ``None`` where it is no question."""
    within = within_target(asked, now)
    if within is not None:
        return Stand.WITHIN if within else Stand.AFTER
    if asked.ask is notice.Ask.INFORM or asked.target_at is None or asked.state in _OUT_OF_QUESTION:
        return None
    return None if asked.stood_down_at is not None else Stand.OPEN


def legal_target(received_at: datetime | None) -> datetime | None:
    """When a removal order must have been executed; ``None`` while there is no proof of receipt."""
    return None if received_at is None else received_at + LEGAL_HOUR


def seconds(duration: timedelta | None) -> float | None:
    """The duration in seconds, to the millisecond, as doors show it."""
    return None if duration is None else round(duration.total_seconds(), 3)


def _present_done(asked: Asked) -> datetime | None:
    """When the latest batch was done: the first time of done, unless it was before items were added."""
    if asked.state is not notice.State.DONE:
        return None
    if asked.done_at is None or (asked.last_named_at is not None and asked.done_at < asked.last_named_at):
        return asked.ended_at or asked.done_at
    return asked.done_at


def _between(start: datetime, end: datetime) -> timedelta:
    """Never below zero: what was said to have happened before we asked took no time."""
    return max(end - start, timedelta(0))


def _to(start: datetime, end: datetime | None) -> timedelta | None:
    return None if end is None else _between(start, end)
