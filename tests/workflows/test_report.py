"""Tests of the report: its figures against an incident counted by hand, and against the record alone."""

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask.ctx import AppContext

from crisis import config, errors
from crisis.domain import alert, clocks, item, rfc3339
from crisis.domain import report as figures
from crisis.domain.rebuilding import Rebuilt
from crisis.store import db
from crisis.workflows import declare, report
from tests.parts import samples
from tests.parts.clock import START, FakeClock
from tests.parts.sending import KeepingRoom
from tests.reports.story import Story
from tests.workflows.test_rebuild import Night, assert_same

REF = "INC-2026-0007"


@contextmanager
def telling(**parts: object) -> Iterator[Story]:
    with db.transaction() as session:
        yield Story(session, START, **parts)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_every_figure_counts_those_asked_and_nobody_else(desk_db: AppContext) -> None:
    quick, slow, never, told_only = samples.add(*samples.registry(4))
    with telling(state="stood_down", stood_down_at=at(120), stand_down_reason="Over.") as told:
        for platform, acknowledged, done in ((quick, 4, 20), (slow, 30, 90), (never, None, None)):
            notice = told.notice(platform, items=1)
            told.alert(notice, platform.contacts[0], platform.contacts[0].endpoints[0])
            if acknowledged is not None and done is not None:
                told.acknowledge(notice, platform.contacts[0], minutes=acknowledged)
                notice.state, notice.done_at, notice.ended_at = "done", at(done), at(done)
        notice = told.notice(told_only, ask="inform")
        told.alert(notice, told_only.contacts[0], told_only.contacts[0].endpoints[0])
        told.acknowledge(notice, told_only.contacts[0], minutes=1)
    found = report.build(REF, now=at(180))
    assert found["status"] == "final"
    assert found["response"] == {
        "declared_to_first_attempt": figure(n=3, censored=0, p50=1.0, p90=1.0, longest=1.0, within=None),
        "declared_to_accepted": figure(n=3, censored=0, p50=2.0, p90=2.0, longest=2.0, within=None),
        "named_to_acknowledged": figure(n=2, censored=1, p50=1800.0, p90=None, longest=1800.0, within=2),
        "declared_to_acknowledged": figure(n=2, censored=1, p50=1800.0, p90=None, longest=1800.0, within=2),
        "named_to_done": figure(n=2, censored=1, p50=5400.0, p90=None, longest=5400.0, within=1),
        "declared_to_done": figure(n=2, censored=1, p50=5400.0, p90=None, longest=5400.0, within=1),
    }
    assert set(found["response"]) <= set(found["definitions"])
    assert (found["totals"]["asked"], found["totals"]["informed"], found["totals"]["told"]) == (3, 1, 3)


def test_nothing_after_the_stand_down_is_counted(desk_db: AppContext) -> None:
    (platform,) = samples.add(samples.platform())
    with telling(state="stood_down", stood_down_at=at(30), stand_down_reason="Over.") as told:
        notice = told.notice(platform, items=1)
        told.acknowledge(notice, platform.contacts[0], minutes=40)
        notice.state, notice.done_at, notice.ended_at = "done", at(45), at(45)
    found = report.build(REF, now=at(60))
    assert (found["response"]["declared_to_acknowledged"]["n"], found["response"]["named_to_done"]["n"]) == (0, 0)
    assert found["response"]["named_to_done"]["censored"] == 1
    assert found["platforms"][0]["done_at"] == rfc3339.write(at(45))


def test_before_the_stand_down_the_report_says_that_it_is_interim(desk_db: AppContext) -> None:
    (platform,) = samples.add(samples.platform())
    with telling() as told:
        told.notice(platform, items=1)
    assert report.build(REF, now=at(5))["status"] == "interim"


def test_a_failed_alert_is_listed_with_its_reason_and_without_its_address(desk_db: AppContext) -> None:
    (platform,) = samples.add(samples.platform())
    contact = platform.contacts[0]
    with telling() as told:
        notice = told.notice(platform, items=1)
        told.alert(notice, contact, contact.endpoints[0], state="failed", detail="550 no such user", ended_at=at(1))
    (failure,) = report.build(REF, now=at(5))["failures"]
    assert (failure["platform"]["id"], failure["state"], failure["detail"]) == ("p-001", "failed", "550 no such user")
    assert contact.endpoints[0].address not in str(failure)


def test_a_format_that_does_not_exist_is_refused(desk_db: AppContext) -> None:
    with telling():
        pass
    with pytest.raises(errors.InvalidInput) as refused:
        report.render(report.build(REF, now=at(5)), as_format="docx")
    assert list(refused.value.fields) == ["format"]


@pytest.mark.parametrize("seed", [11, 12])
@pytest.mark.usefixtures("desk_db")
def test_the_report_and_the_record_never_disagree(
    declared: Callable[..., declare.Declared],
    settings: config.Settings,
    room: KeepingRoom,
    clock: FakeClock,
    seed: int,
) -> None:
    pixelly, second, third = samples.registry(3)
    second.contacts.append(samples.contact(2, endpoints=[samples.endpoint("+3225550199", channel="phone")]))
    samples.add(pixelly, second, third)
    items = [{"url": f"https://{host}/{number}"} for host in ("pixelly.example", "p-002.example") for number in (1, 2)]
    night = Night(declared(items=[*items, {"sha256": samples.SHA256}]), settings, room, seed)
    for _ in range(25):
        night.step()
    told = assert_same(night)
    found = report.build(night.ref, now=clock.now())
    assert_states(found, told)
    assert_figures(found, told, now=clock.now())


def assert_states(found: dict[str, Any], told: Rebuilt) -> None:
    """Every state and count of the report follows from the record."""
    assert found["incident"]["state"] == told.state
    assert {one["id"]: one["state"] for one in found["platforms"]} == {
        key: one.state.value for key, one in told.notices.items()
    }
    for one in found["platforms"]:
        notice = told.notices[one["id"]]
        assert (one["acknowledged_at"], one["done_at"]) == (written(notice.acknowledged_at), written(notice.done_at))
        owed = [entry.state for entry in told.items.values() if entry.notice == one["id"] and entry.reason != "shared"]
        standing = [state for state in owed if state is not item.Outcome.WITHDRAWN]
        assert one["items"] == {"total": len(standing), "done": sum(item.is_done(state) for state in standing)}
        assert one["outcomes"] == dict(Counter(state.value for state in owed))
    # one that was accepted and came back is a failure, not an acceptance
    stands = [one.state.value for one in told.alerts.values() if one.notice is not None]
    accepted = stands.count("accepted") + stands.count("delivered")
    assert found["totals"]["alerts"]["accepted"] == accepted
    assert len(found["failures"]) == sum(
        one.state.value in ("failed", "unknown") and one.notice is not None for one in told.alerts.values()
    )


def assert_figures(found: dict[str, Any], told: Rebuilt, *, now: datetime) -> None:
    """The figures, computed from the record alone; when attempts began is no fact of the record."""
    assert told.declared_at is not None
    end = told.stood_down_at or now
    asked = [
        clocks.Asked(
            ask=one.ask,
            state=one.state,
            declared_at=told.declared_at,
            named_at=one.named_at,
            target_at=one.target_at,
            acknowledged_at=before(one.acknowledged_at, end),
            done_at=before(one.done_at, end),
            ended_at=one.ended_at,
            last_named_at=max((entry.named_at for entry in told.items.values() if entry.notice == key), default=None),
            stood_down_at=told.stood_down_at,
        )
        for key, one in told.notices.items()
    ]
    sent = [
        figures.Sent(
            purpose=alert.Purpose(one.purpose),
            ask=told.notices[one.notice].ask,
            declared_at=told.declared_at,
            first_attempt_at=None,
            accepted_at=before(one.accepted_at, end),
        )
        for one in told.alerts.values()
        if one.notice is not None
    ]
    again = figures.figures(asked, sent, aim=timedelta(minutes=60), now=now)
    for measure, value in again.items():
        if measure is not figures.Measure.DECLARED_TO_FIRST_ATTEMPT:
            assert found["response"][measure.value] == dataclasses.asdict(value), measure


def before(moment: datetime | None, end: datetime) -> datetime | None:
    return None if moment is None or moment > end else moment


def written(moment: datetime | None) -> str | None:
    return None if moment is None else rfc3339.write(moment)


def figure(
    *, n: int, censored: int, p50: float | None, p90: float | None, longest: float | None, within: int | None
) -> dict[str, Any]:
    return {"n": n, "censored": censored, "p50": p50, "p90": p90, "max": longest, "within_target": within}
