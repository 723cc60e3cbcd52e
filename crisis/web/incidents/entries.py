"""Entries of a record as a page reads them, and the names of who made them."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from crisis.domain.overview import IncidentView
from crisis.store import records
from crisis.web import actors

NameOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: its number, what it tells, who made it, when we wrote it down (UTC)."""

    n: int
    kind: str
    actor: str
    at: datetime
    body: Mapping[str, Any]


def newest(session: Session, incident_id: UUID, *, limit: int) -> list[Entry]:
    """The last entries of an incident's record, newest first."""
    return [
        Entry(row.n, row.kind, row.actor, row.recorded_at, json.loads(row.body))
        for row in records.newest(session, str(incident_id), limit=limit)
    ]


def names(session: Session, view: IncidentView, entries: Iterable[Entry], others: Iterable[str] = ()) -> NameOf:
    """How to call whoever the page names: who declared, called, named items, made one of ``entries``, ``others``."""
    wanted = {view.declared_by, *(one.named_by for one in view.batches), *(one.actor for one in entries)}
    wanted |= {call.called_by for one in view.notices for call in one.calls}
    wanted |= {use.used_by for one in view.notices for use in one.portal_uses} | set(others)
    wanted |= {one.ended_by for one in view.matters if one.ended_by}
    found = actors.names(session, wanted)
    return lambda actor: found.get(actor, actor)
