"""State machines as pictures: every pair of state and event, so that a new one fails until it is drawn."""

from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

from crisis import errors

State = TypeVar("State", bound=StrEnum)
Event = TypeVar("Event", bound=StrEnum)


def read(drawn: str) -> dict[tuple[str, str], str]:
    """A table with events across and states down; ``-`` is a step that is refused."""
    lines = [line.split() for line in drawn.strip().splitlines()]
    events = lines[0]
    return {(row[0], event): cell for row in lines[1:] for event, cell in zip(events, row[1:], strict=True)}


def walked(
    advance: Callable[[State, Event], State], states: type[State], events: type[Event]
) -> dict[tuple[str, str], str]:
    """What the machine does for every pair."""
    return {(state.value, event.value): _step(advance, state, event) for state in states for event in events}


def _step(advance: Callable[[State, Event], State], state: State, event: Event) -> str:
    try:
        return advance(state, event).value
    except errors.WrongState:
        return "-"
