"""What the metronome leaves alone where it sends by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from crisis.domain import helping
from crisis.domain.helping import Hold

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SLOW, BUSY = "webhook:slow.example", "webhook:busy.example"
TAKES = {"email": 20, SLOW: 8, BUSY: 2}


def hold(provider: str, rows: int, seconds: float | None) -> Hold:
    return Hold(provider, rows, None if seconds is None else NOW - timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("holds", "shut"),
    [
        ([], set()),
        ([hold("email", 300, 0.1)], {"email"}),
        ([hold("email", 300, 5.9)], {"email"}),
        # the wire is slow: nothing new has gone for a while, and it is still full
        ([hold("email", 300, 6)], {"email"}),
        ([hold("email", 1, 9.9)], {"email"}),
        # every send has ended by now: a process that still holds them sends nothing
        ([hold("email", 300, 10)], set()),
        # claimed, and nothing of it was ever started
        ([hold("email", 300, None)], set()),
        # a provider that hangs, and others whose rows wait behind it
        ([hold(SLOW, 8, 7)], {SLOW}),
        ([hold(SLOW, 7, 7)], set()),
        ([hold(SLOW, 8, 7), hold(BUSY, 1, 7)], {SLOW}),
        ([hold(SLOW, 8, 7), hold(BUSY, 1, 1)], {SLOW}),
        ([hold(SLOW, 8, 60), hold(BUSY, 2, 8)], {BUSY}),
    ],
)
def test_it_helps_where_a_provider_has_room(holds: list[Hold], shut: set[str]) -> None:
    assert helping.shut(holds, NOW, TAKES.__getitem__) == shut
