"""What answers look like: incidents, what was done to them, and what went wrong."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from crisis.domain import incident, notice


class Counts(BaseModel):
    notices: int
    alerts: int
    items: int
    merged_items: int
    unrouted_items: int


class Declared(BaseModel):
    ref: str
    state: Literal["declared"]
    declared_at: datetime
    exercise: bool
    counts: Counts


class ItemsAdded(BaseModel):
    ref: str
    batch: int
    named_at: datetime
    target_at: datetime
    counts: Counts


class UpdateSent(BaseModel):
    id: str
    ref: str
    sent_at: datetime
    told: int = Field(description="endpoints")


class StoodDown(BaseModel):
    ref: str
    state: Literal["stood_down"]
    stood_down_at: datetime
    told: int = Field(description="endpoints")
    cancelled: int = Field(description="alerts that had not left")


class IncidentInList(BaseModel):
    ref: str
    state: incident.State
    purpose: incident.Purpose
    exercise: bool
    instrument: notice.Instrument
    title: str
    summary: str
    kind: incident.Kind
    severity: incident.Severity
    tlp: incident.Tlp
    authority: str
    desk: str
    member_states: list[str]
    audience: dict[str, Any]
    occurred_at: datetime | None
    declared_at: datetime
    declared_by: str
    target_at: datetime
    stood_down_at: datetime | None
    stand_down_reason: str | None


class IncidentCounts(Counts):
    withdrawn_items: int
    asked: int
    informed: int
    acknowledged: int
    done: int
    silent: int
    unreachable: int


class Batch(BaseModel):
    number: int
    named_at: datetime
    target_at: datetime


class Record(BaseModel):
    entries: int


class Told(BaseModel):
    name: str
    at: datetime


class Matter(BaseModel):
    """What needs an officer, or did."""

    id: str
    notice_id: str
    reason: str
    opened_at: datetime
    told: list[Told] = Field(description="officers, the first one first")
    ended_at: datetime | None
    how: Literal["taken", "acted", "over"] | None


class Incident(IncidentInList):
    counts: IncidentCounts
    ladder: int = Field(description="the version of the ladders by which it climbs")
    matters: list[Matter]
    batches: list[Batch]
    record: Record


class Problem(BaseModel):
    """*Source:* RFC 9457; ``code`` and ``fields`` are ours."""

    type: str
    title: str
    status: int
    code: str = Field(description="stable; for programs")
    detail: str = Field(description="for people: what is wrong, what to do")
    fields: dict[str, str] | None = None
