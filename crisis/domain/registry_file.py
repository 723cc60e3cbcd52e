"""The registry file: platforms, contacts and endpoints as CSV, one row an endpoint."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from crisis import errors
from crisis.domain import hosts, registry_checks
from crisis.domain import text as texts
from crisis.domain.registry_row import COLUMNS, Row

__all__ = ["COLUMNS", "Row", "read", "write"]

#: Rows; a registry beyond that belongs into several files.
MAX_ROWS = 100_000


def read(
    text: str,
    *,
    to_ascii: hosts.ToAscii,
    is_public_suffix: Callable[[str], bool],
    check_mail: Callable[[str], object],
    check_apprise: Callable[[str], object] = len,
) -> list[Row]:
    """The rows of a file without a fault; see ``registry_checks`` for what is looked at.

    Args:
        is_public_suffix: of a domain in its IDNA form.
        check_mail: raises InvalidInput or ValueError for what is no mail address.
        check_apprise: the same for an Apprise address that may not be used.

    Raises:
        InvalidInput: one for all faults, each named by ``line N``; nothing of the file may be applied.
    """
    rows, faults = _rows(text.removeprefix("\ufeff"))
    checks = registry_checks.Checks(to_ascii, is_public_suffix, check_mail, check_apprise)
    for line, reason in checks.faults(rows):
        faults.setdefault(f"line {line}", reason)
    if faults:
        first = next(iter(faults.items()))
        more = f" {len(faults) - 1} more lines have faults." if len(faults) > 1 else ""
        ordered = dict(sorted(faults.items(), key=lambda fault: int(fault[0].removeprefix("line "))))
        raise errors.InvalidInput(
            f"Nothing of the registry file was taken. {first[0]}: {first[1]}.{more}", fields=ordered
        )
    return rows


def write(rows: Iterable[Row]) -> str:
    """The file with the same cells; lines end with CR LF, cells are quoted only where CSV needs it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(row.cells() for row in rows)
    return out.getvalue()


def _rows(text: str) -> tuple[list[Row], dict[str, str]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Row] = []
    faults: dict[str, str] = {}
    line = 1
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            raise errors.InvalidInput(_wrong_header(header), fields={"line 1": _wrong_header(header)})
        line = reader.line_num + 1
        for cells in reader:
            if len(rows) + len(faults) >= MAX_ROWS:
                raise errors.InvalidInput(f"The file has more than {MAX_ROWS} rows.", fields={"file": "too many rows"})
            if not cells:
                faults[f"line {line}"] = "the line is empty"
            elif len(cells) != len(COLUMNS):
                faults[f"line {line}"] = f"has {len(cells)} cells instead of {len(COLUMNS)}"
            else:
                rows.append(Row(line, *cells))
            line = reader.line_num + 1
    except csv.Error as wrong:
        faults[f"line {line}"] = f"is no CSV: {wrong}"
    if not rows and not faults:
        reason = "the file has a header and no rows"
        raise errors.InvalidInput("The registry file holds no platform; nothing was taken.", fields={"line 1": reason})
    return rows, faults


def _wrong_header(header: Sequence[str]) -> str:
    missing = [name for name in COLUMNS if name not in header]
    foreign = [texts.shorten(texts.visible(name), 40) for name in header if name not in COLUMNS]
    said = [f"missing: {', '.join(missing)}"] if missing else []
    said += [f"not known: {', '.join(foreign[:5])}"] if foreign else []
    return f"The header must be {','.join(COLUMNS)} ({'; '.join(said) or 'the order differs'})"
