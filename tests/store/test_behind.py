"""Rows that are written behind, on both databases: in order, all of them or none, and nobody waits for ever."""

import sys
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from crisis.store import behind, bulk, db
from crisis.store.models import Event, StreamHead
from tests.parts.clock import START
from tests.parts.rows import rows

pytestmark = pytest.mark.usefixtures("desk_db")

SAME = {"kind": "x", "actor": "a", "occurred_at": START, "recorded_at": START, "schema": 1}
MANY = 50_000  # more than may wait to be written


def write(session: Any, stream: str, numbers: Any) -> None:
    bulk.write(session, Event, ("n", "body"), ((n, "b") for n in numbers), same={**SAME, "stream": stream})


def counted(session: Any) -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(Event)))


def write_all(*given: Iterable[int], then: Callable[[Any], object] = lambda _: None) -> None:
    """One transaction, each of ``given`` to a stream of its own."""
    with db.transaction() as session, behind.behind(session):
        for place, numbers in enumerate(given):
            write(session, str(place), numbers)
        then(session)


def test_whatever_else_uses_the_session_finds_all_that_was_written_before() -> None:
    with db.transaction() as session, behind.behind(session):
        write(session, "a", range(2_000))
        write(session, "b", range(3))
        assert counted(session) == 2_003
        write(session, "c", range(2_000))
        session.add(StreamHead(stream="c", n=2_000))
        session.flush()
        assert counted(session) == 4_003
        write(session, "d", range(1))
    assert len(rows(Event)) == 4_004


def test_rows_that_cannot_be_made_end_the_transaction_with_their_own_error() -> None:
    def broken() -> Iterator[int]:
        yield from range(1_200)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_all(range(600), broken())
    assert rows(Event) == []


def test_what_the_database_refuses_is_told_at_the_next_statement_or_the_end() -> None:
    twice = [*range(10), 3, *range(10, MANY)]
    with pytest.raises(Exception, match=r"(?i)unique"):
        write_all(twice, range(10))
    with pytest.raises(Exception, match=r"(?i)unique"):
        write_all(twice, then=lambda session: pytest.fail(str(counted(session))))
    assert rows(Event) == []
    write_all(range(10))  # and the connection is as good as new
    assert len(rows(Event)) == 10


def test_a_connection_that_is_lost_meanwhile_is_told() -> None:
    if db.db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with pytest.raises(Exception, match="connection"):
        write_all(_cutting())
    assert rows(Event) == []


def test_the_interpreter_has_its_usual_turns_again_when_the_last_of_two_has_written() -> None:
    if db.db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has no thread that writes")
    usual = sys.getswitchinterval()
    with db.transaction() as one, db.transaction() as another, behind.behind(another):
        with behind.behind(one):
            assert sys.getswitchinterval() < usual
        assert sys.getswitchinterval() < usual
    assert sys.getswitchinterval() == usual


def _cutting() -> Iterator[int]:
    """Numbers; on the way the server ends every other connection."""
    cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = "
    for n in range(MANY):
        if n == 5_000:
            with db.db.engine.connect() as other:
                other.execute(sa.text(cut + "current_database()"))
        yield n
