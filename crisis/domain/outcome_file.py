"""The list of a request as a CSV file: given out for work, read back with the outcomes filled in."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from crisis import errors
from crisis.domain import answering, claimed, item
from crisis.domain.claimed import Moment, UnclearTime
from crisis.domain.item import Outcome

#: Of the file that we give out; the last three are to be filled in.
COLUMNS = ("id", "url", "sha256", "md5", "pdq", "named_at", "outcome", "happened_at", "note")

#: What may be reported in a file.
OUTCOMES = (*item.SAID_BY_PLATFORM, Outcome.RESTORED)

_MOST_LINES = 10_001  # with the header
_MOST_FAULTS = 50  # told at once; more help nobody


class Fault(StrEnum):
    """What is wrong with a line, or with the file (line 0)."""

    NOT_TEXT = "not_text"
    COLUMNS = "columns"
    TOO_LONG = "too_long"
    NOTHING = "nothing"
    ITEM = "item"
    TWICE = "twice"
    OUTCOME = "outcome"
    TIME = "time"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line with its fault, and the cell that shows it, shortened."""

    number: int
    fault: Fault
    cell: str = ""


class BadFile(errors.InvalidInput):
    """The file does not fit; ``lines`` says where. Nothing of it was used: correct it, send it again."""

    def __init__(self, lines: Sequence[BadLine]) -> None:
        fields = {f"line {one.number}": f"{one.fault.value}: {one.cell}" for one in lines}
        super().__init__("The file does not fit; nothing of it was used. Correct these lines.", fields=fields)
        self.lines = tuple(lines)


@dataclass(frozen=True, slots=True)
class Line:
    """One outcome read from a file."""

    number: int
    item_id: UUID
    outcome: Outcome
    happened: Moment | None
    note: str


@dataclass(frozen=True, slots=True)
class Reader:
    """What a file is read against. ``find`` gives the item of an id or an address."""

    find: Callable[[str], UUID | None]
    zone: ZoneInfo
    named_at: datetime
    now: datetime


def read(data: bytes, reader: Reader) -> list[Line]:
    """The outcomes of a file with the columns ``id`` or ``url``, ``outcome``, and maybe more of ``COLUMNS``.

    Lines without an outcome are left out: they are not finished yet.

    Raises:
        BadFile: naming every line that does not fit; nothing of the file may be used.
    """
    rows = _rows(data)
    lines: dict[UUID, Line] = {}
    faults: list[BadLine] = []
    for number, row in rows:
        if not row.get("outcome", ""):
            continue
        try:
            line = _line(number, row, reader)
        except _Wrong as wrong:
            faults.append(BadLine(number, wrong.fault, wrong.cell[:80]))
            continue
        if line.item_id in lines:
            faults.append(BadLine(number, Fault.TWICE, (row.get("url") or row.get("id") or "")[:80]))
        lines[line.item_id] = line
    if faults:
        raise BadFile(faults[:_MOST_FAULTS])
    if not lines:
        raise BadFile([BadLine(0, Fault.NOTHING)])
    return list(lines.values())


def write(rows: Iterable[Sequence[str]]) -> str:
    """The file for work: cells in the order of ``COLUMNS``, lines end as RFC 4180 says, UTF-8 with its mark.

    The cells are identifiers, exact addresses that begin with their scheme, hashes, times and words of
    ours: none of them is a formula, so nothing is quoted away.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return "\ufeff" + out.getvalue()


class _Wrong(Exception):
    def __init__(self, fault: Fault, cell: str) -> None:
        super().__init__(fault)
        self.fault = fault
        self.cell = cell


def _rows(data: bytes) -> list[tuple[int, dict[str, str]]]:
    text = _text(data)
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        unknown = [name for name in header if name not in COLUMNS]
        if unknown or "outcome" not in header or not {"id", "url"} & set(header) or len(set(header)) < len(header):
            raise BadFile([BadLine(1, Fault.COLUMNS, ", ".join(unknown or header)[:80])])
        rows: list[tuple[int, dict[str, str]]] = []
        for cells in reader:
            if reader.line_num > _MOST_LINES * 2 or len(rows) >= _MOST_LINES:
                raise BadFile([BadLine(reader.line_num, Fault.TOO_LONG)])
            if any(cell.strip() for cell in cells):
                named = dict(zip(header, (cell.strip() for cell in cells), strict=False))
                rows.append((reader.line_num, named))
    except csv.Error:
        raise BadFile([BadLine(reader.line_num, Fault.NOT_TEXT)]) from None
    return rows


def _text(data: bytes) -> str:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise BadFile([BadLine(0, Fault.NOT_TEXT)])


def _line(number: int, row: dict[str, str], reader: Reader) -> Line:
    key = row.get("id") or row.get("url") or ""
    item_id = reader.find(key) or (reader.find(row["url"]) if row.get("url") else None)
    if item_id is None:
        raise _Wrong(Fault.ITEM, key)
    word = row["outcome"].lower().replace(" ", "_")
    if word not in {one.value for one in OUTCOMES}:
        raise _Wrong(Fault.OUTCOME, row["outcome"])
    note = answering.tidy(row.get("note", ""), lines=True)
    if len(note) > answering.NOTE_LENGTH:
        raise _Wrong(Fault.NOTE, note)
    happened = None
    if row.get("happened_at"):
        try:
            happened = claimed.read(row["happened_at"], zone=reader.zone, named_at=reader.named_at, now=reader.now)
        except UnclearTime:
            raise _Wrong(Fault.TIME, row["happened_at"]) from None
    return Line(number, item_id, Outcome(word), happened, note)
