"""Tests of the account: its rows in the order of the record, times as said and as written down."""

from typing import Any

from crisis.reports import account

PLATFORM = {"id": "p-001", "name": "Pixelly"}


def entry(n: int, kind: str, /, *, second: int = 2, said: int | None = None, **facts: Any) -> dict[str, Any]:
    recorded = f"2026-03-02T01:00:{second:02}.000000Z"
    return {
        "n": n,
        "kind": kind,
        "at": recorded if said is None else f"2026-03-02T01:00:{said:02}.000000Z",
        "recorded_at": recorded,
        "actor": "contact:1",
        "platform": PLATFORM if kind.startswith("notice.") else None,
        "facts": facts,
    }


def test_what_was_written_at_one_moment_about_one_platform_is_one_row() -> None:
    (row,) = account.rows(
        [
            entry(7, "notice.answered", kind="acknowledge"),
            entry(8, "notice.acknowledged", first=True),
            entry(9, "notice.state", state="acknowledged", was="awaiting"),
        ]
    )
    assert (row.n, row.platform, row.actor) == ("7–9", "Pixelly", None)
    assert row.told == "Acknowledged, the first of this platform; state: acknowledged (was awaiting)"
    assert row.kinds == "notice.answered · notice.acknowledged · notice.state"


def test_who_did_it_is_said_by_kind_where_it_is_not_the_platform_itself() -> None:
    rows = account.rows([{**entry(n, "update.sent"), "actor": who} for n, who in enumerate(["user:1", "cli", "desk"])])
    assert [row.actor for row in rows] == ["somebody of the desk", "the command line", "the desk itself"]


def test_a_number_that_is_told_elsewhere_is_not_claimed() -> None:
    (row,) = account.rows([entry(7, "notice.answered", kind="done"), entry(9, "notice.state", state="done")])
    assert (row.n, row.told) == ("7, 9", "Answered “done”; state: done")


def test_rows_stand_in_the_order_of_the_record_and_apart_by_moment() -> None:
    rows = account.rows(
        [
            entry(9, "notice.state", second=5, state="done"),
            entry(7, "notice.acknowledged", first=True),
            entry(5, "update.sent"),
            entry(6, "update.sent"),
        ]
    )
    assert [row.n for row in rows] == ["5", "6", "7", "9"]


def test_a_time_said_that_is_not_the_time_of_writing_is_shown_beside_it() -> None:
    close, apart = account.rows(
        [entry(1, "notice.state", second=3, said=2, state="done"), entry(2, "update.sent", second=8, said=2)]
    )
    assert close.said_at is None
    assert (apart.said_at, apart.recorded_at) == ("2026-03-02T01:00:02.000000Z", "2026-03-02T01:00:08.000000Z")
