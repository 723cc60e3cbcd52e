"""What the entries of an incident's lists look like: notices, alerts, items, events."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from crisis.domain import alert, evidence, item, notice


class PlatformName(BaseModel):
    id: str
    name: str


class Evidence(BaseModel):
    kind: evidence.Kind
    at: datetime


class NoticeSeconds(BaseModel):
    since_named: float
    since_declared: float
    declared_to_named: float
    named_to_acknowledged: float | None
    declared_to_acknowledged: float | None
    named_to_done: float | None
    declared_to_done: float | None


class NoticeItems(BaseModel):
    total: int
    done: int


class Sign(BaseModel):
    kind: str
    at: datetime


class NextStep(BaseModel):
    action: str
    due_at: datetime


class Notice(BaseModel):
    id: str
    platform: PlatformName
    instrument: notice.Instrument
    ask: notice.Ask
    state: notice.State
    named_at: datetime
    target_at: datetime | None
    evidence: list[Evidence]
    received_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    done_at: datetime | None
    elapsed_seconds: float
    within_target: bool | None
    stand: Literal["within", "after", "open"] | None
    seconds: NoticeSeconds
    items: NoticeItems
    outcomes: dict[str, int]
    shared_hashes: int
    search_result: str | None
    alerts: dict[str, int]
    flags: list[str]
    last_sign: Sign | None
    next_step: NextStep | None


class Attempt(BaseModel):
    started_at: datetime
    finished_at: datetime | None
    outcome: alert.Outcome | None
    detail: str | None
    size: int | None
    sha256: str | None


class Alert(BaseModel):
    id: str
    notice_id: str
    platform: PlatformName
    contact: str
    channel: alert.Channel
    address: str = Field(description="masked")
    purpose: alert.Purpose
    cause: str
    state: alert.State
    planned_at: datetime
    first_attempt_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None = Field(description="where a mail host or a provider has said so")
    possible_repeat: bool
    attempts: list[Attempt]


class ItemOfPlatform(BaseModel):
    notice_id: str
    platform: PlatformName
    reason: Literal["host", "assigned", "shared"]
    named_at: datetime
    target_at: datetime
    outcome: item.Outcome
    happened_at: datetime | None
    recorded_at: datetime | None


class Merged(BaseModel):
    url: str | None
    why: str


class Item(BaseModel):
    id: str
    position: int
    url: str | None
    sha256: str | None
    md5: str | None
    pdq: str | None
    batch: int
    routed: bool
    withdrawn_at: datetime | None
    merged: list[Merged]
    platforms: list[ItemOfPlatform]


class Event(BaseModel):
    n: int
    kind: str
    actor: str
    occurred_at: datetime
    recorded_at: datetime
    schema_: int = Field(alias="schema")
    body: dict[str, Any]
