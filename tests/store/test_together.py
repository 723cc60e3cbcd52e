"""Work that arrives together: one round for all who wait, and nobody harmed by another."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from crisis.store.together import Together


class Rounds:
    """Doubles what it is given; keeps the rounds, and holds the first until it is told to go on."""

    def __init__(self, refuse: Callable[[Sequence[int]], bool] = lambda _: False) -> None:
        self.seen: list[list[int]] = []
        self.entered, self.go_on = threading.Event(), threading.Event()
        self.refuse = refuse

    def act(self, given: Sequence[int]) -> list[int | Exception]:
        self.seen.append(list(given))
        self.entered.set()
        assert self.go_on.wait(10)
        if self.refuse(given):
            raise OSError("the round failed")
        return [ValueError(f"not {one}") if one < 0 else one * 2 for one in given]


def do_all(rounds: Rounds, numbers: Sequence[int]) -> list[int | Exception]:
    """The result of each: the first begins a round, the others arrive while it runs."""
    together: Together[int, int] = Together(rounds.act)

    def do(number: int) -> int | Exception:
        try:
            return together.do(number)
        except (OSError, ValueError) as error:
            return error

    with ThreadPoolExecutor(len(numbers)) as pool:
        first = pool.submit(do, numbers[0])
        assert rounds.entered.wait(10)
        others = [pool.submit(do, number) for number in numbers[1:]]
        while len(together._waiting) < len(others):
            threading.Event().wait(0.001)
        rounds.go_on.set()
        return [first.result(10), *(one.result(10) for one in others)]


def test_what_arrives_while_a_round_runs_shares_the_next() -> None:
    rounds = Rounds()
    assert do_all(rounds, range(1, 9)) == [2, 4, 6, 8, 10, 12, 14, 16]
    assert [len(one) for one in rounds.seen] == [1, 7]


def test_a_round_has_a_most_and_the_rest_follows_in_the_next() -> None:
    rounds = Rounds()
    assert do_all(rounds, range(100)) == [2 * one for one in range(100)]
    assert [len(one) for one in rounds.seen] == [1, 64, 35]


def test_what_is_refused_is_refused_for_that_piece_alone() -> None:
    results = do_all(Rounds(), [1, 2, -3, 4])
    assert [results[0], results[1], results[3]] == [2, 4, 8]
    assert isinstance(results[2], ValueError)


def test_where_a_round_fails_each_is_done_alone() -> None:
    rounds = Rounds(refuse=lambda given: 3 in given)
    results = do_all(rounds, [1, 2, 3, 4])
    assert [results[0], results[1], results[3]] == [2, 4, 8]
    assert isinstance(results[2], OSError)
    assert sorted(map(len, rounds.seen)) == [1, 1, 1, 1, 3]


def test_what_fails_alone_is_not_tried_again() -> None:
    rounds = Rounds(refuse=lambda _: True)
    rounds.go_on.set()
    with pytest.raises(OSError, match="the round failed"):
        Together(rounds.act).do(1)
    assert rounds.seen == [[1]]


def test_the_next_is_served_after_a_failure() -> None:
    rounds = Rounds(refuse=lambda given: 1 in given)
    rounds.go_on.set()
    together = Together(rounds.act)
    with pytest.raises(OSError, match="the round failed"):
        together.do(1)
    assert together.do(2) == 4
