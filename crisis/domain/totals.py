"""Counts over an incident: how many were asked, have answered, are done, need the officer."""

from collections import Counter
from collections.abc import Iterable, Mapping

from crisis.domain import alert, notice
from crisis.domain.clocks import Stand
from crisis.domain.overview import NoticeView, Totals


def of(notices: Iterable[NoticeView], *, items: int, withdrawn: int, unrouted: int, merged: int) -> Totals:
    """The counts; platforms that are only informed are in ``informed``, in no count of those asked."""
    every = list(notices)
    asked = [one for one in every if one.asked]
    alert_states = _sum(one.alert_states for one in every)
    return Totals(
        notices=len(every),
        asked=len(asked),
        act=sum(one.ask is notice.Ask.ACT for one in asked),
        search=sum(one.ask is notice.Ask.SEARCH for one in asked),
        informed=len(every) - len(asked),
        acknowledged=sum(one.acknowledged_at is not None for one in asked),
        done=sum(one.state is notice.State.DONE for one in asked),
        within=sum(one.stand is Stand.WITHIN for one in asked),
        after=sum(one.stand is Stand.AFTER for one in asked),
        silent=sum("silent" in one.flags for one in asked),
        unreachable=sum("unreachable" in one.flags for one in asked),
        need_officer=sum(needs_officer(one) for one in asked),
        items=items,
        items_open=sum(one.items.open for one in asked),
        items_withdrawn=withdrawn,
        unrouted=unrouted,
        merged=merged,
        alerts=sum(alert_states.values()),
        alerts_accepted=alert_states["accepted"] + alert_states["delivered"],
        alerts_failed=alert_states["failed"],
        alerts_open=sum(alert_states[state.value] for state in alert.OPEN),
        item_states=_sum(one.item_states for one in asked),
        notice_states=Counter(one.state.value for one in asked),
        alert_states=alert_states,
    )


def needs_officer(one: NoticeView) -> bool:
    """Whether a person of the desk has something to do about it."""
    return "reply" in one.flags or (one.asked and (bool(one.flags) or one.state is notice.State.WILL_NOT_ACT))


def _sum(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return total
