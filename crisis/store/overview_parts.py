"""Rows of an incident as the values of its overview."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from crisis.domain import clocks, duty, incident, item, notice
from crisis.domain.overview import BatchView, ItemCounts, MatterView, NextStep
from crisis.store import overview_rows as rows
from crisis.store.models import Batch, Incident, Timer

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")


def incident_columns(one: Incident) -> dict[str, Any]:
    """The fields of an ``IncidentView`` that are columns of its row."""
    return {
        "id": one.id,
        "ref": one.ref,
        "purpose": incident.Purpose(one.purpose),
        "instrument": notice.Instrument(one.instrument),
        "kind": incident.Kind(one.kind),
        "severity": incident.Severity(one.severity),
        "tlp": incident.Tlp(one.tlp),
        "state": incident.State(one.state),
        "title": one.title,
        "summary": one.summary,
        "authority_name": one.authority_name,
        "desk_name": one.desk_name,
        "desk_phone": one.desk_phone,
        "member_states": tuple(one.member_states.split()),
        "audience": one.audience,
        "occurred_at": one.occurred_at,
        "declared_at": one.declared_at,
        "declared_by": one.declared_by,
        "target_at": one.target_at,
        "aim": timedelta(minutes=one.aim_minutes),
        "stood_down_at": one.stood_down_at,
        "stand_down_reason": one.stand_down_reason,
    }


def notice_columns(one: rows.Row) -> dict[str, Any]:
    """The fields of a ``NoticeView`` that are columns of its row or of its platform's."""
    return {
        "id": one.id,
        "platform_key": one.platform_id,
        "platform_id": one.registry_id,
        "platform_name": one.platform_name,
        "home_state": one.home_state,
        "languages": tuple(one.languages.split()),
        "instrument": notice.Instrument(one.instrument),
        "ask": notice.Ask(one.ask),
        "state": notice.State(one.state),
        "named_at": one.named_at,
        "target_at": one.target_at,
        "acknowledged_at": one.acknowledged_at,
        "acknowledged_by": one.acknowledged_by,
        "done_at": one.done_at,
        "done_recorded_at": one.done_recorded_at,
        "ended_at": one.ended_at,
        "search_result": one.search_result,
    }


def batch_of(one: Batch) -> BatchView:
    return BatchView(one.id, one.number, one.named_at, one.target_at, one.named_by)


def matters_of(found: Iterable[rows.Row], platforms: Mapping[UUID, str]) -> tuple[MatterView, ...]:
    """The matters in the order in which they came up, each with the officers told."""
    views = []
    for matter, group in grouped(found, lambda row: row.Matter).items():
        told = tuple((row[2], row.told_at) for row in group if row.told_at is not None)
        views.append(
            MatterView(
                id=matter.id,
                notice_id=matter.notice_id,
                platform_name=platforms.get(matter.notice_id, ""),
                reason=matter.reason,
                opened_at=matter.opened_at,
                told=told,
                ended_at=matter.ended_at,
                how=matter.how,
                ended_by=matter.ended_by,
            )
        )
    return tuple(views)


def next_steps(timers: Iterable[Timer]) -> dict[UUID, NextStep]:
    """The soonest armed step of each notice; ``timers`` come soonest first."""
    steps: dict[UUID, NextStep] = {}
    for one in timers:
        if duty.matter_of(one.ladder) is not None:  # the desk's own, not the platform's
            continue
        step = NextStep(one.action, one.due_at, one.ladder.partition(":")[0], one.step)
        steps.setdefault(one.notice_id, step)
    return steps


def grouped(values: Iterable[_Value], key: Callable[[_Value], _Key]) -> dict[_Key, list[_Value]]:
    """The values by key, each group in the order in which they came."""
    found: dict[_Key, list[_Value]] = defaultdict(list)
    for value in values:
        found[key(value)].append(value)
    return dict(found)


def items_of(found: Iterable[rows.Row]) -> tuple[Counter[str], ItemCounts, int]:
    """How many items a notice has in each state, how many it owes and answered, and how many hashes are shared.

    A withdrawn item is owed by nobody; a shared hash owes one answer for the whole notice.
    """
    states: Counter[str] = Counter()
    shared = 0
    for row in found:
        if row.reason == "shared":
            shared += row.how_many if row.state != item.Outcome.WITHDRAWN else 0
        else:
            states[row.state] += row.how_many
    total = states.total() - states[item.Outcome.WITHDRAWN]
    still_open = sum(states[state] for state in item.OPEN)
    return states, ItemCounts(total=total, done=total - still_open), shared


def clocks_of(one: rows.Row, owner: Incident, found: Iterable[rows.Row], *, now: datetime) -> dict[str, Any]:
    """The fields of a ``NoticeView`` that follow from times; ``found`` are its items by state."""
    asked = clocks.Asked(
        ask=notice.Ask(one.ask),
        state=notice.State(one.state),
        declared_at=owner.declared_at,
        named_at=one.named_at,
        target_at=one.target_at,
        acknowledged_at=one.acknowledged_at,
        done_at=one.done_at,
        ended_at=one.ended_at,
        last_named_at=max((row.last_named_at for row in found), default=None),
        stood_down_at=owner.stood_down_at,
    )
    read = clocks.read(asked, now)
    return {
        "times": asked,
        "clock": read,
        "elapsed": read.elapsed,
        "within_target": read.within_target,
        "stand": read.stand,
    }
