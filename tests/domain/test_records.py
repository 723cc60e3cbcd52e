"""Facts of the record, and the states that follow from them alone."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import alert, incident, item, notice, rebuilding, records, rfc3339
from crisis.domain.rebuilding import AlertState, Entry, ItemState, NoticeState, Rebuilt, rebuild
from crisis.domain.records import Kind

T = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T + timedelta(minutes=minutes)


def text(minutes: float) -> str:
    return rfc3339.write(at(minutes))


def entry(kind: Kind, minutes: float, happened: float | None = None, /, **body: Any) -> Entry:
    records.check(kind, body)
    return Entry(kind.value, at(minutes if happened is None else happened), at(minutes), body)


def declared() -> list[Entry]:
    return [
        entry(
            Kind.INCIDENT_DECLARED,
            0,
            ref="INC-2026-0001",
            purpose="real",
            instrument="alert",
            kind="other",
            severity="extreme",
            tlp="AMBER",
            audience={"all": True},
            member_states=["BE"],
            aim_minutes=60,
            target_at=text(60),
            ladder="l",
            texts="t",
        ),
        entry(Kind.ITEMS_NAMED, 0, batch=1, target_at=text(60), items=["i1", "i2"], merged=0, unrouted=0),
        entry(
            Kind.NOTICE_NAMED,
            0,
            notice="n1",
            platform="p1",
            ask="act",
            batch=1,
            target_at=text(60),
            items=[["ni1", "host"], ["ni2", "shared"]],
        ),
        entry(Kind.NOTICE_NAMED, 0, notice="n2", platform="p2", ask="inform", batch=1, target_at=None, items=[]),
        entry(
            Kind.ALERTS_PLANNED,
            0,
            alerts=[
                ["a1", "n1", "c1", "e1", "email", "first", "first"],
                ["a2", "n2", "c2", "e2", "email", "first", "first"],
            ],
        ),
    ]


def acknowledged(minutes: float, contact: str = "c1", *, first: bool = True) -> Entry:
    return entry(Kind.NOTICE_ACKNOWLEDGED, minutes, notice="n1", contact=contact, first=first)


def state(minutes: float, word: str, happened: float | None = None) -> Entry:
    return entry(Kind.NOTICE_STATE, minutes, happened, notice="n1", state=word)


def test_every_kind_has_a_body() -> None:
    assert set(records.BODY) == set(Kind)
    assert all(records.BODY[kind] for kind in Kind)


def test_a_body_without_a_key_is_refused() -> None:
    with pytest.raises(ValueError, match=r"the body of notice\.state lacks state"):
        records.check(Kind.NOTICE_STATE, {"notice": "n1"})


def test_a_body_may_hold_more() -> None:
    records.check(Kind.UPDATE_SENT, {"update": "u1", "words": 12})


def test_a_declaration_makes_everything() -> None:
    assert rebuild(declared()) == Rebuilt(
        state=incident.State.DECLARED,
        declared_at=T,
        target_at=at(60),
        notices={
            "n1": NoticeState("p1", notice.Ask.ACT, notice.State.AWAITING, T, at(60)),
            "n2": NoticeState("p2", notice.Ask.INFORM, notice.State.AWAITING, T, None),
        },
        items={"ni1": ItemState("n1", "host", T), "ni2": ItemState("n1", "shared", T)},
        alerts={
            "a1": AlertState("n1", "email", "first", "first"),
            "a2": AlertState("n2", "email", "first", "first"),
        },
    )


def test_answers_and_outcomes_keep_both_of_their_times() -> None:
    found = rebuild(
        [
            *declared(),
            acknowledged(4),
            state(4, "acknowledged"),
            acknowledged(6, "c9", first=False),
            entry(Kind.ITEM_OUTCOME, 20, 15, notice="n1", item="ni1", outcome="removed", answer="x"),
            entry(Kind.NOTICE_ANSWERED, 20, 15, notice="n1", contact="c1", answer="x", kind="items", search="found:2"),
            state(20, "done", 15),
        ]
    )
    one = found.notices["n1"]
    assert (one.acknowledged_at, one.acknowledged_by) == (at(4), {"c1": at(4), "c9": at(6)})
    assert (one.state, one.done_at, one.done_recorded_at, one.ended_at) == (notice.State.DONE, at(15), at(20), at(15))
    assert one.search_result == "found:2"
    removed = found.items["ni1"]
    assert (removed.state, removed.happened_at, removed.recorded_at) == (item.Outcome.REMOVED, at(15), at(20))


def test_new_items_reopen_and_the_first_time_of_done_is_kept() -> None:
    found = rebuild(
        [
            *declared(),
            state(20, "done"),
            entry(
                Kind.NOTICE_NAMED,
                30,
                notice="n1",
                platform="p1",
                ask="search",
                batch=2,
                target_at=text(90),
                items=[["ni3", "host"]],
            ),
            state(30, "in_progress"),
            state(80, "done"),
        ]
    ).notices["n1"]
    assert (found.ask, found.named_at, found.target_at) == (notice.Ask.ACT, T, at(90))
    assert (found.done_at, found.ended_at) == (at(20), at(80))


def test_who_was_informed_can_be_asked_later() -> None:
    later = entry(
        Kind.NOTICE_NAMED, 30, notice="n2", platform="p2", ask="act", batch=2, target_at=text(90), items=[["x", "host"]]
    )
    found = rebuild([*declared(), later]).notices["n2"]
    assert (found.ask, found.target_at) == (notice.Ask.ACT, at(90))


def test_a_withdrawn_item_is_withdrawn_everywhere() -> None:
    found = rebuild(
        [
            *declared(),
            entry(Kind.ITEM_WITHDRAWN, 9, item="i1", reason="mistaken", notices=[["n1", "ni1"]]),
            state(9, "withdrawn"),
        ]
    )
    assert found.items["ni1"].state is item.Outcome.WITHDRAWN
    assert found.items["ni2"].state is item.Outcome.NAMED
    assert found.notices["n1"].ended_at == at(9)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (Kind.ALERTS_ACCEPTED, AlertState("n1", "email", "first", "first", alert.State.ACCEPTED, at(1), at(1))),
        (Kind.ALERTS_RETRY, AlertState("n1", "email", "first", "first", alert.State.WAITING_RETRY)),
        (Kind.ALERTS_UNKNOWN, AlertState("n1", "email", "first", "first", alert.State.UNKNOWN)),
        (Kind.ALERTS_FAILED, AlertState("n1", "email", "first", "first", alert.State.FAILED, None, at(1))),
        (Kind.ALERTS_CANCELLED, AlertState("n1", "email", "first", "first", alert.State.CANCELLED, None, at(1))),
    ],
)
def test_what_became_of_an_alert(kind: Kind, expected: AlertState) -> None:
    assert rebuild([*declared(), entry(kind, 2, alerts=[["a1", text(1)]])]).alerts["a1"] == expected


def test_what_was_said_to_be_delivered_may_come_back_and_be_delivered_after_all() -> None:
    accepted = entry(Kind.ALERTS_ACCEPTED, 1, alerts=[["a1", text(1)]])
    delivered = entry(Kind.ALERTS_DELIVERED, 2, alerts=[["a1", text(2)]], by="delivery_report")
    failed = entry(Kind.ALERTS_FAILED, 3, alerts=[["a1", text(3)]], by="delivery_report", code="5.1.1")
    way = ("n1", "email", "first", "first")
    as_delivered = AlertState(*way, alert.State.DELIVERED, at(1), at(2), at(2), "delivery_report")
    as_failed = AlertState(*way, alert.State.FAILED, at(1), at(3))
    assert rebuild([*declared(), accepted, delivered]).alerts["a1"] == as_delivered
    assert rebuild([*declared(), accepted, delivered, failed]).alerts["a1"] == as_failed
    assert rebuild([*declared(), accepted, failed, delivered]).alerts["a1"] == as_delivered


def test_an_incident_can_be_stood_down_and_reactivated() -> None:
    down = entry(Kind.INCIDENT_STOOD_DOWN, 30, ref="INC-2026-0001")
    cancelled = entry(Kind.ALERTS_CANCELLED, 30, alerts=[["a1", text(30)]])
    again = entry(Kind.INCIDENT_REACTIVATED, 40, ref="INC-2026-0001")
    resumed = entry(Kind.ALERTS_RESUMED, 40, alerts=["a1"])
    found = rebuild([*declared(), down, cancelled])
    assert (found.state, found.stood_down_at) == (incident.State.STOOD_DOWN, at(30))
    found = rebuild([*declared(), down, cancelled, again, resumed])
    assert (found.state, found.stood_down_at) == (incident.State.DECLARED, None)
    assert found.alerts["a1"] == AlertState("n1", "email", "first", "first")


def test_a_contradiction_comes_and_goes() -> None:
    flagged = entry(Kind.NOTICE_CONTRADICTION, 5, notice="n1", contradiction=True)
    cleared = entry(Kind.NOTICE_CONTRADICTION, 6, notice="n1", contradiction=False)
    assert rebuild([*declared(), flagged]).notices["n1"].contradiction is True
    assert rebuild([*declared(), flagged, cleared]).notices["n1"].contradiction is False


def test_a_record_with_a_hole_is_refused() -> None:
    with pytest.raises(KeyError):
        rebuild([*declared()[:2], state(4, "acknowledged")])
    with pytest.raises(errors.WrongState):
        rebuild([*declared(), entry(Kind.INCIDENT_REACTIVATED, 4, ref="INC-2026-0001")])


#: Facts that tell what happened and change no state.
TELLING = {
    Kind.ITEMS_NAMED, Kind.ITEM_ASSIGNED, Kind.ANSWER_UNCONFIRMED, Kind.LIST_SHOWN, Kind.TIMER_FIRED,
    Kind.UPDATE_SENT, Kind.CALL_MADE, Kind.PORTAL_USED, Kind.LINK_REVOKED, Kind.MAIL_RECEIVED, Kind.MAIL_SETTLED,
}  # fmt: skip


def test_every_kind_of_an_incident_either_changes_a_state_or_is_known_not_to() -> None:
    other_streams = {kind for kind in Kind if kind.value.split(".")[0] in {"platform", "contact", "endpoint", "domain"}}
    other_streams |= {kind for kind in Kind if kind.value.split(".")[0] in {"user", "token", "ladder"}}
    assert set(rebuilding.STEPS) | TELLING | other_streams == set(Kind)
    assert not set(rebuilding.STEPS) & (TELLING | other_streams)


moves = st.sampled_from(
    [
        acknowledged(4),
        state(5, "in_progress"),
        state(6, "done"),
        state(7, "will_not_act"),
        entry(Kind.ITEM_OUTCOME, 8, notice="n1", item="ni1", outcome="kept", answer="x"),
        entry(Kind.ALERTS_ACCEPTED, 1, alerts=[["a1", text(1)], ["a2", text(1)]]),
        entry(Kind.ALERTS_FAILED, 2, alerts=[["a1", text(2)]]),
        entry(Kind.NOTICE_CONTRADICTION, 9, notice="n1", contradiction=True),
    ]
)


@given(st.lists(moves, max_size=10))
def test_rebuilding_twice_gives_the_same_and_changes_no_entry(tail: list[Entry]) -> None:
    told = [*declared(), *tail]
    bodies: list[Mapping[str, Any]] = [dict(one.body) for one in told]
    assert rebuild(told) == rebuild(iter(told))
    assert [one.body for one in told] == bodies


@given(st.lists(moves, max_size=10))
def test_the_first_time_of_done_never_moves(tail: list[Entry]) -> None:
    done = [one.occurred_at for one in tail if one.body.get("state") == "done"]
    assert rebuild([*declared(), *tail]).notices["n1"].done_at == (done[0] if done else None)
