"""The report of one incident as one JSON value: facts, figures, and what each figure means."""

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from crisis.domain import alert, clocks, report
from crisis.domain.item import TAKEN_DOWN, Outcome
from crisis.domain.overview import IncidentView, NoticeView
from crisis.domain.shown import AlertView
from crisis.reports import shapes, timeline
from crisis.reports.definitions import DEFINITIONS
from crisis.reports.shapes import Shape

_FAILED = (alert.State.FAILED, alert.State.UNKNOWN)


def compose(
    view: IncidentView,
    *,
    alerts: Sequence[AlertView],
    items: Sequence[Shape],
    updates: Sequence[Shape],
    entries: Sequence[timeline.Entry],
) -> Shape:
    """The report; final once the incident was stood down, before that as far as it went.

    ``items`` are those of ``shapes.item``, ``updates`` those of ``shapes.update``.
    """
    return {
        "ref": view.ref,
        "status": "interim" if view.is_open else "final",
        "made_at": shapes.moment(view.now),
        "definitions": DEFINITIONS,
        "incident": {
            **shapes.head(view),
            "aim_minutes": int(view.aim.total_seconds() // 60),
            "batches": shapes.incident(view)["batches"],
        },
        "totals": _totals(view),
        "response": response(view, alerts),
        "platforms": [_platform(one) for one in view.notices],
        "items": list(items),
        "updates": list(updates),
        "deliveries": [_delivery(one, view) for one in alerts if one.purpose is alert.Purpose.FIRST],
        "timeline": timeline.of(view, entries),
        "failures": [_failure(one) for one in alerts if one.state in _FAILED],
        "record": {"entries": view.head},
    }


def response(view: IncidentView, alerts: Iterable[AlertView]) -> dict[str, Shape]:
    """The figures of the contract. After the stand-down nothing more is counted."""
    asks = {one.id: one.ask for one in view.notices}
    sent = [
        report.Sent(
            purpose=one.purpose,
            ask=asks[one.notice_id],
            declared_at=view.declared_at,
            first_attempt_at=_before(one.first_attempt_at, view.stood_down_at),
            accepted_at=_before(one.accepted_at, view.stood_down_at),
        )
        for one in alerts
    ]
    figures = report.figures([_counted(one.times) for one in view.notices], sent, aim=view.aim, now=view.now)
    return {measure.value: dataclasses.asdict(figure) for measure, figure in figures.items()}


def _counted(times: clocks.Asked) -> clocks.Asked:
    return replace(
        times,
        acknowledged_at=_before(times.acknowledged_at, times.stood_down_at),
        done_at=_before(times.done_at, times.stood_down_at),
    )


def _before(at: datetime | None, end: datetime | None) -> datetime | None:
    return None if at is None or (end is not None and at > end) else at


def _totals(view: IncidentView) -> Shape:
    counts = view.totals
    asked = [one for one in view.notices if one.asked]
    return {
        "platforms": counts.notices,
        "asked": counts.asked,
        "act": counts.act,
        "search": counts.search,
        "informed": counts.informed,
        "told": sum(bool(one.evidence) for one in asked),
        "acknowledged": counts.acknowledged,
        "done": counts.done,
        "within_target": counts.within,
        "after_target": counts.after,
        "unreachable": counts.unreachable,
        "silent": counts.silent,
        "notice_states": dict(sorted(counts.notice_states.items())),
        "items": _items(view),
        "alerts": {
            "planned": counts.alerts,
            "accepted": counts.alerts_accepted,
            "failed": counts.alerts_failed,
            "by_state": {state: count for state, count in sorted(counts.alert_states.items()) if count},
        },
        "evidence": _evidence(asked),
        "calls": sum(len(one.calls) for one in asked),
        "portal_uses": sum(len(one.portal_uses) for one in asked),
    }


def _items(view: IncidentView) -> Shape:
    counts, states = view.totals, view.totals.item_states
    gone = sum(states.get(one.value, 0) for one in (*TAKEN_DOWN, Outcome.ALREADY_GONE))
    return {
        "named": sum(one.items.total for one in view.notices if one.asked),
        "no_longer_public": gone,
        "before_we_asked": states.get(Outcome.ALREADY_GONE.value, 0),
        "kept": states.get(Outcome.KEPT.value, 0),
        "restored": states.get(Outcome.RESTORED.value, 0),
        "open": counts.items_open,
        "withdrawn": counts.items_withdrawn,
        "unrouted": counts.unrouted,
        "merged": counts.merged,
        "by_outcome": {state: count for state, count in sorted(states.items()) if count},
    }


def _evidence(asked: Iterable[NoticeView]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in asked:
        for proof in one.evidence:
            counts[proof.kind.value] = counts.get(proof.kind.value, 0) + 1
    return counts


def _platform(one: NoticeView) -> Shape:
    shape = shapes.notice(one)
    ended = None if one.ended_at is None else one.ended_at - one.times.declared_at
    return {
        **shape,
        "ended_at": shapes.moment(one.ended_at),
        "seconds": {**shape["seconds"], "declared_to_ended": shapes.seconds(ended)},
        "home_state": one.home_state,
        "answers": [
            {
                "kind": said.kind,
                "confirmed": said.confirmed,
                "recorded_at": shapes.moment(said.recorded_at),
                "happened_at": shapes.moment(said.happened_at),
                "case_number": said.case_number,
                "note": said.note,
            }
            for said in one.answers
        ],
        "calls": [{"outcome": call.outcome, "called_at": shapes.moment(call.called_at)} for call in one.calls],
        "portal_uses": [{"number": use.number, "used_at": shapes.moment(use.used_at)} for use in one.portal_uses],
    }


def _delivery(one: AlertView, view: IncidentView) -> Shape:
    def after(at: datetime | None) -> float | None:
        return None if at is None else shapes.seconds(at - view.declared_at)

    return {
        "channel": one.channel.value,
        "state": one.state.value,
        "first_attempt_seconds": after(one.first_attempt_at),
        "accepted_seconds": after(one.accepted_at),
        "ended_seconds": after(one.ended_at),
        "attempts": one.attempts_started,
    }


def _failure(one: AlertView) -> Shape:
    return {
        "alert_id": str(one.id),
        "platform": {"id": one.platform_id, "name": one.platform_name},
        "contact": one.contact,
        "channel": one.channel.value,
        "address": one.address,
        "purpose": one.purpose.value,
        "state": one.state.value,
        "attempts": one.attempts_started,
        "detail": one.detail,
        "at": shapes.moment(one.ended_at or one.first_attempt_at),
    }
