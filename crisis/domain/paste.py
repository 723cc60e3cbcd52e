"""Items in pasted text or an uploaded file: one a line, CSV with a header, or JSON."""

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from crisis import errors
from crisis.domain import decoding, hosts, paste_line, text
from crisis.domain.declaration import GivenItem

#: Lines that are not empty, and bytes.
MAX_LINES = 10_000
MAX_BYTES = 20_000_000

#: What headers of lists call a column.
_COLUMN = {
    "url": "url",
    "address": "url",
    "link": "url",
    "sha256": "sha256",
    "sha-256": "sha256",
    "md5": "md5",
    "pdq": "pdq",
    "hash": "hash",
}


class NotUnderstood(NamedTuple):
    """A line of which something was not understood: its number (from 1), its text, shortened, and why."""

    line: int
    text: str
    reason: str


@dataclass(slots=True)
class Pasted:
    """What was found, in the order given; nothing is left out in silence."""

    items: list[GivenItem] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)

    def take(self, line: int, shown: str, cells: Sequence[tuple[str, str]], to_ascii: hosts.ToAscii) -> None:
        """Add what the cells hold, as pairs of column and text, and what in them was not understood."""
        found, reason = paste_line.from_cells(cells, line=line, to_ascii=to_ascii)
        self.items += found
        if reason is not None:
            self.refuse(line, shown, reason)

    def refuse(self, line: int, shown: str, reason: str) -> None:
        self.not_understood.append(NotUnderstood(line, text.shorten(text.visible(shown), 200), reason))


def read(data: str | bytes, *, to_ascii: hosts.ToAscii | None = None) -> Pasted:
    """The items in text or bytes. Addresses may be defanged; words around them are passed over.

    Args:
        to_ascii: without it a host with other than ASCII letters is taken as it is and checked later.

    Raises:
        InvalidInput: more than 10,000 lines, or 20 MB.
    """
    if len(data) > MAX_BYTES:
        raise errors.InvalidInput(f"The list is larger than {MAX_BYTES // 1_000_000} MB; cut it into several.")
    content = decoding.text_of(data) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    lines = re.split(r"\r\n|\r|\n", content)
    given = sum(1 for line in lines if line.strip())
    if given > MAX_LINES:
        raise errors.InvalidInput(f"The list has {given} lines; at most {MAX_LINES} fit. Cut it into several.")
    pasted = Pasted()
    reader = to_ascii or _as_it_is
    if not (_json(content, pasted, reader) or _csv(lines, pasted, reader)):
        _lines(lines, pasted, reader)
    return pasted


def _as_it_is(host: str) -> str:
    """A stand-in of the right form: the host itself is checked when the declaration is."""
    return re.sub(r"[^\x00-\x7f]+", "x", host)


def _json(content: str, pasted: Pasted, to_ascii: hosts.ToAscii) -> bool:
    if not content.lstrip().startswith(("[", "{")):
        return False
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return False
    entries = value.get("items", [value]) if isinstance(value, dict) else value
    if not isinstance(entries, list):
        return False
    if len(entries) > MAX_LINES:
        raise errors.InvalidInput(f"The list has {len(entries)} entries; at most {MAX_LINES} fit.")
    for line, entry in enumerate(entries, start=1):
        cells = _cells_of(entry)
        if cells:
            pasted.take(line, json.dumps(entry, ensure_ascii=False), cells, to_ascii)
        else:
            pasted.refuse(line, json.dumps(entry, ensure_ascii=False), "It holds neither an address nor a hash.")
    return True


def _cells_of(entry: Any) -> list[tuple[str, str]]:
    if isinstance(entry, str):
        return [("any", entry)]
    if not isinstance(entry, dict):
        return []
    named = ((_COLUMN.get(str(name).strip().lower()), value) for name, value in entry.items())
    return [(column, value) for column, value in named if column and isinstance(value, str) and value.strip()]


def _csv(lines: Sequence[str], pasted: Pasted, to_ascii: hosts.ToAscii) -> bool:
    first = next((number for number, line in enumerate(lines) if line.strip()), None)
    if first is None:
        return False
    for delimiter in ",;\t":
        columns = [_COLUMN.get(cell.strip().strip('"').lower()) for cell in lines[first].split(delimiter)]
        if any(columns):
            break
    else:
        return False
    rows = csv.reader(io.StringIO("\n".join(lines[first + 1 :])), delimiter=delimiter)
    before = 0
    try:
        for row in rows:
            line, before = first + 2 + before, rows.line_num
            cells = [(column, cell) for column, cell in zip(columns, row, strict=False) if column and cell.strip()]
            if cells:
                pasted.take(line, delimiter.join(row), cells, to_ascii)
            elif any(cell.strip() for cell in row):
                pasted.refuse(line, delimiter.join(row), "It holds neither an address nor a hash.")
    except csv.Error as wrong:
        pasted.refuse(
            first + 2 + before, lines[min(first + 1 + before, len(lines) - 1)], f"From here it is no CSV: {wrong}."
        )
    return True


def _lines(lines: Iterable[str], pasted: Pasted, to_ascii: hosts.ToAscii) -> None:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            pasted.take(number, line.strip(), [("any", line)], to_ascii)
