"""What requests look like: the models of the description; the domain itself checks what comes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from crisis.domain import declaration, incident


class Given(BaseModel):
    """What comes in has no other fields than these."""

    model_config = ConfigDict(extra="forbid")


class GivenItem(Given):
    url: str | None = None
    sha256: str | None = Field(None, description="64 hexadecimal digits")
    md5: str | None = Field(None, description="32 hexadecimal digits")
    pdq: str | None = Field(None, description="64 hexadecimal digits")
    exact: bool = Field(False, description="keep the address as it is; merge it with no other spelling")


class Audience(Given):
    """Exactly one of the three."""

    all: Literal[True] | None = None
    affected: Literal[True] | None = None
    platforms: list[str] | None = Field(None, description="ids of the registry")


class Declaration(Given):
    title: str = Field(max_length=declaration.MAX_TITLE)
    summary: str = Field("", max_length=declaration.MAX_SUMMARY)
    kind: incident.Kind
    severity: incident.Severity
    instrument: Literal["alert"]
    exercise: bool
    tlp: incident.Tlp
    occurred_at: datetime | None = None
    member_states: list[str] = []
    audience: Audience
    items: list[GivenItem] = Field(max_length=declaration.MAX_ITEMS)
    assign: dict[str, str] = Field({}, description="by the key of an address that nobody owns, the id of a platform")
    authority: str | None = Field(None, description="who authors, if not the desk")


class MoreItems(Given):
    items: list[GivenItem] = Field(min_length=1, max_length=declaration.MAX_ITEMS)


class UpdateText(Given):
    text: str = Field(min_length=1, max_length=4000)


class StandDownReason(Given):
    reason: str = Field(min_length=1, max_length=4000)
