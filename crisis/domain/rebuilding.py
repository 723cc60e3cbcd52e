"""Rebuilding: the states of an incident, computed from its record alone."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crisis.domain import alert, incident, item, notice, rfc3339
from crisis.domain.records import Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the record, its body read from JSON. Times are UTC."""

    kind: str
    occurred_at: datetime
    recorded_at: datetime
    body: Mapping[str, Any]


@dataclass(slots=True)
class NoticeState:
    platform: str
    ask: notice.Ask
    state: notice.State
    named_at: datetime
    target_at: datetime | None
    acknowledged_at: datetime | None = None
    acknowledged_by: dict[str, datetime] = field(default_factory=dict)  # by contact
    done_at: datetime | None = None
    done_recorded_at: datetime | None = None
    ended_at: datetime | None = None
    contradiction: bool = False
    search_result: str | None = None


@dataclass(slots=True)
class ItemState:
    """One item as asked of one platform."""

    notice: str
    reason: str
    named_at: datetime
    state: item.Outcome = item.Outcome.NAMED
    happened_at: datetime | None = None
    recorded_at: datetime | None = None


@dataclass(slots=True)
class AlertState:
    """Claims and starts are not in the record: an alert on its way is still what it was before."""

    notice: str | None
    channel: str
    cause: str
    purpose: str
    state: alert.State = alert.State.PLANNED
    accepted_at: datetime | None = None
    ended_at: datetime | None = None
    delivered_at: datetime | None = None
    delivered_by: str | None = None


@dataclass(slots=True)
class MatterState:
    """What needs an officer; ``told``: ids of users with the first time."""

    notice: str
    reason: str
    opened_at: datetime
    told: dict[str, datetime] = field(default_factory=dict)
    ended_at: datetime | None = None
    how: str | None = None


@dataclass(slots=True)
class Rebuilt:
    """States by id (as text); ``items`` by the id of the item as asked of one platform."""

    state: incident.State = incident.State.DRAFT
    declared_at: datetime | None = None
    target_at: datetime | None = None
    stood_down_at: datetime | None = None
    notices: dict[str, NoticeState] = field(default_factory=dict)
    items: dict[str, ItemState] = field(default_factory=dict)
    alerts: dict[str, AlertState] = field(default_factory=dict)
    matters: dict[str, MatterState] = field(default_factory=dict)


def rebuild(entries: Iterable[Entry]) -> Rebuilt:
    """The states after ``entries``, which are one incident's record from its beginning, in order.

    Raises:
        KeyError: an entry speaks of something that no entry before it made; the record is not whole.
        WrongState: an entry takes a step that the state machine does not have.
    """
    rebuilt = Rebuilt()
    for entry in entries:
        step = STEPS.get(Kind(entry.kind))
        if step is not None:
            step(rebuilt, entry)
    return rebuilt


def _incident(event: incident.Event) -> Callable[[Rebuilt, Entry], None]:
    def step(rebuilt: Rebuilt, entry: Entry) -> None:
        rebuilt.state = incident.advance(rebuilt.state, event)
        if event is incident.Event.DECLARE:
            rebuilt.declared_at = entry.occurred_at
            rebuilt.target_at = rfc3339.read(entry.body["target_at"])
        elif event in {incident.Event.STAND_DOWN, incident.Event.REACTIVATE}:
            rebuilt.stood_down_at = entry.occurred_at if event is incident.Event.STAND_DOWN else None

    return step


def _notice_named(rebuilt: Rebuilt, entry: Entry) -> None:
    body = entry.body
    ask, target = notice.Ask(body["ask"]), body["target_at"]
    target_at = None if target is None else rfc3339.read(target)
    known = rebuilt.notices.get(body["notice"])
    if known is None:
        rebuilt.notices[body["notice"]] = NoticeState(
            body["platform"], ask, notice.State.AWAITING, entry.occurred_at, target_at
        )
    else:
        known.ask = known.ask if known.ask is notice.Ask.ACT else ask
        known.target_at = target_at
    for item_id, reason in body["items"]:
        rebuilt.items[item_id] = ItemState(body["notice"], reason, entry.occurred_at)


def _notice_state(rebuilt: Rebuilt, entry: Entry) -> None:
    one = rebuilt.notices[entry.body["notice"]]
    one.state = notice.State(entry.body["state"])
    one.ended_at = entry.occurred_at if one.state in notice.FINISHED else None
    if one.state is notice.State.DONE and one.done_at is None:
        one.done_at, one.done_recorded_at = entry.occurred_at, entry.recorded_at


def _acknowledged(rebuilt: Rebuilt, entry: Entry) -> None:
    one = rebuilt.notices[entry.body["notice"]]
    one.acknowledged_by.setdefault(entry.body["contact"], entry.occurred_at)
    if entry.body["first"]:
        one.acknowledged_at = entry.occurred_at


def _answered(rebuilt: Rebuilt, entry: Entry) -> None:
    one = rebuilt.notices[entry.body["notice"]]
    one.search_result = entry.body.get("search") or one.search_result


def _contradiction(rebuilt: Rebuilt, entry: Entry) -> None:
    rebuilt.notices[entry.body["notice"]].contradiction = bool(entry.body["contradiction"])


def _outcome(rebuilt: Rebuilt, entry: Entry) -> None:
    one = rebuilt.items[entry.body["item"]]
    one.state = item.Outcome(entry.body["outcome"])
    one.happened_at, one.recorded_at = entry.occurred_at, entry.recorded_at


def _withdrawn(rebuilt: Rebuilt, entry: Entry) -> None:
    for _, item_id in entry.body["notices"]:
        one = rebuilt.items[item_id]
        one.state = item.Outcome.WITHDRAWN
        one.happened_at, one.recorded_at = entry.occurred_at, entry.recorded_at


def _planned(rebuilt: Rebuilt, entry: Entry) -> None:
    for alert_id, notice_id, _, _, channel, cause, purpose in entry.body["alerts"]:
        rebuilt.alerts[alert_id] = AlertState(notice_id, channel, cause, purpose)


def _resumed(rebuilt: Rebuilt, entry: Entry) -> None:
    for alert_id in entry.body["alerts"]:
        rebuilt.alerts[alert_id].state = alert.State.PLANNED
        rebuilt.alerts[alert_id].ended_at = None


def _alerts(state: alert.State) -> Callable[[Rebuilt, Entry], None]:
    def step(rebuilt: Rebuilt, entry: Entry) -> None:
        for alert_id, at in entry.body["alerts"]:
            one = rebuilt.alerts[alert_id]
            one.state = state
            one.ended_at = None if state in alert.OPEN else rfc3339.read(at)
            if state is alert.State.ACCEPTED:
                one.accepted_at = rfc3339.read(at)
            one.delivered_at = rfc3339.read(at) if state is alert.State.DELIVERED else None
            one.delivered_by = entry.body["by"] if state is alert.State.DELIVERED else None

    return step


def _matter_opened(rebuilt: Rebuilt, entry: Entry) -> None:
    body = entry.body
    rebuilt.matters[body["matter"]] = MatterState(body["notice"], body["reason"], entry.recorded_at)


def _matter_ended(rebuilt: Rebuilt, entry: Entry) -> None:
    one = rebuilt.matters[entry.body["matter"]]
    one.ended_at, one.how = entry.recorded_at, entry.body["how"]


def _officer_told(rebuilt: Rebuilt, entry: Entry) -> None:
    for matter in entry.body.get("matters", ()):  # there were none in the first version
        for user in entry.body["officers"]:
            rebuilt.matters[matter].told.setdefault(user, entry.recorded_at)


#: What each kind does to the states; a kind that is not here changes none.
STEPS: dict[Kind, Callable[[Rebuilt, Entry], None]] = {
    Kind.INCIDENT_DECLARED: _incident(incident.Event.DECLARE),
    Kind.INCIDENT_STOOD_DOWN: _incident(incident.Event.STAND_DOWN),
    Kind.INCIDENT_REACTIVATED: _incident(incident.Event.REACTIVATE),
    Kind.INCIDENT_CLOSED: _incident(incident.Event.CLOSE),
    Kind.INCIDENT_CANCELLED: _incident(incident.Event.CANCEL),
    Kind.NOTICE_NAMED: _notice_named,
    Kind.NOTICE_STATE: _notice_state,
    Kind.NOTICE_ACKNOWLEDGED: _acknowledged,
    Kind.NOTICE_ANSWERED: _answered,
    Kind.NOTICE_CONTRADICTION: _contradiction,
    Kind.ITEM_OUTCOME: _outcome,
    Kind.ITEM_WITHDRAWN: _withdrawn,
    Kind.ALERTS_PLANNED: _planned,
    Kind.ALERTS_ACCEPTED: _alerts(alert.State.ACCEPTED),
    Kind.ALERTS_RETRY: _alerts(alert.State.WAITING_RETRY),
    Kind.ALERTS_UNKNOWN: _alerts(alert.State.UNKNOWN),
    Kind.ALERTS_DELIVERED: _alerts(alert.State.DELIVERED),
    Kind.ALERTS_FAILED: _alerts(alert.State.FAILED),
    Kind.ALERTS_CANCELLED: _alerts(alert.State.CANCELLED),
    Kind.ALERTS_RESUMED: _resumed,
    Kind.MATTER_OPENED: _matter_opened,
    Kind.MATTER_ENDED: _matter_ended,
    Kind.OFFICER_TOLD: _officer_told,
}
