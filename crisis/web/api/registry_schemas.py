"""What the registry looks like in requests and answers."""

from datetime import date, datetime

from pydantic import BaseModel, Field

from crisis.domain import alert
from crisis.web.api.bodies import Given


class NewPlatform(Given):
    id: str | None = Field(None, description="of the registry file, such as p-001")
    platform_id: str | None = Field(None, description="the same, named as in the file; one of the two")
    name: str
    kind: str
    service: str
    domains: list[str] = Field([])
    home_state: str = Field(description="two capital letters")
    languages: list[str]


class PlatformChange(Given):
    """What is left out stays. ``retired`` comes alone; any other change brings a retired platform back."""

    name: str | None = None
    kind: str | None = None
    service: str | None = None
    domains: list[str] | None = None
    home_state: str | None = None
    languages: list[str] | None = None
    retired: bool | None = None


class NewContact(Given):
    order: int = Field(description="place in the ladder, from 1")
    name: str
    language: str
    time_zone: str
    hours: str = Field(description="24/7, or like Mon-Fri 08:00-18:00")


class ContactChange(Given):
    order: int | None = None
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    hours: str | None = None
    retired: bool | None = None


class NewEndpoint(Given):
    channel: alert.Channel
    address: str
    verified_on: date | None = None


class EndpointChange(Given):
    channel: alert.Channel | None = None
    address: str | None = None
    verified_on: date | None = None
    retired: bool | None = None


class Added(BaseModel):
    id: str


class NoFields(Given):
    """Nothing has to be said."""


class NewSecret(BaseModel):
    secret: str = Field(description="whsec_…, as Standard Webhooks has it; shown this once")
    generation: int
    previous_until: datetime | None = Field(description="until then the secret before it signs as well")


class Endpoint(BaseModel):
    id: str
    channel: alert.Channel
    address: str
    verified_on: date | None
    retired_at: datetime | None


class Contact(BaseModel):
    id: str
    order: int
    name: str
    language: str
    time_zone: str
    hours: str
    retired_at: datetime | None
    endpoints: list[Endpoint]


class Platform(BaseModel):
    id: str
    name: str
    kind: str
    service: str
    domains: list[str]
    home_state: str
    languages: list[str]
    retired_at: datetime | None
    contacts: list[Contact]
