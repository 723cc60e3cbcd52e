"""What is asked of alerts and timers is found by an index, however many others there are."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext
from sqlalchemy.orm import Session

from crisis.domain import alert
from crisis.store import (
    agenda,
    alerts,
    attempts,
    canaries,
    db,
    figures,
    holds,
    keys,
    overview_rows,
    recipients,
    signs,
    timers,
)
from tests.parts.clock import START

KEY = keys.new()
OF_ALERTS: dict[str, Callable[[Session], object]] = {
    "cancel_for_incident": lambda session: alerts.cancel_for_incident(session, KEY, now=START),
    "resume": lambda session: alerts.resume(session, KEY, cancelled_at=START, now=START),
    "hold": lambda session: recipients.hold(session, KEY),
    "overview": lambda session: overview_rows.alerts(session, KEY),
    "a page of the overview": lambda session: overview_rows.alerts(session, KEY, after=KEY, limit=100),
    "claim": lambda session: alerts.claim(session, alert.Queue.MAIL, owner="a/b/c", now=START, limit=5),
    "due_queues": lambda session: alerts.due_queues(session, START),
    "free_earlier_boots": lambda session: alerts.free_earlier_boots(session, node="a", boot="b", now=START),
    "lose_expired": lambda session: attempts.lose_expired(session, alert.Queue.MAIL, now=START, limit=5),
    "of_others": lambda session: holds.of_others(session, alert.Queue.MAIL, owner="a/b/c", now=START),
    "is_tended": lambda session: holds.is_tended(session, alert.Queue.OTHER, owner="a/b/c", now=START),
    "oldest_due": lambda session: signs.oldest_due(session, now=START),
    "waiting": lambda session: figures.waiting(session, now=START),
    "replace_older": lambda session: canaries.replace_older(session, alert.Channel.EMAIL, now=START),
    "forget_old": lambda session: canaries.forget_old(session, before=START - timedelta(days=1)),
    "probes": lambda session: signs.probes(session, limit=5),
}
OF_TIMERS: dict[str, Callable[[Session], object]] = {
    "cancel_for_incident": lambda session: timers.cancel_for_incident(session, KEY, now=START),
    "resume": lambda session: timers.resume(session, KEY, [KEY], cancelled_at=START),
    "overview": lambda session: overview_rows.armed_timers(session, KEY),
    "due_next": lambda session: agenda.due_next(session, limit=5),
    "fire_due": lambda session: timers.fire_due(session, KEY, now=START, limit=100),
    "due_owners": lambda session: timers.due_owners(session, now=START),
}


def plans(ask: Callable[[Session], object]) -> list[str]:
    """How the database goes about each statement of ``ask``; PostgreSQL reads a whole table only where it must."""
    found: list[str] = []

    def explain(connection: sa.Connection, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        cursor = connection.connection.cursor()
        cursor.execute(f"{how} {statement}", parameters)
        found.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
        cursor.close()

    with db.transaction() as session:
        is_postgresql = db.db.engine.dialect.name == "postgresql"
        how = "EXPLAIN" if is_postgresql else "EXPLAIN QUERY PLAN"
        if is_postgresql:
            session.connection().exec_driver_sql("SET LOCAL enable_seqscan = off")
        sa.event.listen(session.connection(), "before_cursor_execute", explain)
        ask(session)
    return found


def reads_all(plan: str, table: str) -> bool:
    lines = plan.splitlines()
    return any(
        f"Seq Scan on {table}" in line or (line.startswith(f"SCAN {table}") and "INDEX" not in line) for line in lines
    )


@pytest.mark.parametrize("ask", OF_ALERTS.values(), ids=OF_ALERTS)
def test_nobody_reads_all_alerts(desk_db: AppContext, ask: Callable[[Session], object]) -> None:
    found = plans(ask)
    assert found
    assert not [plan for plan in found if reads_all(plan, "alert")]


@pytest.mark.parametrize("ask", OF_TIMERS.values(), ids=OF_TIMERS)
def test_nobody_reads_all_timers(desk_db: AppContext, ask: Callable[[Session], object]) -> None:
    found = plans(ask)
    assert found
    assert not [plan for plan in found if reads_all(plan, "timer")]
