"""The account of an incident: the entries of its record that tell what people and platforms did."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crisis.domain.overview import IncidentView
from crisis.reports import shapes
from crisis.reports.shapes import Shape

#: Facts of the record that make the account of the night; deliveries have a part of their own.
_TOLD = (
    "incident.",
    "items.named",
    "item.assigned",
    "item.withdrawn",
    "notice.answered",
    "notice.acknowledged",
    "notice.state",
    "notice.contradiction",
    "answer.unconfirmed",
    "officer.told",
    "update.sent",
    "call.made",
    "link.revoked",
    "mail.",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the record."""

    n: int
    kind: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    body: str  # JSON


def of(view: IncidentView, entries: Iterable[Entry]) -> list[Shape]:
    """Each entry with the platform that it is about, and its facts in short."""
    platforms = {str(one.id): {"id": one.platform_id, "name": one.platform_name} for one in view.notices}
    return [
        {
            "n": one.n,
            "at": shapes.moment(one.occurred_at),
            "recorded_at": shapes.moment(one.recorded_at),
            "kind": one.kind,
            "actor": one.actor,
            "platform": platforms.get(str(body.get("notice"))),
            "facts": _plain(body),
        }
        for one in entries
        if one.kind.startswith(_TOLD)
        for body in [json.loads(one.body)]
    ]


def _plain(body: Mapping[str, Any]) -> Shape:
    """The facts of an entry that are words or numbers; lists of ids become their length, Member States words."""
    return {
        key: " ".join(value) if key == "member_states" else len(value) if isinstance(value, list) else value
        for key, value in body.items()
        if key not in ("notice", "ladder", "texts") and not isinstance(value, dict)
    }
