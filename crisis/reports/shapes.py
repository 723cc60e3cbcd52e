"""Values as the JSON of the contract: the shapes that API, command and report share."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crisis.domain import rfc3339
from crisis.domain.overview import IncidentView, MatterView, NoticeView
from crisis.domain.shown import AlertView

Shape = dict[str, Any]


def moment(at: datetime | None) -> str | None:
    """RFC 3339, UTC, microseconds, ``Z``."""
    return None if at is None else rfc3339.write(at)


def seconds(length: timedelta | None) -> float | None:
    """To the millisecond."""
    return None if length is None else round(length.total_seconds(), 3)


def incident(view: IncidentView) -> Shape:
    """One incident with its counts."""
    counts = view.totals
    return {
        **head(view),
        "counts": {
            "notices": counts.notices,
            "alerts": counts.alerts,
            "items": counts.items,
            "merged_items": counts.merged,
            "unrouted_items": counts.unrouted,
            "withdrawn_items": counts.items_withdrawn,
            "asked": counts.asked,
            "informed": counts.informed,
            "acknowledged": counts.acknowledged,
            "done": counts.done,
            "silent": counts.silent,
            "unreachable": counts.unreachable,
        },
        "ladder": view.ladder_number,
        "matters": [_matter(one) for one in view.matters],
        "batches": [
            {"number": one.number, "named_at": moment(one.named_at), "target_at": moment(one.target_at)}
            for one in view.batches
        ],
        "record": {"entries": view.head},
    }


def _matter(one: MatterView) -> Shape:
    """What needs or needed an officer, with who was told when."""
    return {
        "id": str(one.id),
        "notice_id": str(one.notice_id),
        "reason": one.reason,
        "opened_at": moment(one.opened_at),
        "told": [{"name": name, "at": moment(at)} for name, at in one.told],
        "ended_at": moment(one.ended_at),
        "how": one.how,
    }


def head(one: Any) -> Shape:
    """What is known of an incident without counting: of an ``IncidentView`` or of its row."""
    states = one.member_states
    return {
        "ref": one.ref,
        "state": str(one.state),
        "purpose": str(one.purpose),
        "exercise": str(one.purpose) == "exercise",
        "instrument": str(one.instrument),
        "title": one.title,
        "summary": one.summary,
        "kind": str(one.kind),
        "severity": str(one.severity),
        "tlp": str(one.tlp),
        "authority": one.authority_name,
        "desk": one.desk_name,
        "member_states": states.split() if isinstance(states, str) else list(states),
        "audience": one.audience,
        "occurred_at": moment(one.occurred_at),
        "declared_at": moment(one.declared_at),
        "declared_by": one.declared_by,
        "target_at": moment(one.target_at),
        "stood_down_at": moment(one.stood_down_at),
        "stand_down_reason": one.stand_down_reason,
    }


def notice(view: NoticeView) -> Shape:
    """One notice with its clocks."""
    step = view.next_step
    return {
        "id": str(view.id),
        "platform": {"id": view.platform_id, "name": view.platform_name},
        "instrument": view.instrument.value,
        "ask": view.ask.value,
        "state": view.state.value,
        "named_at": moment(view.named_at),
        "target_at": moment(view.target_at),
        "evidence": [{"kind": one.kind.value, "at": moment(one.at)} for one in view.evidence],
        "received_at": moment(view.received_at),
        "acknowledged_at": moment(view.acknowledged_at),
        "acknowledged_by": view.acknowledged_by,
        "done_at": moment(view.done_at),
        "elapsed_seconds": seconds(view.elapsed),
        "within_target": view.within_target,
        "stand": view.stand.value if view.stand is not None else None,
        "seconds": {
            "since_named": seconds(view.clock.since_named),
            "since_declared": seconds(view.clock.since_declared),
            "declared_to_named": seconds(view.named_at - view.times.declared_at),
            "named_to_acknowledged": seconds(view.clock.to_acknowledge),
            "declared_to_acknowledged": seconds(view.clock.declared_to_acknowledge),
            "named_to_done": seconds(view.clock.to_done),
            "declared_to_done": seconds(view.clock.declared_to_done),
        },
        "items": {"total": view.items.total, "done": view.items.done},
        "outcomes": _counts(view.item_states),
        "shared_hashes": view.shared_hashes,
        "search_result": view.search_result,
        "alerts": _counts(view.alert_states),
        "flags": list(view.flags),
        "last_sign": {"kind": view.last_sign, "at": moment(view.last_sign_at)} if view.last_sign else None,
        "next_step": {"action": step.action, "due_at": moment(step.due_at)} if step is not None else None,
    }


def alert(view: AlertView) -> Shape:
    """One alert with its attempts; the address is masked."""
    return {
        "id": str(view.id),
        "notice_id": str(view.notice_id),
        "platform": {"id": view.platform_id, "name": view.platform_name},
        "contact": view.contact,
        "channel": view.channel.value,
        "address": view.address,
        "purpose": view.purpose.value,
        "cause": view.cause,
        "state": view.state.value,
        "planned_at": moment(view.planned_at),
        "first_attempt_at": moment(view.first_attempt_at),
        "accepted_at": moment(view.accepted_at),
        "delivered_at": moment(view.delivered_at),
        "possible_repeat": view.possible_repeat,
        "attempts": [
            {
                "started_at": moment(one.started_at),
                "finished_at": moment(one.finished_at),
                "outcome": one.outcome.value if one.outcome is not None else None,
                "detail": one.detail,
                "size": one.size,
                "sha256": one.sha256,
            }
            for one in view.attempts
        ],
    }


def item(one: Any, *, batch: int, asked: Sequence[Any], spellings: Sequence[Any]) -> Shape:
    """One item: what was given, and what each platform that was asked about it says.

    Args:
        one: the item's row.
        asked: rows of ``listings.items_asked``; spellings: rows of ``listings.spellings``.
    """
    return {
        "id": str(one.id),
        "position": one.position,
        "url": one.url,
        "sha256": one.sha256,
        "md5": one.md5,
        "pdq": one.pdq,
        "batch": batch,
        "routed": bool(asked),
        "withdrawn_at": moment(one.withdrawn_at),
        "merged": [{"url": row.Spelling.url, "why": row.Spelling.why} for row in spellings],
        "platforms": [
            {
                "notice_id": str(row.NoticeItem.notice_id),
                "platform": {"id": row.registry_id, "name": row.platform_name},
                "reason": row.NoticeItem.reason,
                "named_at": moment(row.NoticeItem.named_at),
                "target_at": moment(row.NoticeItem.target_at),
                "outcome": row.NoticeItem.state,
                "happened_at": moment(row.NoticeItem.happened_at),
                "recorded_at": moment(row.NoticeItem.recorded_at),
            }
            for row in asked
        ],
    }


def update(one: Any) -> Shape:
    """A message of the officer to those alerted: the row of it."""
    return {"id": str(one.id), "sent_at": moment(one.sent_at), "sent_by": one.sent_by, "text": one.text}


def _counts(states: Mapping[str, int]) -> dict[str, int]:
    return {state: count for state, count in sorted(states.items()) if count}
