"""What ladders look like in requests and answers; the domain itself checks what comes."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from crisis.domain import alert, ladder
from crisis.web.api.bodies import Given


class GivenStep(Given):
    after: int = Field(description="whole minutes, rising from step to step")
    action: ladder.Action
    contact: int | None = Field(None, description="for the action contact: its place in the registry")
    channels: list[alert.Channel] = Field([], description="those to use where the contact has them; none means all")
    since: ladder.Since | None = Field(None, description="what the minutes of an outcome step count from")


class GivenTable(Given):
    silence: list[GivenStep] = Field(description="while nobody has acknowledged")
    outcome: list[GivenStep] = Field([], description="acknowledged, without a result")
    warning: list[GivenStep] = Field([], description="the last minutes of the hour")


class Ladders(Given):
    severities: dict[str, GivenTable] = Field(description="one for each of extreme, severe, moderate, minor, unknown")
    platforms: dict[str, GivenTable] = Field({}, description="by id of the registry, for platforms with their own")
    officer_minutes: int = Field(3, description="until the next officer is told")


class Nothing(Given):
    """An empty object."""


class LadderVersion(BaseModel):
    number: int
    active: bool
    created_at: datetime
    created_by: str


class Ladder(LadderVersion):
    ladders: dict[str, Any]


class LadderSaved(BaseModel):
    number: int


class Way(BaseModel):
    contact: str
    order: int
    channel: alert.Channel
    address: str = Field(description="masked")
    local_time: datetime
    on_duty: bool
    call: bool = Field(description="by a person")


class Moment(BaseModel):
    minute: int
    at: datetime
    action: str
    to: list[Way]
    officer_told: list[str] = Field(description="the reasons")
    officers: list[str]


class Rehearsal(BaseModel):
    platform: str
    named_at: datetime
    moments: list[Moment]
