"""What reported outcomes do to items and their request: decided here, written elsewhere."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from crisis import errors
from crisis.domain import answering, item, notice
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome

#: The one answer owed for hashes to search: nothing found, so many found, or not possible.
_SEARCH = re.compile(r"none|cannot|found:[1-9]\d{0,6}")


@dataclass(frozen=True, slots=True)
class Settled:
    """The outcome to write down, with the time at which it is said to have been (UTC)."""

    outcome: Outcome
    happened_at: datetime


def settle(state: Outcome, said: Outcome, *, named_at: datetime, happened: Moment | None, now: datetime) -> Settled:
    """What is written when a platform says ``said`` about an item in ``state``.

    What was taken down before we asked was already gone, and is counted apart.

    Raises:
        WrongState: the item takes no such outcome; the text says why.
    """
    item.advance(state, said)
    if said in item.TAKEN_DOWN and happened is not None and happened.is_before(named_at):
        said = Outcome.ALREADY_GONE
    if happened is None:
        return Settled(said, named_at if said is Outcome.ALREADY_GONE else now)
    return Settled(said, happened.since(named_at))


def event(states: Iterable[Outcome], *, of_notice: notice.State, search_owed: bool) -> notice.Event:
    """What outcomes do to the request: it is done when nothing is owed any more.

    A platform that said done stays with its word while it fills in the rest, unless it asks a question.
    """
    states = list(states)
    if not search_owed and all(item.is_done(state) for state in states):
        return notice.Event.FINISH
    if of_notice is notice.State.DONE and Outcome.QUESTION not in states:
        return notice.Event.ACKNOWLEDGE
    return notice.Event.PROGRESS


def said(outcomes: Iterable[Outcome], event: notice.Event, *, search: str | None = None) -> answering.Said:
    """What these outcomes say together about the request, beside the ``event`` that follows from all."""
    outcomes = set(outcomes)
    word = notice.State.DONE if outcomes & item.TAKEN_DOWN else None
    if outcomes == {Outcome.NOT_OURS}:
        word = notice.State.NOT_OURS
    return answering.Said(
        event,
        word=word,
        keeps_word=word is None,
        asks=Outcome.QUESTION in outcomes,
        tell=tuple(
            reason
            for reason, told in (
                (answering.TELL_QUESTION, Outcome.QUESTION in outcomes),
                (answering.TELL_REFUSAL, Outcome.CANT_COMPLY in outcomes),
                (answering.TELL_FOUND, (search or "").startswith("found:")),
            )
            if told
        ),
    )


def search_result(found: str, *, cannot: bool) -> str | None:
    """``none``, ``found:<n>`` or ``cannot`` from the two fields of the form; ``None`` where both are empty.

    Raises:
        InvalidInput: the number is none, or both were filled in.
    """
    text = found.strip()
    if cannot:
        if text:
            raise errors.InvalidInput(
                "Either a number or “can't search”, not both.", fields={"found": "Leave one of the two empty."}
            )
        return "cannot"
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 7):
        raise errors.InvalidInput("The number of copies found is not a number.", fields={"found": "Write 0, 1, 2 …"})
    return f"found:{int(text)}" if int(text) else "none"


def check_search(result: str) -> str:
    """``result`` itself, where it is one.

    Raises:
        InvalidInput: it is none of ``none``, ``found:<n>``, ``cannot``.
    """
    if not _SEARCH.fullmatch(result):
        raise errors.InvalidInput("A search ends with none, found:<n> or cannot.", fields={"search": "Write one."})
    return result
