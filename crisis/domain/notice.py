"""What one platform is asked by one instrument in one incident: its words and its state machine.

    awaiting ─▶ acknowledged ─▶ in_progress ─▶ done
        └──────────┴──────┬────────┴──▶ will_not_act · not_ours
    officer: withdrawn (every item withdrawn) · void (an order without effect)

A platform may skip steps and may change its mind: a later answer is a new fact and moves the state
again. New items move ``done`` back to ``in_progress``; the first time of done is kept elsewhere.
"""

from enum import StrEnum

from crisis import errors


class Instrument(StrEnum):
    """Only an order carries the law's hour; an alert and a referral are voluntary."""

    ALERT = "alert"
    REFERRAL = "referral"
    ORDER = "order"


class Ask(StrEnum):
    ACT = "act"
    SEARCH = "search"
    INFORM = "inform"


class State(StrEnum):
    AWAITING = "awaiting"
    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    WILL_NOT_ACT = "will_not_act"
    NOT_OURS = "not_ours"
    WITHDRAWN = "withdrawn"
    VOID = "void"


class Event(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    PROGRESS = "progress"
    FINISH = "finish"
    REFUSE = "refuse"
    DISCLAIM = "disclaim"
    NEW_ITEMS = "new_items"
    WITHDRAW = "withdraw"
    ANNUL = "annul"


class Answer(StrEnum):
    """What a contact can say on the answer page, by mail of the desk, or by phone."""

    ACKNOWLEDGE = "acknowledge"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    QUESTION = "question"
    NOT_OURS = "not_ours"
    WILL_NOT_ACT = "will_not_act"
    WRONG_CONTACT = "wrong_contact"


_S, _E = State, Event
_FROM_PLATFORM = (_S.AWAITING, _S.ACKNOWLEDGED, _S.IN_PROGRESS, _S.DONE, _S.WILL_NOT_ACT, _S.NOT_OURS)

_STEPS: dict[tuple[State, Event], State] = {
    # acknowledging is the weakest word: it never undoes work that was reported
    (_S.AWAITING, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.ACKNOWLEDGED, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.IN_PROGRESS, _E.ACKNOWLEDGE): _S.IN_PROGRESS,
    (_S.DONE, _E.ACKNOWLEDGE): _S.DONE,
    (_S.WILL_NOT_ACT, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    (_S.NOT_OURS, _E.ACKNOWLEDGE): _S.ACKNOWLEDGED,
    **{(state, _E.PROGRESS): _S.IN_PROGRESS for state in _FROM_PLATFORM},
    **{(state, _E.FINISH): _S.DONE for state in _FROM_PLATFORM},
    **{(state, _E.REFUSE): _S.WILL_NOT_ACT for state in _FROM_PLATFORM},
    **{(state, _E.DISCLAIM): _S.NOT_OURS for state in _FROM_PLATFORM},
    # new items: what was finished is open again, what was not finished stays as it is
    (_S.AWAITING, _E.NEW_ITEMS): _S.AWAITING,
    (_S.ACKNOWLEDGED, _E.NEW_ITEMS): _S.ACKNOWLEDGED,
    (_S.IN_PROGRESS, _E.NEW_ITEMS): _S.IN_PROGRESS,
    (_S.DONE, _E.NEW_ITEMS): _S.IN_PROGRESS,
    (_S.WILL_NOT_ACT, _E.NEW_ITEMS): _S.ACKNOWLEDGED,
    (_S.NOT_OURS, _E.NEW_ITEMS): _S.ACKNOWLEDGED,
    (_S.WITHDRAWN, _E.NEW_ITEMS): _S.AWAITING,
    **{(state, _E.WITHDRAW): _S.WITHDRAWN for state in (*_FROM_PLATFORM, _S.WITHDRAWN)},
    **{(state, _E.ANNUL): _S.VOID for state in (*_FROM_PLATFORM, _S.WITHDRAWN)},
}

#: Answers of two contacts of one platform that can't both be so; the officer has to ask.
CONTRADICTING = frozenset({State.DONE, State.WILL_NOT_ACT, State.NOT_OURS})

#: States in which nothing more is expected of the platform.
FINISHED = frozenset({State.DONE, State.WILL_NOT_ACT, State.NOT_OURS, State.WITHDRAWN, State.VOID})


def advance(state: State, event: Event) -> State:
    """The state after ``event``.

    Raises:
        WrongState: the machine has no such step, as with any answer to a withdrawn or void request.
    """
    try:
        return _STEPS[state, event]
    except KeyError:
        raise errors.WrongState(
            f"A request that is {state.value.replace('_', ' ')} can't take the step "
            f"“{event.value.replace('_', ' ')}”. Nothing was changed."
        ) from None
