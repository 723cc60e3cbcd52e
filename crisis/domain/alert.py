"""One message to one endpoint for one notice: purposes and the state machine of its delivery.

planned ─▶ claimed ─▶ started ─▶ accepted ─▶ delivered
   │          │           ├──▶ waiting_retry ─▶ claimed …
   │          └─▶ planned ├──▶ failed
   └─▶ cancelled          └──▶ unknown ─▶ claimed …   (no result before the lease ran out)

What hosts and providers say afterwards (domain/receipt) may still turn accepted, delivered and failed
into each other: accepted is only what we knew at the time.
"""

from enum import StrEnum

from crisis import errors


class Channel(StrEnum):
    EMAIL = "email"
    WEBHOOK = "webhook"
    PHONE = "phone"
    APPRISE = "apprise"
    PORTAL = "portal"


#: What a person of the desk does; never an alert.
BY_PEOPLE = frozenset({Channel.PHONE, Channel.PORTAL})


class Queue(StrEnum):
    """Mail has a queue and workers of its own, so that a dead host elsewhere delays no mail."""

    MAIL = "mail"
    OTHER = "other"


class State(StrEnum):
    PLANNED = "planned"
    CLAIMED = "claimed"
    STARTED = "started"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    WAITING_RETRY = "waiting_retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


class Event(StrEnum):
    CLAIM = "claim"
    RELEASE = "release"
    START = "start"
    ACCEPT = "accept"
    DELIVER = "deliver"
    RETRY = "retry"
    FAIL = "fail"
    LOSE = "lose"
    CANCEL = "cancel"
    RESUME = "resume"


class Purpose(StrEnum):
    FIRST = "first"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    ITEMS = "items"
    UPDATE = "update"
    CORRECTION = "correction"
    STAND_DOWN = "stand_down"
    TEST = "test"
    OFFICER = "officer"  # to an officer of the desk; belongs to no notice and to no figure


class Outcome(StrEnum):
    """How one attempt ended."""

    ACCEPTED = "accepted"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    UNKNOWN = "unknown"


_S, _E = State, Event
_STEPS: dict[tuple[State, Event], State] = {
    (_S.PLANNED, _E.CLAIM): _S.CLAIMED,
    (_S.WAITING_RETRY, _E.CLAIM): _S.CLAIMED,
    (_S.UNKNOWN, _E.CLAIM): _S.CLAIMED,
    (_S.CLAIMED, _E.CLAIM): _S.CLAIMED,  # the lease ran out before anything was started
    (_S.CLAIMED, _E.RELEASE): _S.PLANNED,
    (_S.CLAIMED, _E.START): _S.STARTED,
    (_S.STARTED, _E.ACCEPT): _S.ACCEPTED,
    (_S.STARTED, _E.RETRY): _S.WAITING_RETRY,
    (_S.STARTED, _E.FAIL): _S.FAILED,
    (_S.STARTED, _E.LOSE): _S.UNKNOWN,
    (_S.UNKNOWN, _E.FAIL): _S.FAILED,  # the cap of attempts is reached
    (_S.ACCEPTED, _E.DELIVER): _S.DELIVERED,
    (_S.ACCEPTED, _E.FAIL): _S.FAILED,  # a delivery status notification
    (_S.DELIVERED, _E.FAIL): _S.FAILED,  # a later one: it came back from further on
    (_S.FAILED, _E.DELIVER): _S.DELIVERED,  # it had arrived, or got there another way
    (_S.PLANNED, _E.FAIL): _S.FAILED,  # the channel has no setting: said at once
    (_S.CLAIMED, _E.FAIL): _S.FAILED,
    (_S.PLANNED, _E.CANCEL): _S.CANCELLED,
    (_S.CLAIMED, _E.CANCEL): _S.CANCELLED,
    (_S.WAITING_RETRY, _E.CANCEL): _S.CANCELLED,
    (_S.UNKNOWN, _E.CANCEL): _S.CANCELLED,
    (_S.CANCELLED, _E.RESUME): _S.PLANNED,  # the incident was stood down too early and is active again
}

#: States in which the engine still has something to do.
OPEN = frozenset({_S.PLANNED, _S.CLAIMED, _S.STARTED, _S.WAITING_RETRY, _S.UNKNOWN})

#: Smaller goes first: a correction before everything, a first alert before the rest.
_PRIORITY: dict[Purpose, int] = {
    Purpose.CORRECTION: 0,
    Purpose.FIRST: 1,
    Purpose.OFFICER: 1,
    Purpose.ITEMS: 2,
    Purpose.ESCALATION: 2,
    Purpose.STAND_DOWN: 3,
    Purpose.UPDATE: 4,
    Purpose.REMINDER: 4,
    Purpose.TEST: 5,
}


def advance(state: State, event: Event) -> State:
    """The state after ``event``.

    Raises:
        WrongState: the machine has no such step, as for an attempt that reports after its lease.
    """
    try:
        return _STEPS[state, event]
    except KeyError:
        raise errors.WrongState(f"An alert that is {state.value} can't take the step “{event.value}”.") from None


def priority(purpose: Purpose) -> int:
    """The rank in the queue; 0 is sent first."""
    return _PRIORITY[purpose]


def queue(channel: Channel) -> Queue:
    """Which queue drains the channel.

    Raises:
        ValueError: for phone numbers and portals, which people use; they never become an alert.
    """
    if channel in BY_PEOPLE:
        raise ValueError(f"a {channel.value} is for people; it becomes a task of the desk")
    return Queue.MAIL if channel is Channel.EMAIL else Queue.OTHER
