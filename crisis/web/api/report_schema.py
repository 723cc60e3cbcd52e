"""What a report looks like as JSON."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from crisis.domain import alert
from crisis.web.api.list_schemas import Item, Notice, NoticeSeconds, PlatformName
from crisis.web.api.schemas import Batch, IncidentInList, Record


class Figure(BaseModel):
    """Seconds, but for ``n``, ``censored`` and ``within_target``, which count."""

    n: int = Field(description="ended")
    censored: int = Field(description="asked and not ended")
    p50: float | None
    p90: float | None
    max: float | None
    within_target: int | None


class Response(BaseModel):
    declared_to_first_attempt: Figure
    declared_to_accepted: Figure
    named_to_acknowledged: Figure
    declared_to_acknowledged: Figure
    named_to_done: Figure
    declared_to_done: Figure


class ReportIncident(IncidentInList):
    aim_minutes: int
    batches: list[Batch]


class ReportSeconds(NoticeSeconds):
    declared_to_ended: float | None


class ReportPlatform(Notice):
    seconds: ReportSeconds
    ended_at: datetime | None = Field(description="of the state that it has; null while it is open")
    home_state: str
    answers: list[dict[str, Any]]
    calls: list[dict[str, Any]]
    portal_uses: list[dict[str, Any]]


class Delivery(BaseModel):
    """One first alert; seconds since the declaration."""

    channel: alert.Channel
    state: alert.State
    first_attempt_seconds: float | None
    accepted_seconds: float | None
    ended_seconds: float | None
    attempts: int


class Update(BaseModel):
    """A message of the officer to those alerted."""

    id: str
    sent_at: datetime
    sent_by: str
    text: str


class Told(BaseModel):
    """One entry of the record that tells what people or platforms did."""

    n: int
    at: datetime
    recorded_at: datetime
    kind: str
    actor: str
    platform: PlatformName | None
    facts: dict[str, Any]


class Failure(BaseModel):
    alert_id: str
    platform: PlatformName
    contact: str
    channel: alert.Channel
    address: str = Field(description="masked")
    purpose: alert.Purpose
    state: alert.State
    attempts: int
    detail: str | None
    at: datetime | None


class Report(BaseModel):
    ref: str
    status: Literal["interim", "final"]
    made_at: datetime
    definitions: dict[str, str]
    incident: ReportIncident
    totals: dict[str, Any]
    response: Response
    platforms: list[ReportPlatform]
    items: list[Item]
    updates: list[Update]
    deliveries: list[Delivery]
    timeline: list[Told]
    failures: list[Failure]
    record: Record
