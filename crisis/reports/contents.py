"""The items of a report as rows to read, with addresses that no program makes a link of."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from crisis.domain import urls
from crisis.reports import words


@dataclass(frozen=True, slots=True)
class Row:
    """One item as asked of one platform; ``platform`` is ``None`` where nobody was asked about it."""

    position: int
    batch: int
    address: str | None  # defanged
    hashes: tuple[tuple[str, str], ...]  # algorithm, value
    merged: int  # other spellings of it
    platform: str | None
    outcome: str
    happened_at: str | None
    recorded_at: str | None


def rows(report: dict[str, Any]) -> Iterator[Row]:
    """The rows of a report, in the order in which the items were given."""
    for item in report["items"]:
        for asked in item["platforms"] or [{}]:
            yield _row(item, asked)


def _row(item: dict[str, Any], asked: dict[str, Any]) -> Row:
    return Row(
        position=item["position"],
        batch=item["batch"],
        address=urls.defang(item["url"]) if item["url"] else None,
        hashes=tuple((name, item[name]) for name in ("sha256", "md5", "pdq") if item[name]),
        merged=len(item["merged"]),
        platform=asked["platform"]["name"] if asked else None,
        outcome=_outcome(item, asked),
        happened_at=asked.get("happened_at"),
        recorded_at=asked.get("recorded_at"),
    )


def _outcome(item: dict[str, Any], asked: dict[str, Any]) -> str:
    if asked:
        return "no answer yet" if asked["outcome"] == "named" else words.plain(asked["outcome"])
    if item["withdrawn_at"]:
        return "withdrawn by us"
    return "of no platform that we know" if item["url"] else "given to all who were asked"
