"""The list of a request as a CSV file, out and in."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from crisis.domain import outcome_file
from crisis.domain.claimed import Moment
from crisis.domain.item import Outcome
from crisis.domain.outcome_file import BadFile, BadLine, Fault, Line, Reader

ONE, TWO = UUID(int=1), UUID(int=2)
NAMED = datetime(2026, 11, 21, 2, 2, tzinfo=UTC)
KNOWN = {str(ONE): ONE, str(TWO): TWO, "https://pixelly.example/1": ONE, "https://pixelly.example/2": TWO}
READER = Reader(KNOWN.get, ZoneInfo("Europe/Paris"), NAMED, datetime(2026, 11, 21, 2, 40, tzinfo=UTC))


def test_outcomes_are_read_by_id_or_address() -> None:
    text = f"id,outcome,happened_at,note\r\n{ONE},removed,03:10,\r\n{TWO},restricted,,only in DE\r\n"
    assert outcome_file.read(text.encode(), READER) == [
        Line(2, ONE, Outcome.REMOVED, Moment(datetime(2026, 11, 21, 2, 10, tzinfo=UTC), exact=False), ""),
        Line(3, TWO, Outcome.RESTRICTED, None, "only in DE"),
    ]
    by_url = b"url,outcome\nhttps://pixelly.example/2,Already gone\n"
    assert outcome_file.read(by_url, READER) == [Line(2, TWO, Outcome.ALREADY_GONE, None, "")]


def test_the_file_that_we_gave_out_comes_back() -> None:
    given = outcome_file.write(
        [
            (str(ONE), "https://pixelly.example/1", "", "", "", "2026-11-21T02:02:00Z", "", "", ""),
            (str(TWO), "https://pixelly.example/2", "", "", "", "2026-11-21T02:02:00Z", "kept", "", ""),
        ]
    )
    assert given.splitlines()[0] == "\ufeffid,url,sha256,md5,pdq,named_at,outcome,happened_at,note"
    assert outcome_file.read(given.encode(), READER) == [Line(3, TWO, Outcome.KEPT, None, "")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_files_of_spreadsheets_are_read(encoding: str, sign: str) -> None:
    text = f"id,outcome,note\n{ONE},kept,déjà vu\n".replace(",", sign)
    assert outcome_file.read(text.encode(encoding), READER) == [Line(2, ONE, Outcome.KEPT, None, "déjà vu")]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [BadLine(1, Fault.COLUMNS, "")]),
        ("id,outcome\n", [BadLine(0, Fault.NOTHING)]),
        ("id,outcome,happend_at\n", [BadLine(1, Fault.COLUMNS, "happend_at")]),
        ("outcome\nremoved\n", [BadLine(1, Fault.COLUMNS, "outcome")]),
        (f"id,outcome\n{ONE},gone\n", [BadLine(2, Fault.OUTCOME, "gone")]),
        (f"id,outcome\n{ONE},withdrawn\n", [BadLine(2, Fault.OUTCOME, "withdrawn")]),
        (f"id,outcome\n{ONE},named\n", [BadLine(2, Fault.OUTCOME, "named")]),
        ("id,outcome\nnobody,kept\n", [BadLine(2, Fault.ITEM, "nobody")]),
        (f"id,outcome\n{ONE},kept\n{ONE},removed\n", [BadLine(3, Fault.TWICE, str(ONE))]),
        (f"id,outcome,happened_at\n{ONE},removed,04:30\n", [BadLine(2, Fault.TIME, "04:30")]),
        (f"id,outcome,note\n{ONE},kept,{'x' * 2001}\n", [BadLine(2, Fault.NOTE, "x" * 80)]),
        (f"id,outcome\n{ONE},a\n{TWO},b\n", [BadLine(2, Fault.OUTCOME, "a"), BadLine(3, Fault.OUTCOME, "b")]),
    ],
)
def test_every_line_at_fault_is_named(text: str, lines: list[BadLine]) -> None:
    with pytest.raises(BadFile) as error:
        outcome_file.read(text.encode(), READER)
    assert list(error.value.lines) == lines


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(BadFile) as error:
        outcome_file.read(b"PK\x03\x04\x00\x00\x08", READER)
    assert error.value.lines == (BadLine(0, Fault.NOT_TEXT),)


def test_ten_thousand_lines_are_the_most() -> None:
    text = "id,outcome\n" + f"{ONE},kept\n" * 10_002
    with pytest.raises(BadFile) as error:
        outcome_file.read(text.encode(), READER)
    assert error.value.lines[0].fault is Fault.TOO_LONG
