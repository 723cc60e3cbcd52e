"""What an answer of a contact does to a request: decided here, written elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from crisis.domain import notice
from crisis.domain.claimed import Moment
from crisis.domain.notice import Answer, Event, State

#: Answers that an officer has to look at, whatever else they do.
_ASKS_OFFICER = frozenset({Answer.QUESTION, Answer.WRONG_CONTACT, Answer.WILL_NOT_ACT})

#: States in which the request itself is gone; what a contact says is kept and moves nothing.
_TAKEN_BACK = frozenset({State.WITHDRAWN, State.VOID})

_WORD: dict[Answer, State] = {
    Answer.DONE: State.DONE,
    Answer.WILL_NOT_ACT: State.WILL_NOT_ACT,
    Answer.NOT_OURS: State.NOT_OURS,
}


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts of a request on which an answer meets it. Times are UTC."""

    state: State
    named_at: datetime
    acknowledged_at: datetime | None
    done_at: datetime | None
    ended_at: datetime | None
    question: bool
    contradiction: bool
    contact_acknowledged: bool  # this contact, before
    said: Mapping[UUID, State | None]  # the last word of each contact, before


@dataclass(frozen=True, slots=True)
class Effect:
    """What to write. ``acknowledges``: the ladder of silence ends; ``first_of_contact``: their first time."""

    state: State
    moved: bool  # the state machine took a step, maybe to the same state
    acknowledges: bool
    first_of_contact: bool
    first_of_notice: bool
    first_done_at: datetime | None  # set only by the first time of done
    ended_at: datetime | None
    question: bool
    contradiction: bool
    needs_officer: bool


def word(answer: Answer) -> State | None:
    """The last word that an answer is, where it is one: two contacts may contradict each other by it."""
    return _WORD.get(answer)


def contradict(words: Iterable[State | None]) -> bool:
    """Whether the last words of the contacts of one platform can't all be so."""
    return len({one for one in words if one in notice.CONTRADICTING}) > 1


def decide(
    standing: Standing, *, event: Event | None, contact_id: UUID, answer: Answer | None, done: Moment, now: datetime
) -> Effect:
    """The effect of ``event`` by a contact.

    Args:
        answer: what was chosen; ``None`` where outcomes of items were reported instead.
        done: when it is said to have been done; only used where the event finishes the request.
    """
    if standing.state in _TAKEN_BACK:
        event = None
    state = standing.state if event is None else notice.advance(standing.state, event)
    acknowledges = event is not None
    # outcomes that finish the last item are as much a last word as the answer is
    said = {**standing.said, contact_id: word(answer) if answer else (State.DONE if event is Event.FINISH else None)}
    if answer is Answer.ACKNOWLEDGE or (answer is None and event is not Event.FINISH):
        said[contact_id] = standing.said.get(contact_id)  # “we have it” takes nothing back
    contradiction = contradict(said.values())
    finished_at = finish_time(standing.named_at, done, now=now)
    return Effect(
        state=state,
        moved=event is not None,
        acknowledges=acknowledges,
        first_of_contact=acknowledges and not standing.contact_acknowledged,
        first_of_notice=acknowledges and standing.acknowledged_at is None,
        first_done_at=finished_at if event is Event.FINISH and standing.done_at is None else None,
        ended_at=_ended_at(standing, event, state, finished_at, now),
        question=(standing.question or answer is Answer.QUESTION) and state not in notice.FINISHED,
        contradiction=contradiction,
        needs_officer=answer in _ASKS_OFFICER or (contradiction and not standing.contradiction),
    )


def finish_time(named_at: datetime, done: Moment, *, now: datetime) -> datetime:
    """When the request itself was done: the time claimed, or now where that was before we asked.

    Content that was gone before is counted apart; the looking was done when they told us.
    """
    return now if done.is_before(named_at) else done.since(named_at)


def _ended_at(
    standing: Standing, event: Event | None, state: State, finished_at: datetime, now: datetime
) -> datetime | None:
    if state not in notice.FINISHED:
        return None
    if event is None or (state is standing.state and standing.ended_at is not None):
        return standing.ended_at
    return finished_at if event is Event.FINISH else now
