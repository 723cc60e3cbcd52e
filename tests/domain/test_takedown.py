"""What reported outcomes do to items and their request."""

from datetime import UTC, datetime, timedelta

import pytest

from crisis import errors
from crisis.domain import notice, takedown
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome
from crisis.domain.takedown import Settled

NAMED = datetime(2026, 11, 21, 2, 2, 30, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 2, 40, tzinfo=UTC)
BEFORE = Moment(NAMED - timedelta(minutes=10))
AFTER = Moment(NAMED + timedelta(minutes=10))


@pytest.mark.parametrize(
    ("said", "happened", "settled"),
    [
        (Outcome.REMOVED, None, Settled(Outcome.REMOVED, NOW)),
        (Outcome.REMOVED, AFTER, Settled(Outcome.REMOVED, AFTER.at)),
        (Outcome.REMOVED, BEFORE, Settled(Outcome.ALREADY_GONE, BEFORE.at)),
        (Outcome.DISABLED_IN_EU, BEFORE, Settled(Outcome.ALREADY_GONE, BEFORE.at)),
        (Outcome.RESTRICTED, BEFORE, Settled(Outcome.ALREADY_GONE, BEFORE.at)),
        (Outcome.REMOVED, Moment(NAMED.replace(second=0), exact=False), Settled(Outcome.REMOVED, NAMED)),
        (Outcome.ALREADY_GONE, None, Settled(Outcome.ALREADY_GONE, NAMED)),
        (Outcome.ALREADY_GONE, BEFORE, Settled(Outcome.ALREADY_GONE, BEFORE.at)),
        (Outcome.KEPT, BEFORE, Settled(Outcome.KEPT, BEFORE.at)),
        (Outcome.CANT_FIND, None, Settled(Outcome.CANT_FIND, NOW)),
    ],
)
def test_what_was_gone_before_we_asked_is_counted_apart(
    said: Outcome, happened: Moment | None, settled: Settled
) -> None:
    assert takedown.settle(Outcome.NAMED, said, named_at=NAMED, happened=happened, now=NOW) == settled


def test_a_withdrawn_item_takes_no_outcome() -> None:
    with pytest.raises(errors.WrongState):
        takedown.settle(Outcome.WITHDRAWN, Outcome.REMOVED, named_at=NAMED, happened=None, now=NOW)


@pytest.mark.parametrize(
    ("states", "of_notice", "search_owed", "event"),
    [
        ([Outcome.REMOVED, Outcome.NAMED], notice.State.AWAITING, False, notice.Event.PROGRESS),
        ([Outcome.REMOVED, Outcome.KEPT], notice.State.AWAITING, False, notice.Event.FINISH),
        ([Outcome.REMOVED, Outcome.WITHDRAWN], notice.State.AWAITING, False, notice.Event.FINISH),
        ([Outcome.REMOVED, Outcome.KEPT], notice.State.AWAITING, True, notice.Event.PROGRESS),
        ([Outcome.REMOVED, Outcome.NAMED], notice.State.DONE, False, notice.Event.ACKNOWLEDGE),
        ([Outcome.REMOVED, Outcome.QUESTION], notice.State.DONE, False, notice.Event.PROGRESS),
        ([], notice.State.AWAITING, False, notice.Event.FINISH),
        ([], notice.State.AWAITING, True, notice.Event.PROGRESS),
    ],
)
def test_a_request_is_done_when_nothing_is_owed(
    states: list[Outcome], of_notice: notice.State, search_owed: bool, event: notice.Event
) -> None:
    assert takedown.event(states, of_notice=of_notice, search_owed=search_owed) is event


@pytest.mark.parametrize(
    ("found", "cannot", "result"),
    [("", False, None), (" 0 ", False, "none"), ("17", False, "found:17"), ("", True, "cannot")],
)
def test_a_search_has_one_answer(found: str, cannot: bool, result: str | None) -> None:
    assert takedown.search_result(found, cannot=cannot) == result


@pytest.mark.parametrize(("found", "cannot"), [("many", False), ("-1", False), ("1.5", False), ("3", True)])
def test_a_search_without_a_number_is_refused(found: str, cannot: bool) -> None:
    with pytest.raises(errors.InvalidInput):
        takedown.search_result(found, cannot=cannot)


def test_a_result_is_one_of_three() -> None:
    assert takedown.check_search("found:3") == "found:3"
    with pytest.raises(errors.InvalidInput):
        takedown.check_search("found:0")
