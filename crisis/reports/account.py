"""The account as rows to read: what was written down in one moment about one platform is one row."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from crisis.domain import rfc3339
from crisis.domain.notice import Answer
from crisis.domain.records import Kind
from crisis.reports import sentences, words

_SAME_TIME = timedelta(seconds=1)  # said to have happened and written down no further apart are one time


@dataclass(frozen=True, slots=True)
class Row:
    """One or more entries of the record; ``said_at`` only where it was said to have happened at another time."""

    n: str
    recorded_at: str
    said_at: str | None
    platform: str | None
    told: str
    kinds: str
    actor: str | None  # only where it is not a contact of the platform


def rows(timeline: Sequence[dict[str, Any]]) -> list[Row]:
    """The rows of a report's timeline, in the order of ``n``."""
    ordered = sorted(timeline, key=lambda one: one["n"])
    return [_row(list(entries)) for _, entries in itertools.groupby(ordered, key=_moment)]


def _moment(entry: dict[str, Any]) -> tuple[object, ...]:
    """What entries that stand in one row have in common; those about no platform stand alone."""
    platform = entry["platform"]
    return (entry["recorded_at"], entry["actor"], platform["id"] if platform else entry["n"])


def _row(entries: Sequence[dict[str, Any]]) -> Row:
    first = entries[0]
    text = "; ".join(sentences.of(one["kind"], one["facts"]) for one in _telling(entries))
    return Row(
        n=_numbers([one["n"] for one in entries]),
        recorded_at=first["recorded_at"],
        said_at=next((one["at"] for one in entries if _differs(one)), None),
        platform=first["platform"]["name"] if first["platform"] else None,
        told=text[:1].upper() + text[1:],
        kinds=" · ".join(one["kind"] for one in entries),
        actor=None if first["actor"].startswith("contact:") else words.actor(first["actor"]),
    )


def _telling(entries: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Without the answer that says no more than the acknowledgement which it brought about."""
    acknowledged = any(one["kind"] == Kind.NOTICE_ACKNOWLEDGED for one in entries)
    return [one for one in entries if not (acknowledged and one["facts"].get("kind") == Answer.ACKNOWLEDGE)]


def _numbers(found: Sequence[int]) -> str:
    """``7``, ``54–56``, or ``64, 69, 70`` where entries between them are told elsewhere."""
    if len(found) > 1 and found[-1] - found[0] == len(found) - 1:
        return f"{found[0]}–{found[-1]}"
    return ", ".join(str(one) for one in found)


def _differs(entry: dict[str, Any]) -> bool:
    return abs(rfc3339.read(entry["at"]) - rfc3339.read(entry["recorded_at"])) > _SAME_TIME
