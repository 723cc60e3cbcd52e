"""Tests of what an incident looks like at a moment."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.ctx import AppContext
from sqlalchemy.orm import Session

from crisis import errors
from crisis.domain.evidence import Kind
from crisis.domain.records import Kind as Kinds
from crisis.store import db, overview_rows, records
from crisis.store.models import Alert, Notice, Opening
from crisis.workflows import overview
from tests.parts import samples
from tests.parts.clock import START, FakeClock
from tests.reports import story
from tests.reports.story import Story

_OF_A_MATTER = ("matter", "notice", "reason", "how")


@contextmanager
def telling(**parts: object) -> Iterator[Story]:
    with db.transaction() as session:
        yield Story(session, START, **parts)


def test_a_notice_shows_each_kind_of_evidence_once_and_proof_only_from_a_report_upward(
    desk_db: AppContext, clock: FakeClock
) -> None:
    mail, hook, phone = (
        samples.endpoint("crisis@pixelly.example"),
        samples.endpoint("https://pixelly.example/hook", channel="webhook"),
        samples.endpoint("+3225550199", channel="phone"),
    )
    (platform,) = samples.add(samples.platform(contacts=[samples.contact(endpoints=[mail, hook, phone])]))
    contact = platform.contacts[0]
    with telling() as told:
        notice = told.notice(platform, items=2)
        told.alert(notice, contact, mail)
        told.alert(notice, contact, hook, accepted_at=told.at(0.05))
        told.call(notice, contact, phone, minutes=6, outcome="no_answer")
        told.call(notice, contact, phone, minutes=9, outcome="reached")
        told.acknowledge(notice, contact, minutes=11)
        told.answer(notice, contact, "in_progress", minutes=12)
    clock.advance(minutes=13)
    (view,) = overview.incident("INC-2026-0007", now=clock.now()).notices
    assert [(one.kind, one.at - START) for one in view.evidence] == [
        (Kind.OUR_RELAY, timedelta(seconds=2)),
        (Kind.THEIR_SERVER, timedelta(seconds=3)),
        (Kind.REACHED_BY_PHONE, timedelta(minutes=9)),
        (Kind.ANSWERED, timedelta(minutes=11)),
    ]
    assert view.received_at == START + timedelta(minutes=9)
    assert (view.last_sign, view.last_sign_at) == ("answered", START + timedelta(minutes=12))
    assert (view.items.total, view.items.done) == (2, 0)
    assert view.alerts[0].address != "crisis@pixelly.example"
    assert view.phones[0][1].address == "+3225550199"


def test_a_platform_is_silent_after_five_minutes_and_unreachable_when_every_alert_failed(
    desk_db: AppContext, clock: FakeClock
) -> None:
    quiet, cut, told_only = samples.add(*samples.registry(3))
    with telling() as told:
        notice = told.notice(quiet, items=1)
        told.alert(notice, quiet.contacts[0], quiet.contacts[0].endpoints[0])
        told.timer(notice, minutes=5, action="next_contact")
        notice = told.notice(cut, items=1)
        told.alert(notice, cut.contacts[0], cut.contacts[0].endpoints[0], state="failed", detail="550 no such user")
        notice = told.notice(told_only, ask="inform")
        told.alert(notice, told_only.contacts[0], told_only.contacts[0].endpoints[0])
    before = overview.incident("INC-2026-0007", now=START + timedelta(minutes=4, seconds=59))
    after = overview.incident("INC-2026-0007", now=START + timedelta(minutes=5))
    assert [one.flags for one in before.notices] == [(), ("unreachable",), ()]
    assert [one.flags for one in sorted(after.notices, key=lambda one: one.platform_id)] == [
        ("silent",),
        ("unreachable",),
        (),
    ]
    step = after.notices[0].next_step
    assert step is not None
    assert (step.action, step.ladder, step.due_at) == ("next_contact", "silence", START + timedelta(minutes=5))
    assert (after.totals.asked, after.totals.informed, after.totals.silent, after.totals.unreachable) == (2, 1, 1, 1)
    assert after.totals.need_officer == 2


def test_what_we_cancelled_ourselves_makes_nobody_unreachable(desk_db: AppContext, clock: FakeClock) -> None:
    (platform,) = samples.add(samples.platform())
    with telling(state="stood_down", stood_down_at=START, stand_down_reason="Over.") as told:
        notice = told.notice(platform, items=1)
        told.alert(notice, platform.contacts[0], platform.contacts[0].endpoints[0], state="cancelled")
    (view,) = overview.incident("INC-2026-0007", now=clock.now()).notices
    assert view.flags == ()


def test_an_opened_page_is_a_sign_of_life_and_no_evidence(desk_db: AppContext, clock: FakeClock) -> None:
    (platform,) = samples.add(samples.platform())
    contact = platform.contacts[0]
    with telling() as told:
        notice = told.notice(platform, items=1)
        link = told.link(notice, contact, contact.endpoints[0])
        told.add(Opening(link_id=link, minute=told.at(3)))
        told.add(Opening(link_id=link, minute=told.at(4)))
    (view,) = overview.incident("INC-2026-0007", now=clock.advance(minutes=5)).notices
    assert (view.last_sign, view.last_sign_at) == ("opened", START + timedelta(minutes=4))
    assert view.evidence == ()


def test_withdrawn_items_and_shared_hashes_are_outside_the_count_of_items(
    desk_db: AppContext, clock: FakeClock
) -> None:
    (platform,) = samples.add(samples.platform())
    with telling() as told:
        notice = told.notice(platform, items=2, state="done", done_at=told.at(10), done_recorded_at=told.at(10))
        told.item(notice, "https://pixelly.example/3", state="removed")
        told.item(notice, "https://pixelly.example/4", state="withdrawn")
        told.item(notice, None, reason="shared")
    (view,) = overview.incident("INC-2026-0007", now=clock.advance(minutes=11)).notices
    assert (view.items.total, view.items.done, view.shared_hashes) == (3, 1, 1)
    assert view.flags == ("items_open",)
    assert [one.outcome.value for one in overview.items(view.id)] == ["named", "named", "removed", "withdrawn", "named"]


def test_a_look_is_of_one_moment_whatever_is_written_meanwhile(
    desk_db: AppContext, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page goes on from ``head``: what that entry tells must be on it."""
    (platform,) = samples.add(samples.platform())
    with telling() as told:
        told.notice(platform, items=1)
    real = overview_rows.notices

    def _then_somebody_answers(session: Session, incident_id: UUID) -> Sequence[Any]:
        found = real(session, incident_id)
        with Session(db.db.engine) as other, other.begin():
            other.execute(sa.update(Notice).values(state="done"))
            fact = records.Fact(Kinds.MATTER_ENDED, "desk", START, dict.fromkeys(_OF_A_MATTER, "x"))
            records.append(other, str(incident_id), [fact], now=START)
        return found

    monkeypatch.setattr(overview_rows, "notices", _then_somebody_answers)
    before = overview.incident("INC-2026-0007", now=clock.now())
    monkeypatch.setattr(overview_rows, "notices", real)
    after = overview.incident("INC-2026-0007", now=clock.now())
    assert (before.notices[0].state, after.notices[0].state) == ("awaiting", "done")
    assert after.head == before.head + 1


def test_the_number_of_queries_does_not_grow_with_the_incident(desk_db: AppContext) -> None:
    ref = story.large(START, platforms=20)
    asked: list[str] = []
    sa.event.listen(db.db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    view = overview.incident(ref, now=START + timedelta(minutes=30))
    assert len([one for one in asked if one.startswith("SELECT")]) == 15
    assert (view.totals.notices, view.totals.acknowledged, view.totals.alerts_accepted) == (20, 10, 40)


def test_alerts_come_with_their_attempts_a_page_at_a_time(desk_db: AppContext) -> None:
    ref = story.large(START, platforms=3)
    first = overview.alerts(ref, limit=4)
    rest = overview.alerts(ref, after=first[-1].id, limit=4)
    assert [len(first), len(rest)] == [4, 2]
    assert [(one.number, one.detail) for one in first[0].attempts] == [(1, "250 ok")]


def test_the_attempt_that_is_under_way_is_shown_after_those_that_ended(desk_db: AppContext, clock: FakeClock) -> None:
    ref = story.large(START, platforms=1)
    with db.transaction() as session:
        session.execute(sa.update(Alert).values(state="started", attempts=2, started_at=clock.now()))
    shown = overview.alerts(ref, limit=1)[0].attempts
    assert [(one.number, one.outcome) for one in shown] == [(1, "accepted"), (2, None)]
    assert shown[-1].started_at == clock.now()


def test_an_unknown_reference_is_named_in_the_answer(desk_db: AppContext, clock: FakeClock) -> None:
    with pytest.raises(errors.NotFound, match="INC-2026-9999"):
        overview.incident("INC-2026-9999", now=clock.now())
