"""What a duty officer declares: its words and its state machine.

draft ──declare──▶ declared ──stand_down──▶ stood_down ──close──▶ closed
                      │  ▲                      │
                    cancel └──────reactivate────┘
                      ▼
                  cancelled (mistaken)
"""

from enum import StrEnum

from crisis import errors


class State(StrEnum):
    DRAFT = "draft"
    DECLARED = "declared"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Event(StrEnum):
    DECLARE = "declare"
    STAND_DOWN = "stand_down"
    REACTIVATE = "reactivate"
    CLOSE = "close"
    CANCEL = "cancel"


class Purpose(StrEnum):
    """``single`` is an order or a referral sent alone; it is never shown as a crisis."""

    REAL = "real"
    EXERCISE = "exercise"
    SINGLE = "single"


class Kind(StrEnum):
    TERRORIST = "terrorist-violent-extremist"
    CHILD_ABUSE = "child-sexual-abuse"
    DRUGS = "drug-trafficking"
    TRAFFICKING = "human-trafficking"
    OTHER = "other"


class Severity(StrEnum):
    """*Source:* severity of OASIS CAP 1.2."""

    EXTREME = "extreme"
    SEVERE = "severe"
    MODERATE = "moderate"
    MINOR = "minor"
    UNKNOWN = "unknown"


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 labels, never translated. *Source:* first.org/tlp."""

    RED = "RED"
    AMBER_STRICT = "AMBER+STRICT"
    AMBER = "AMBER"
    GREEN = "GREEN"
    CLEAR = "CLEAR"


_STEPS: dict[tuple[State, Event], State] = {
    (State.DRAFT, Event.DECLARE): State.DECLARED,
    (State.DECLARED, Event.STAND_DOWN): State.STOOD_DOWN,
    (State.DECLARED, Event.CANCEL): State.CANCELLED,
    (State.STOOD_DOWN, Event.REACTIVATE): State.DECLARED,
    (State.STOOD_DOWN, Event.CLOSE): State.CLOSED,
}


def advance(state: State, event: Event) -> State:
    """The state after ``event``.

    Raises:
        WrongState: the machine has no such step; show the reader the state it is in.
    """
    try:
        return _STEPS[state, event]
    except KeyError:
        raise errors.WrongState(
            f"An incident that is {state.value.replace('_', ' ')} can't take the step "
            f"“{event.value.replace('_', ' ')}”. Look at the incident as it is now."
        ) from None
