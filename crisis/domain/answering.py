"""What an answer of a contact does to a request: decided here, written elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from crisis.domain import notice
from crisis.domain import text as texts
from crisis.domain.claimed import Moment
from crisis.domain.notice import Answer, Event, State

#: Characters that a form may hold.
NAME_LENGTH, CASE_LENGTH, NOTE_LENGTH = 200, 100, 2000

#: After these answers the list follows at once; whoever is the wrong one does not get it.
SHOWS_LIST = frozenset({Answer.ACKNOWLEDGE, Answer.IN_PROGRESS, Answer.DONE, Answer.QUESTION})

#: What an officer is told of, as words of the record.
TELL_QUESTION = "tell_question"
TELL_CONTRADICTION = "tell_contradiction"
TELL_REFUSAL = "tell_refusal"
TELL_WRONG_CONTACT = "tell_wrong_contact"
TELL_FOUND = "tell_found"
TELL_UNCONFIRMED = "tell_unconfirmed"
TELL_REPLY = "tell_reply"  # a mail of a person, which is no answer yet

#: States in which the request itself is gone; what a contact says is kept and moves nothing.
_TAKEN_BACK = frozenset({State.WITHDRAWN, State.VOID})


@dataclass(frozen=True, slots=True)
class Said:
    """What a contact said, as far as it moves the request.

    ``word`` is what contacts of one platform may contradict each other by; ``keeps_word``: what the
    same contact said before still holds beside it.
    """

    event: Event | None
    word: State | None = None
    keeps_word: bool = False
    asks: bool = False  # a question that waits for the officer
    tell: tuple[str, ...] = ()  # what the officer is told at once


_SAID: dict[Answer, Said] = {
    Answer.ACKNOWLEDGE: Said(Event.ACKNOWLEDGE, keeps_word=True),
    Answer.IN_PROGRESS: Said(Event.PROGRESS),
    Answer.DONE: Said(Event.FINISH, word=State.DONE),
    # somebody with a name has read it and wants to know more
    Answer.QUESTION: Said(Event.ACKNOWLEDGE, keeps_word=True, asks=True, tell=(TELL_QUESTION,)),
    Answer.NOT_OURS: Said(Event.DISCLAIM, word=State.NOT_OURS),
    Answer.WILL_NOT_ACT: Said(Event.REFUSE, word=State.WILL_NOT_ACT, tell=(TELL_REFUSAL,)),
    # whoever answered is not who acts: the ladder goes on
    Answer.WRONG_CONTACT: Said(None, tell=(TELL_WRONG_CONTACT,)),
}


class Standing(NamedTuple):
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


class Effect(NamedTuple):
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
    tell: tuple[str, ...]


def said(answer: Answer) -> Said:
    """What an answer of the page says."""
    return _SAID[answer]


def tidy(text: str, *, lines: bool = False) -> str:
    """What a person typed, without the characters that nobody types: controls, bidirectional marks."""
    if text.isascii() and text.isprintable():  # which most are
        return text.strip()
    return "".join(one for one in texts.clean(text) if texts.forbidden(one, lines=lines) is None).strip()


def contradict(words: Iterable[State | None]) -> bool:
    """Whether the last words of the contacts of one platform can't all be so."""
    return len({one for one in words if one in notice.CONTRADICTING}) > 1


def last_words(before: Mapping[UUID, State | None], contact_id: UUID, said: Said) -> Mapping[UUID, State | None]:
    """The last word of each contact, once this one has said that."""
    return before if said.keeps_word else {**before, contact_id: said.word}


def decide(standing: Standing, said: Said, *, contact_id: UUID, done: Moment, now: datetime) -> Effect:
    """The effect of what a contact said.

    Args:
        done: when it is said to have been done; only used where it finishes the request.
    """
    event = None if standing.state in _TAKEN_BACK else said.event
    state = standing.state if event is None else notice.advance(standing.state, event)
    contradiction = contradict(last_words(standing.said, contact_id, said).values())
    acknowledges = event is not None
    finished_at = finish_time(standing.named_at, done, now=now)
    return Effect(
        state=state,
        moved=event is not None,
        acknowledges=acknowledges,
        first_of_contact=acknowledges and not standing.contact_acknowledged,
        first_of_notice=acknowledges and standing.acknowledged_at is None,
        first_done_at=finished_at if event is Event.FINISH and standing.done_at is None else None,
        ended_at=_ended_at(standing, event, state, finished_at, now),
        question=(standing.question or said.asks) and state not in notice.FINISHED,
        contradiction=contradiction,
        tell=(*said.tell, *([TELL_CONTRADICTION] if contradiction and not standing.contradiction else [])),
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
