"""Tests of calls and portals as tasks: one officer has each, the outcome is kept, and is evidence."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import current_app

from crisis import config, errors
from crisis.domain import alert, incident, ladder_body, tasks
from crisis.domain.alert import Channel
from crisis.domain.ladder import Action, Ladder, Ladders, Step
from crisis.domain.overview import NoticeView
from crisis.notify import addresses
from crisis.store import db, overviews
from crisis.store import tasks as task_rows
from crisis.store.models import Alert, Claim, Event, Matter, Notice, PortalUse
from crisis.workflows import call, claim_task, declare, edit_ladders, escalate, use_portal
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows
from tests.workflows.people import with_officer

Declare = Callable[..., declare.Declared]
ANN, BERT = "user:ann", "user:bert"
PORTAL = "https://pixelly.example/report"

pytestmark = pytest.mark.usefixtures("desk_db")


@pytest.fixture
def silent(declared: Declare, clock: FakeClock) -> declare.Declared:
    """A platform with a mail address, a phone and a portal; twenty minutes have gone by."""
    ways = [
        samples.endpoint("one@pixelly.example"),
        samples.endpoint("+3225550101", channel="phone"),
        samples.endpoint(PORTAL, channel="portal"),
    ]
    samples.add(samples.platform(contacts=[samples.contact(1, endpoints=ways)]))
    done = declared()
    clock.advance(minutes=20)
    return done


def view(ref: str, clock: FakeClock) -> NoticeView:
    with db.reading() as session:
        (found,) = overviews.load(session, ref, now=clock.now(), mask=addresses.mask).notices
    return found


def asked() -> UUID:
    (one,) = rows(Notice)
    return one.id


def test_one_officer_has_a_call_and_another_is_told_who(silent: declare.Declared, clock: FakeClock) -> None:
    mine = claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    assert mine == task_rows.Held(ANN, clock.now() + timedelta(minutes=5))
    clock.advance(minutes=4, seconds=59)
    assert claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=BERT) == mine
    assert claim_task.claim(silent.ref, asked(), Channel.PORTAL, now=clock.now(), actor=BERT).by == BERT


def test_a_claim_that_ran_out_is_free(silent: declare.Declared, clock: FakeClock) -> None:
    claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    clock.advance(minutes=5)
    with db.reading() as session:
        assert task_rows.held(session, rows(Notice)[0].incident_id, now=clock.now()) == {}
    assert claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=BERT).by == BERT


def test_whoever_has_it_may_hold_it_longer_or_give_it_back(silent: declare.Declared, clock: FakeClock) -> None:
    claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    clock.advance(minutes=3)
    longer = claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    assert longer.until == clock.now() + timedelta(minutes=5)
    claim_task.give_back(silent.ref, asked(), Channel.PHONE, actor=BERT)
    assert [one.claimed_by for one in rows(Claim)] == [ANN]
    claim_task.give_back(silent.ref, asked(), Channel.PHONE, actor=ANN)
    assert claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=BERT).by == BERT


def test_of_many_officers_at_once_exactly_one_gets_it(silent: declare.Declared, clock: FakeClock) -> None:
    app, notice_id, now = current_app._get_current_object(), asked(), clock.now()  # type: ignore[attr-defined]
    gate = threading.Barrier(8)

    def one(number: int) -> str:
        with app.app_context():
            gate.wait(10)
            return claim_task.claim(silent.ref, notice_id, Channel.PHONE, now=now, actor=f"user:{number}").by

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(one, range(8)))
    assert len(set(found)) == 1
    assert [row.claimed_by for row in rows(Claim)] == [found[0]]


def test_a_task_of_another_incident_is_not_there(silent: declare.Declared, clock: FakeClock) -> None:
    with pytest.raises(errors.NotFound):
        claim_task.claim("INC-2026-9999", asked(), Channel.PHONE, now=clock.now(), actor=ANN)


def test_a_recorded_call_ends_the_claim_of_the_caller_alone(silent: declare.Declared, clock: FakeClock) -> None:
    phone = view(silent.ref, clock).phones[0][1].id
    claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    call.record_call(silent.ref, asked(), phone, call.Outcome.NO_ANSWER, now=clock.now(), actor=BERT)
    assert [one.claimed_by for one in rows(Claim)] == [ANN]
    call.record_call(silent.ref, asked(), phone, call.Outcome.NO_ANSWER, now=clock.now(), actor=ANN)
    assert rows(Claim) == []


def test_a_wrong_number_is_not_called_again(silent: declare.Declared, clock: FakeClock) -> None:
    phone = view(silent.ref, clock).phones[0][1].id
    assert tasks.needs_call(view(silent.ref, clock))
    call.record_call(silent.ref, asked(), phone, call.Outcome.WRONG_NUMBER, now=clock.now(), actor=ANN)
    assert not tasks.needs_call(view(silent.ref, clock))


def test_a_portals_number_is_evidence_and_ends_the_task(silent: declare.Declared, clock: FakeClock) -> None:
    before = view(silent.ref, clock)
    assert [task.channel for task in tasks.of([before])] == [Channel.PHONE, Channel.PORTAL]
    portal = before.portals[0][1]
    assert portal.address == PORTAL
    claim_task.claim(silent.ref, asked(), Channel.PORTAL, now=clock.now(), actor=ANN)
    use_portal.record_use(silent.ref, asked(), portal.id, " PX-7731 ", now=clock.now(), actor=ANN)
    after = view(silent.ref, clock)
    assert [(one.kind.value, one.at) for one in after.evidence] == [("portal", clock.now())]
    assert after.received_at == clock.now()
    assert [task.channel for task in tasks.of([after])] == [Channel.PHONE]
    (use,) = rows(PortalUse)
    assert (use.number, use.url, use.used_by) == ("PX-7731", PORTAL, ANN)
    assert [one.actor for one in rows(Event, Event.kind == "portal.used")] == [ANN]
    assert rows(Claim) == []


@pytest.mark.parametrize("number", ["", "  ", "x" * 201, "a\nb"])
def test_a_portals_number_that_is_none_is_refused(silent: declare.Declared, clock: FakeClock, number: str) -> None:
    portal = view(silent.ref, clock).portals[0][1].id
    with pytest.raises(errors.InvalidInput):
        use_portal.record_use(silent.ref, asked(), portal, number, now=clock.now(), actor=ANN)


def test_a_phone_is_no_portal(silent: declare.Declared, clock: FakeClock) -> None:
    found = view(silent.ref, clock)
    with pytest.raises(errors.NotFound):
        use_portal.record_use(silent.ref, asked(), found.phones[0][1].id, "1", now=clock.now(), actor=ANN)
    with pytest.raises(errors.NotFound):
        call.record_call(silent.ref, asked(), found.portals[0][1].id, call.Outcome.REACHED, now=clock.now(), actor=ANN)


def test_a_portal_never_becomes_an_alert(silent: declare.Declared) -> None:
    assert {one.channel for one in rows(Alert, Alert.purpose == alert.Purpose.FIRST.value)} == {"email"}


def test_a_portal_alone_is_a_task_at_once(declared: Declare, clock: FakeClock) -> None:
    ways = [samples.endpoint(PORTAL, channel="portal")]
    samples.add(samples.platform(contacts=[samples.contact(1, endpoints=ways)]))
    done = declared()
    found = view(done.ref, clock)
    assert "unreachable" not in found.flags
    assert [task.channel for task in tasks.of([found])] == [Channel.PORTAL]


def test_the_ladders_call_is_a_task_at_once_and_an_officer_hears_of_it(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    with_officer("ann@desk.example", duty_order=1)
    calling = (Step(7, Action.NEXT_CONTACT), Step(9, Action.CALL))
    table = {Ladder.SILENCE: calling, Ladder.OUTCOME: (), Ladder.WARNING: ()}
    ladders = ladder_body.as_json(Ladders(dict.fromkeys(incident.Severity, table)))
    edit_ladders.save(ladders, now=clock.now(), actor="cli")
    contacts = [
        samples.contact(
            1, endpoints=[samples.endpoint("one@pixelly.example"), samples.endpoint("+3225550101", channel="phone")]
        ),
        samples.contact(2, endpoints=["two@pixelly.example"]),
    ]
    samples.add(samples.platform(contacts=contacts))
    done = declared()
    clock.advance(minutes=8, seconds=59)
    escalate.fire(settings=settings, now=clock.now())
    assert tasks.of([view(done.ref, clock)]) == []
    assert rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value) == []
    clock.advance(seconds=1)
    escalate.fire(settings=settings, now=clock.now())
    (task,) = tasks.of([view(done.ref, clock)])
    assert task.ways[0][1].address == "+3225550101"
    assert [one.reason for one in rows(Matter)] == ["call"]
    assert [one.address for one in rows(Alert, Alert.purpose == alert.Purpose.OFFICER.value)] == ["ann@desk.example"]


def test_a_contact_with_a_phone_only_whose_turn_it_is_is_called_before_the_ladder_ends(
    declared: Declare, clock: FakeClock, settings: config.Settings
) -> None:
    contacts = [
        samples.contact(1, endpoints=["one@pixelly.example"]),
        samples.contact(2, endpoints=[samples.endpoint("+3225550102", channel="phone")]),
        samples.contact(3, endpoints=["three@pixelly.example"]),
    ]
    samples.add(samples.platform(contacts=contacts))
    done = declared()
    clock.advance(minutes=5)
    escalate.fire(settings=settings, now=clock.now())
    found = view(done.ref, clock)
    assert "silent" not in found.flags
    assert [task.ways[0][1].address for task in tasks.of([found])] == ["+3225550102"]


def test_an_expired_claim_is_only_a_row_that_means_nothing(silent: declare.Declared, clock: FakeClock) -> None:
    claim_task.claim(silent.ref, asked(), Channel.PHONE, now=clock.now(), actor=ANN)
    with db.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Claim)) == 1
    assert rows(Event, Event.actor == ANN) == []
