"""Declaring: one transaction holds everything, and what can't be done leaves nothing."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask.ctx import AppContext

from crisis import errors
from crisis.domain import records
from crisis.store.models import Alert, Event, Incident, Item, Link, Message, Notice, NoticeItem, Timer
from crisis.store.types import canonical
from crisis.workflows import declare
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.rows import rows

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")


def test_a_declaration_is_written_whole(declared: Declare, clock: FakeClock) -> None:
    samples.add(*samples.registry(3))
    done = declared(
        items=[
            {"url": "https://pixelly.example/watch/1"},
            {"url": "https://pixelly.example/watch/1?utm_source=share"},
            {"url": "https://nobody.example/x"},
            {"sha256": samples.SHA256},
        ]
    )
    assert done.ref == "INC-2026-0001"
    assert dict(done.counts) == {"notices": 3, "alerts": 3, "items": 3, "merged_items": 1, "unrouted_items": 1}
    owner = rows(Incident)[0]
    assert (owner.state, owner.declared_at) == ("declared", clock.now())
    assert owner.target_at == datetime(2026, 3, 2, 2, 3, tzinfo=UTC)
    asks = {one.platform_name: one.ask for one in rows(Notice)}
    assert asks == {"Pixelly": "act", "Platform 002": "search", "Platform 003": "search"}
    assert len(rows(Item)) == 3
    assert sorted(one.reason for one in rows(NoticeItem)) == ["host", "shared", "shared", "shared"]
    assert {one.state for one in rows(Alert)} == {"planned"}
    assert len(rows(Link)) == 3
    assert len(rows(Message)) == 2  # one text for those who act, one for those who search
    assert sorted(one.ladder for one in rows(Timer)) == ["outcome:1"] * 3 + ["silence:1"] * 3


def test_the_record_tells_the_declaration_in_order(declared: Declare) -> None:
    samples.add(*samples.registry(2))
    done = declared()
    events = rows(Event, Event.stream == str(done.incident_id))
    assert [one.n for one in events] == [1, 2, 3, 4, 5]
    assert [one.kind for one in events] == [
        records.Kind.INCIDENT_DECLARED,
        records.Kind.ITEMS_NAMED,
        records.Kind.NOTICE_NAMED,
        records.Kind.NOTICE_NAMED,
        records.Kind.ALERTS_PLANNED,
    ]
    assert all("@" not in one.body for one in events)


def test_the_record_holds_for_each_request_what_was_asked_as_canonical_json(declared: Declare) -> None:
    samples.add(*samples.registry(2))
    done = declared(items=[{"url": "https://pixelly.example/watch/1"}, {"sha256": samples.SHA256}])
    found = rows(Event, Event.stream == str(done.incident_id), Event.kind == records.Kind.NOTICE_NAMED)
    bodies = {body["notice"]: body for body in (json.loads(one.body) for one in found)}
    named = {one.id: [one.notice_id, one.reason] for one in rows(NoticeItem)}
    assert [one.body for one in found] == [canonical(json.loads(one.body)) for one in found]
    for asked in rows(Notice):
        items = [[str(key), reason] for key, (notice_id, reason) in named.items() if notice_id == asked.id]
        body = bodies.pop(str(asked.id))
        assert sorted(body.pop("items")) == sorted(items)
        assert body == {
            "notice": str(asked.id),
            "platform": str(asked.platform_id),
            "ask": asked.ask,
            "batch": 1,
            "target_at": "2026-03-02T02:03:00.000000Z",
        }
    assert bodies == {}


def test_references_count_exercises_apart(declared: Declare) -> None:
    samples.add(*samples.registry(1))
    refs = [declared().ref, declared(exercise=True).ref, declared().ref]
    assert refs == ["INC-2026-0001", "EX-2026-0001", "INC-2026-0002"]


def test_a_platform_that_is_only_informed_gets_one_mail_and_no_ladder(declared: Declare) -> None:
    hook = samples.endpoint("https://hooks.p-002.example/crisis", channel="webhook")
    told = samples.contact(endpoints=["crisis@p-002.example", hook])
    samples.add(
        samples.platform(), samples.platform("p-002", name="Other", domains=("p-002.example",), contacts=[told])
    )
    declared()
    informed = rows(Notice, Notice.ask == "inform")
    assert [(one.platform_name, one.target_at) for one in informed] == [("Other", None)]
    assert [one.channel for one in rows(Alert, Alert.notice_id == informed[0].id)] == ["email"]
    assert rows(Timer, Timer.notice_id == informed[0].id) == []


def test_with_nobody_to_reach_nothing_is_written(declared: Declare) -> None:
    samples.add(samples.platform(contacts=[samples.contact(endpoints=[])]))
    with pytest.raises(errors.NobodyToReach, match="Nothing was sent"):
        declared()
    assert rows(Incident) == []
    assert rows(Event) == []


def test_the_second_officer_sees_the_first_incident_before_sending(declared: Declare) -> None:
    samples.add(*samples.registry(1))
    first = declared()
    with pytest.raises(errors.SeenMeanwhile, match=first.ref):
        declared(seen=frozenset())
    assert declared(seen=frozenset({first.ref})).ref == "INC-2026-0002"


def test_something_that_fails_alongside_undoes_the_declaration(
    desk_db: AppContext, declared: Declare, settings: Any, clock: FakeClock
) -> None:
    samples.add(*samples.registry(1))
    from crisis.domain import declaration
    from crisis.notify import addresses

    def _refuse(*_: object) -> None:
        raise errors.KeyReused("used before")

    parsed = declaration.parse(samples.declaration(), now=clock.now(), to_ascii=addresses.to_ascii)
    with pytest.raises(errors.KeyReused):
        declare.declare(parsed, settings=settings, now=clock.now(), actor="cli", alongside=_refuse)
    assert rows(Incident) == []


def test_an_alert_has_the_provider_that_the_registry_says(declared: Declare) -> None:
    """The address of a sealed endpoint says nothing; where the registry says nothing, the address does."""
    sealed = samples.endpoint("sealed:1:bm90IGFuIGFkZHJlc3M", channel="apprise", provider="apprise:twilio")
    who = samples.contact(endpoints=[sealed, "crisis@pixelly.example"])
    samples.add(samples.platform(contacts=[who]))
    declared()
    assert {one.channel: one.provider for one in rows(Alert)} == {"apprise": "apprise:twilio", "email": "email"}
