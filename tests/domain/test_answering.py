"""What an answer does to a request."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from crisis.domain import answering
from crisis.domain.answering import Effect, Standing
from crisis.domain.claimed import Moment
from crisis.domain.notice import Answer, State

ANNA, BEN = UUID(int=1), UUID(int=2)
NAMED = datetime(2026, 11, 21, 2, 2, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 2, 11, tzinfo=UTC)

FRESH = Standing(
    state=State.AWAITING,
    named_at=NAMED,
    acknowledged_at=None,
    done_at=None,
    ended_at=None,
    question=False,
    contradiction=False,
    contact_acknowledged=False,
    said={},
)


def decide(
    standing: Standing, answer: Answer, *, contact: UUID = ANNA, done: datetime = NOW, exact: bool = True
) -> Effect:
    return answering.decide(standing, answering.said(answer), contact_id=contact, done=Moment(done, exact), now=NOW)


@pytest.mark.parametrize(
    ("answer", "state", "acknowledges", "tell"),
    [
        (Answer.ACKNOWLEDGE, State.ACKNOWLEDGED, True, ()),
        (Answer.IN_PROGRESS, State.IN_PROGRESS, True, ()),
        (Answer.DONE, State.DONE, True, ()),
        (Answer.QUESTION, State.ACKNOWLEDGED, True, ("tell_question",)),
        (Answer.NOT_OURS, State.NOT_OURS, True, ()),
        (Answer.WILL_NOT_ACT, State.WILL_NOT_ACT, True, ("tell_refusal",)),
        (Answer.WRONG_CONTACT, State.AWAITING, False, ("tell_wrong_contact",)),
    ],
)
def test_each_answer_moves_the_request(answer: Answer, state: State, acknowledges: bool, tell: tuple[str, ...]) -> None:
    effect = decide(FRESH, answer)
    assert effect.state is state
    assert effect.acknowledges is acknowledges
    assert effect.first_of_contact is acknowledges
    assert effect.first_of_notice is acknowledges
    assert effect.tell == tell


def test_done_keeps_the_first_time_that_was_claimed() -> None:
    claimed = NOW - timedelta(minutes=3)
    first = decide(FRESH, Answer.DONE, done=claimed)
    assert first.first_done_at == claimed
    assert first.ended_at == claimed
    again = decide(
        FRESH._replace(state=State.DONE, done_at=claimed, ended_at=claimed, acknowledged_at=NOW), Answer.DONE
    )
    assert again.first_done_at is None
    assert again.ended_at == claimed
    assert not again.first_of_notice


def test_done_before_we_asked_was_done_when_they_told_us() -> None:
    effect = decide(FRESH, Answer.DONE, done=NAMED - timedelta(minutes=20))
    assert effect.first_done_at == NOW


def test_done_in_the_minute_of_asking_was_done_at_once_not_before() -> None:
    named = NAMED + timedelta(seconds=30)
    effect = decide(FRESH._replace(named_at=named), Answer.DONE, done=NAMED, exact=False)
    assert effect.first_done_at == named


def test_a_question_waits_until_the_request_is_finished() -> None:
    asked = decide(FRESH, Answer.QUESTION)
    assert asked.question
    waiting = FRESH._replace(state=State.ACKNOWLEDGED, question=True)
    assert decide(waiting, Answer.IN_PROGRESS).question
    assert not decide(waiting, Answer.DONE).question


def test_two_contacts_who_can_not_both_be_right_are_a_contradiction() -> None:
    said = FRESH._replace(state=State.DONE, said={ANNA: State.DONE})
    effect = decide(said, Answer.NOT_OURS, contact=BEN)
    assert effect.contradiction
    assert effect.tell == ("tell_contradiction",)
    assert effect.state is State.NOT_OURS


def test_one_contact_who_changes_their_mind_is_none() -> None:
    said = FRESH._replace(state=State.DONE, said={ANNA: State.DONE})
    assert not decide(said, Answer.NOT_OURS).contradiction


def test_an_acknowledgement_takes_no_word_back() -> None:
    said = FRESH._replace(state=State.NOT_OURS, contradiction=True, said={ANNA: State.DONE, BEN: State.NOT_OURS})
    effect = decide(said, Answer.ACKNOWLEDGE)
    assert effect.contradiction
    assert effect.tell == ()  # they know already


def test_a_contradiction_ends_when_they_agree() -> None:
    said = FRESH._replace(state=State.NOT_OURS, contradiction=True, said={ANNA: State.DONE, BEN: State.NOT_OURS})
    assert not decide(said, Answer.DONE, contact=BEN).contradiction


def test_an_answer_to_a_withdrawn_request_is_kept_and_moves_nothing() -> None:
    effect = decide(FRESH._replace(state=State.WITHDRAWN, ended_at=NAMED), Answer.DONE)
    assert effect.state is State.WITHDRAWN
    assert not effect.moved
    assert not effect.acknowledges
    assert effect.ended_at == NAMED


def test_new_work_after_done_opens_the_request_again() -> None:
    done = FRESH._replace(state=State.DONE, done_at=NAMED, ended_at=NAMED, acknowledged_at=NAMED)
    effect = decide(done, Answer.IN_PROGRESS)
    assert effect.state is State.IN_PROGRESS
    assert effect.ended_at is None


def test_what_nobody_types_is_left_out() -> None:
    assert answering.tidy(" Camille\u202e Roux\x00\r\n ") == "Camille Roux"
    assert answering.tidy("one\r\ntwo\x07", lines=True) == "one\ntwo"
