"""Duty: which officer of the desk is told of a matter, who is told when nobody takes it, and when it is over."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

#: Reasons for telling an officer that come from the ladders of a platform; the others are its answers.
CALL = "call"
SILENCE = frozenset({"silent", "no_next_contact", CALL, "no_phone"})
LAST_WARNING = "last_warning"
FAILED = "tell_failed"

#: Of these one matter a request is enough: it says that something stays as it is.
_STAYING = SILENCE | {FAILED}


class Action(StrEnum):
    """The steps of the officers' ladder, as their timers call them."""

    NEXT = "tell_next_officer"
    ALL = "tell_all_officers"


class How(StrEnum):
    """How a matter ended."""

    TAKEN = "taken"  # an officer said so
    ACTED = "acted"  # an officer did something about the request
    OVER = "over"  # the platform did


@dataclass(frozen=True, slots=True)
class Following:
    """``tell``: whom, in order; ``then``: what the next timer does, if nobody takes the matter meanwhile."""

    tell: tuple[UUID, ...]
    then: Action | None


def following(order: Sequence[UUID], told: Collection[UUID], action: Action) -> Following:
    """Who is told at a step: the next one who was not told yet; behind the last one all of them, once.

    Args:
        order: the officers on duty, the first one first; it may have changed since the last step.
    """
    waiting = [one for one in order if one not in told]
    if action is Action.ALL or not waiting:
        return Following(tuple(order) if len(order) > 1 or waiting else (), None)
    if len(waiting) > 1:
        return Following((waiting[0],), Action.NEXT)
    return Following((waiting[0],), Action.ALL if len(order) > 1 else None)


def opens_again(reason: str) -> bool:
    """Whether the same reason is a new matter each time, as a second question is."""
    return reason not in _STAYING


def is_over(reason: str, *, acknowledged: bool, finished: bool) -> bool:
    """Whether the platform itself has settled the matter; a question or a refusal needs the officer all the same."""
    if reason in SILENCE or reason == FAILED:
        return acknowledged or finished
    return finished if reason == LAST_WARNING else False


def ladder_of(matter_id: UUID) -> str:
    """The ladder of a matter's timers."""
    return f"officer:{matter_id.hex}"


def matter_of(ladder: str) -> UUID | None:
    """The matter whose timer this is; ``None`` for other ladders."""
    name, _, key = ladder.partition(":")
    return UUID(key) if name == "officer" else None


def wait(minutes: int) -> timedelta:
    """How long an officer has to take a matter."""
    return timedelta(minutes=minutes)
