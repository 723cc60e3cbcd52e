"""A report as CSV for spreadsheets: one row for each item of each platform, one for a platform without items."""

import csv
import io
from collections import defaultdict
from typing import Any

from crisis.domain import text

#: The columns, in order; times are RFC 3339, UTC, durations seconds. docs/ explains them.
COLUMNS = (
    "ref",
    "exercise",
    "tlp",
    "platform_id",
    "platform_name",
    "ask",
    "state",
    "named_at",
    "target_at",
    "received_at",
    "evidence",
    "acknowledged_at",
    "acknowledged_by",
    "done_at",
    "elapsed_seconds",
    "within_target",
    "flags",
    "items_total",
    "items_done",
    "item_position",
    "item_batch",
    "item_url",
    "item_sha256",
    "item_md5",
    "item_pdq",
    "item_reason",
    "item_outcome",
    "item_happened_at",
    "item_recorded_at",
)


def as_csv(report: dict[str, Any]) -> str:
    """UTF-8 with a byte order mark, so that a spreadsheet reads accents; no cell is taken for a formula."""
    by_notice: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in report["items"]:
        for asked in item["platforms"]:
            by_notice[asked["notice_id"]].append(_item(item, asked))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for platform in report["platforms"]:
        facts = {**_incident(report), **_platform(platform)}
        for item in by_notice[platform["id"]] or [{}]:
            row = {**facts, **item}
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    for item in report["items"]:
        if not item["platforms"]:  # nobody was asked: listed all the same
            row = {**_incident(report), **_item(item, {})}
            writer.writerow([_cell(row.get(column)) for column in COLUMNS])
    return "\ufeff" + file.getvalue()


def _incident(report: dict[str, Any]) -> dict[str, Any]:
    return {"ref": report["ref"], "exercise": report["incident"]["exercise"], "tlp": report["incident"]["tlp"]}


def _platform(one: dict[str, Any]) -> dict[str, Any]:
    same = ("ask", "state", "named_at", "target_at", "received_at", "acknowledged_at", "acknowledged_by", "done_at")
    return {
        **{column: one[column] for column in (*same, "elapsed_seconds", "within_target")},
        "platform_id": one["platform"]["id"],
        "platform_name": one["platform"]["name"],
        "evidence": " ".join(f"{proof['kind']}={proof['at']}" for proof in one["evidence"]),
        "flags": " ".join(one["flags"]),
        "items_total": one["items"]["total"],
        "items_done": one["items"]["done"],
    }


def _item(item: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "item_position": item["position"],
        "item_batch": item["batch"],
        "item_url": item["url"],
        "item_sha256": item["sha256"],
        "item_md5": item["md5"],
        "item_pdq": item["pdq"],
        "item_reason": asked.get("reason", "unrouted" if item["url"] else None),
        "item_outcome": asked.get("outcome"),
        "item_happened_at": asked.get("happened_at"),
        "item_recorded_at": asked.get("recorded_at"),
    }


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return text.quote_cell(text.visible(value)) if isinstance(value, str) else str(value)
