"""What an incident looks like at one moment: the values that page, API, command and report show.

Times are UTC; durations are ``timedelta``. Everything derived from times (silent, unreachable, the
clocks) is as of ``now``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from crisis.domain import alert, incident, ladder, notice
from crisis.domain.clocks import Asked, Clocks, Stand
from crisis.domain.evidence import Evidence
from crisis.domain.shown import (
    AlertView,
    AnswerView,
    CallView,
    ContactView,
    EndpointView,
    ItemView,
    MailView,
    PortalView,
)

__all__ = [
    "AlertView",
    "AnswerView",
    "BatchView",
    "CallView",
    "ContactView",
    "EndpointView",
    "IncidentView",
    "ItemCounts",
    "ItemView",
    "MailView",
    "MatterView",
    "NextStep",
    "NoticeView",
    "PortalView",
    "Totals",
]


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the ladder does next if nothing happens."""

    action: str
    due_at: datetime
    ladder: str  # silence or outcome
    step: int


@dataclass(frozen=True, slots=True)
class ItemCounts:
    total: int
    done: int

    @property
    def open(self) -> int:
        return self.total - self.done


@dataclass(frozen=True, slots=True)
class NoticeView:
    """What one platform is asked, how far it is, and why we believe that it knows."""

    id: UUID
    platform_key: UUID
    platform_id: str  # of the registry
    platform_name: str
    home_state: str
    languages: tuple[str, ...]
    instrument: notice.Instrument
    ask: notice.Ask
    state: notice.State
    named_at: datetime
    target_at: datetime | None
    evidence: tuple[Evidence, ...]  # the first of each kind, weakest first
    received_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    done_at: datetime | None
    done_recorded_at: datetime | None
    ended_at: datetime | None
    times: Asked  # the facts behind the clocks
    clock: Clocks
    elapsed: timedelta
    within_target: bool | None
    stand: Stand | None
    items: ItemCounts  # withdrawn ones are in neither number
    item_states: Mapping[str, int]  # how many items are in each state, withdrawn ones too
    shared_hashes: int  # to look for; outside the item counts
    search_result: str | None
    flags: tuple[str, ...]
    contacts: tuple[ContactView, ...]
    alerts: tuple[AlertView, ...]  # in the order in which they were planned, without their attempts
    alert_states: Mapping[str, int]  # how many alerts are in each state
    calls: tuple[CallView, ...]
    portal_uses: tuple[PortalView, ...]
    answers: tuple[AnswerView, ...]
    mails: tuple[MailView, ...]  # that came in, the first one first
    last_sign_at: datetime | None  # of life: an answer, a call that reached, an opened page
    last_sign: str | None  # answered, reached_by_phone, opened
    next_step: NextStep | None
    call_asked: bool = False  # the ladder has told an officer to call

    @property
    def asked(self) -> bool:
        """Whether it is asked to do something; a platform that is only informed is in no denominator."""
        return self.ask is not notice.Ask.INFORM

    @property
    def alerts_failed(self) -> tuple[AlertView, ...]:
        return tuple(one for one in self.alerts if one.state is alert.State.FAILED)

    @property
    def phones(self) -> tuple[tuple[ContactView, EndpointView], ...]:
        return self._ways(alert.Channel.PHONE)

    @property
    def portals(self) -> tuple[tuple[ContactView, EndpointView], ...]:
        return self._ways(alert.Channel.PORTAL)

    def _ways(self, channel: alert.Channel) -> tuple[tuple[ContactView, EndpointView], ...]:
        return tuple((one, way) for one in self.contacts for way in one.endpoints if way.channel is channel)


@dataclass(frozen=True, slots=True)
class MatterView:
    """What needs an officer for one request; ``told``: names with times, the first one first."""

    id: UUID
    notice_id: UUID
    platform_name: str
    reason: str
    opened_at: datetime
    told: tuple[tuple[str, datetime], ...]
    ended_at: datetime | None
    how: str | None  # taken, acted, over
    ended_by: str | None  # actor


@dataclass(frozen=True, slots=True)
class BatchView:
    id: UUID
    number: int
    named_at: datetime
    target_at: datetime
    named_by: str


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts over the incident. Platforms that are only informed are in ``informed`` and in nothing else."""

    notices: int  # all of them
    asked: int  # to act or to search
    act: int
    search: int
    informed: int
    acknowledged: int
    done: int
    within: int
    after: int
    silent: int
    unreachable: int
    need_officer: int
    items: int
    items_open: int
    items_withdrawn: int
    unrouted: int
    merged: int
    alerts: int
    alerts_accepted: int
    alerts_failed: int
    alerts_open: int
    item_states: Mapping[str, int]
    notice_states: Mapping[str, int]
    alert_states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class IncidentView:
    id: UUID
    ref: str
    purpose: incident.Purpose
    instrument: notice.Instrument
    kind: incident.Kind
    severity: incident.Severity
    tlp: incident.Tlp
    state: incident.State
    title: str
    summary: str
    authority_name: str
    desk_name: str
    desk_phone: str
    member_states: tuple[str, ...]
    audience: object
    occurred_at: datetime | None
    declared_at: datetime
    declared_by: str  # actor
    target_at: datetime  # of the first batch
    aim: timedelta
    stood_down_at: datetime | None
    stand_down_reason: str | None
    now: datetime
    head: int  # entries of the record: where a stream of events goes on from
    batches: tuple[BatchView, ...]
    notices: tuple[NoticeView, ...]
    totals: Totals
    ladder_number: int  # the version by which it climbs
    ladder: ladder.Table  # for platforms without one of their own
    matters: tuple[MatterView, ...] = ()

    @property
    def exercise(self) -> bool:
        return self.purpose is incident.Purpose.EXERCISE

    @property
    def is_open(self) -> bool:
        return self.state is incident.State.DECLARED

    def notice(self, notice_id: UUID) -> NoticeView | None:
        return next((one for one in self.notices if one.id == notice_id), None)
