"""The real ladder does what its rehearsal says: random registries and ladders, over more than an hour."""

import itertools
import json
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, assume, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from crisis import config
from crisis.domain import alert, ladder, ladder_body, notice, rehearsal
from crisis.domain.ladder import DEFAULT, Ladders, Table
from crisis.domain.rehearsal import Moment
from crisis.store import answers, db, notices, platforms
from crisis.store import officers as desk_officers
from crisis.store import records as record
from crisis.store.models import Alert, Event, Incident, Notice, Timer, User
from crisis.workflows import declare, edit_ladders, escalate
from tests.parts import samples
from tests.parts.clock import FakeClock
from tests.parts.ladders import tables
from tests.parts.rows import rows
from tests.workflows.people import with_officer

Declare = Callable[..., declare.Declared]

pytestmark = pytest.mark.usefixtures("desk_db")

_NUMBERS = itertools.count(1)
_HOURS = ("24/7", "Mon-Fri 08:00-18:00", "Mon-Sun 02:00-02:30", "Mon-Sun 22:00-01:20; Sun 03:00-12:00")
_WAYS = {"mail": "c{}@{}.example", "hook": "https://{1}.example/{0}", "phone": "+32255501{}"}


@st.composite
def contacts(draw: st.DrawFn) -> list[tuple[str, str, set[str]]]:
    one = st.tuples(
        st.sampled_from(_HOURS),
        st.sampled_from(["Europe/Brussels", "Asia/Kathmandu", "America/Los_Angeles"]),
        st.sets(st.sampled_from(sorted(_WAYS))),
    )
    return draw(st.lists(one, min_size=1, max_size=4))


def register(people: list[tuple[str, str, set[str]]]) -> str:
    key = f"p-{next(_NUMBERS):04}"
    channel = {"mail": "email", "hook": "webhook", "phone": "phone"}
    made = [
        samples.contact(
            place,
            hours=when,
            time_zone=zone,
            endpoints=[
                samples.endpoint(_WAYS[way].format(place, key), channel=channel[way], verified_on=date(2026, 1, 1))
                for way in sorted(ways)
            ],
        )
        for place, (when, zone, ways) in enumerate(people, start=1)
    ]
    samples.add(samples.platform(key, domains=(f"{key}.example",), contacts=made))
    return key


def climb(
    clock: FakeClock,
    settings: config.Settings,
    incident_id: UUID,
    acknowledge: Callable[[], None] | None,
    after: int | None,
) -> None:
    """Go from one due timer to the next; a moment earlier nothing fires."""
    start = clock.now()
    at = None if after is None else start + timedelta(minutes=after)
    while True:
        due = [one.due_at for one in rows(Timer, Timer.incident_id == incident_id, Timer.state == "armed")]
        due += [at] if at is not None and acknowledge is not None else []
        if not due or min(due) > start + timedelta(minutes=150):
            return
        clock.set(min(due) - timedelta(microseconds=1))
        assert escalate.fire(settings=settings, now=clock.now()) == 0
        clock.advance(microseconds=1)
        if at is not None and acknowledge is not None and clock.now() == at:
            acknowledge()
            acknowledge = None
        while escalate.fire(settings=settings, now=clock.now()):
            pass
        with db.transaction() as session:  # everything is accepted at once
            session.execute(sa.update(Alert).values(state="accepted", attempts=1, accepted_at=clock.now()))


def written(incident_id: UUID) -> list[tuple[object, ...]]:
    found = rows(Alert, Alert.incident_id == incident_id, Alert.notice_id.is_not(None))
    return sorted((one.planned_at, one.purpose, one.address) for one in found)


def told(incident_id: UUID) -> list[tuple[object, ...]]:
    names = {str(one.id): one.name for one in rows(User)}
    found = rows(Event, Event.stream == str(incident_id), Event.kind == "officer.told")
    bodies = [(one.recorded_at, json.loads(one.body)) for one in found]
    return sorted((at, body["action"], tuple(names[one] for one in body["officers"])) for at, body in bodies)


def expected(moments: tuple[Moment, ...]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    purposes = dict.fromkeys(ladder.REACHING, "escalation") | {"first": "first"}
    sends = sorted(
        (one.at, purposes.get(one.action, "reminder"), send.endpoint.address) for one in moments for send in one.sends
    )
    tells = sorted((one.at, reason, one.officers) for one in moments for reason in one.tells)
    return sends, tells


@hypothesis_settings(
    max_examples=10,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each example is an hour of the real thing: too slow to be made smaller
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(
    people=contacts(),
    table=tables(),
    minutes=st.integers(0, 30 * 24 * 60),
    acknowledged=st.none() | st.integers(1, 60),
    officers=st.integers(0, 3),
)
def test_a_platform_is_reached_as_the_rehearsal_says(
    declared: Declare,
    clock: FakeClock,
    settings: config.Settings,
    people: list[tuple[str, str, set[str]]],
    table: Table,
    minutes: int,
    acknowledged: int | None,
    officers: int,
) -> None:
    assume(any(ways - {"phone"} for _, _, ways in people))
    with db.transaction() as session:
        session.execute(sa.update(User).values(active=False))
        session.execute(sa.update(Incident).values(state="stood_down"))
        session.execute(sa.update(Timer).where(Timer.state == "armed").values(state="cancelled"))
    for place in range(officers):
        with_officer(f"o{next(_NUMBERS)}@desk.example", duty_order=officers - place)
    clock.set(samples.CREATED_AT + timedelta(days=290, minutes=minutes))
    key = register(people)
    ladders = Ladders(DEFAULT.by_severity, {key: table}, officer_minutes=4)
    edit_ladders.save(ladder_body.as_json(ladders), now=clock.now(), actor="cli")
    done = declared(audience={"platforms": [key]}, items=[{"url": f"https://{key}.example/1"}])
    with db.reading() as session:
        (platform,) = platforms.snapshot(session, registry_ids=[key])
        (asked,) = rows(Notice, Notice.incident_id == done.incident_id)
        (owner,) = rows(Incident, Incident.id == done.incident_id)
        names = {one.id: one.name for one in rows(User)}
        order = [(one, names[one]) for one in desk_officers.order(session, owner.declared_by)]
    moments = rehearsal.rehearse(
        platform, ladders, table, named_at=clock.now(), officers=order, acknowledged_after=acknowledged
    )

    def acknowledge() -> None:
        with db.transaction() as session:
            row = notices.lock(session, asked.id)
            contact_id = moments[0].sends[0].contact.id
            facts = answers.take(
                session,
                row,
                contact_id=contact_id,
                kind=notice.Answer.ACKNOWLEDGE,
                name="C. Roux",
                actor="cli",
                now=clock.now(),
            )
            record.append(session, str(row.incident_id), facts, now=clock.now())

    with db.transaction() as session:
        session.execute(sa.update(Alert).values(state=alert.State.ACCEPTED.value, attempts=1))
    climb(clock, settings, done.incident_id, acknowledge, acknowledged)
    sends, tells = expected(moments)
    assert written(done.incident_id) == sends
    assert told(done.incident_id) == tells
