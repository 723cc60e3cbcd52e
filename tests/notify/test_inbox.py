"""Results as they come: taken in batches, none lost, none twice, however many threads put."""

import threading
import time
from datetime import timedelta
from uuid import UUID

from crisis.domain import alert
from crisis.notify.inbox import Inbox
from crisis.notify.sender import Result

RESULT = Result(alert.Outcome.ACCEPTED, "250 ok", 1, "", timedelta(0), timedelta(0))


def take(inbox: Inbox, enough: int, *, batch: float = 0.02, patience: float = 5.0, most: int = 500) -> list[int]:
    return [one.int for one, _ in inbox.take(enough, most=most, batch_seconds=batch, patience_seconds=patience)]


def test_what_is_there_is_taken_in_the_order_in_which_it_came_and_no_more_than_asked_for() -> None:
    inbox = Inbox()
    for number in range(5):
        inbox.put((UUID(int=number), RESULT))
    assert take(inbox, 1, most=3) == [0, 1, 2]
    assert take(inbox, 1) == [3, 4]


def test_nothing_comes_within_the_patience() -> None:
    began = time.monotonic()
    assert take(Inbox(), 1, patience=0.05) == []
    assert time.monotonic() - began >= 0.05


def test_a_batch_that_is_not_full_waits_no_longer_than_its_time() -> None:
    inbox = Inbox()
    inbox.put((UUID(int=1), RESULT))
    assert take(inbox, 100, patience=60.0) == [1]


def test_whoever_waits_is_woken_when_enough_has_come() -> None:
    inbox = Inbox()
    later = threading.Timer(0.05, lambda: [inbox.put((UUID(int=number), RESULT)) for number in range(3)])
    later.start()
    assert take(inbox, 3, batch=60.0, patience=60.0) == [0, 1, 2]


def test_many_threads_lose_nothing_and_repeat_nothing() -> None:
    inbox, each = Inbox(), 2_000

    def put(start: int) -> None:
        for number in range(start, start + each):
            inbox.put((UUID(int=number), RESULT))

    threads = [threading.Thread(target=put, args=(place * each,)) for place in range(4)]
    for one in threads:
        one.start()
    found: list[int] = []
    while len(found) < 4 * each:
        found += take(inbox, 64)
    assert sorted(found) == list(range(4 * each))
