"""How long messages took lately, by channel, from the attempts themselves."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from crisis.domain import alert
from crisis.store import bulk, db, keys, round_trips
from crisis.store.models import Attempt
from tests.parts import asked as parts
from tests.parts.clock import START

pytestmark = pytest.mark.usefixtures("desk_db")


def attempt(alert_id: UUID, number: int, *, at: datetime, took: float, outcome: str) -> dict[str, object]:
    key = UUID(int=keys.first_of(at).int | number)
    finished = at + timedelta(milliseconds=took)
    return {"id": key, "alert_id": alert_id, "number": number, "fence": 1, "owner": "tests", "started_at": at,
            "finished_at": finished, "outcome": outcome}  # fmt: skip


def test_it_is_the_median_of_what_was_accepted_within_a_day() -> None:
    asked = parts.write(now=START)
    mail = parts.plan_alert(asked, "update", now=START)
    hour, days = START - timedelta(hours=1), START - timedelta(days=3)
    rows = [
        attempt(mail, number, at=at, took=took, outcome=outcome)
        for number, (at, took, outcome) in enumerate(
            [
                (hour, 40, "accepted"),
                (hour, 60, "accepted"),
                (hour, 9_000, "accepted"),
                (hour, 30_000, "temporary"),
                (days, 10_000, "accepted"),
            ],
            start=1,
        )
    ]
    with db.transaction() as session:
        bulk.insert(session, Attempt, rows)
    with db.reading() as session:
        assert round_trips.measured(session, now=START) == {alert.Channel.EMAIL: timedelta(milliseconds=60)}
        assert round_trips.measured(session, now=START + timedelta(days=2)) == {}
