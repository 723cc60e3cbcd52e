"""Whom a step of the ladder writes to: by order, by channel, and whatever the hour somebody."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import climbing, hours
from crisis.domain.alert import Channel
from crisis.domain.climbing import Reach
from crisis.domain.ladder import Action, Step
from crisis.domain.registry import Platform
from tests.domain import registries
from tests.domain.registries import NIGHT_AND_DAY, OFFICE, contact, platform

NIGHT = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # a Saturday
NEXT = Step(5, Action.NEXT_CONTACT)


def to(found: Reach) -> list[str]:
    return [one.endpoint.address for one in found.sends]


def test_the_next_contact_is_the_next_one_that_was_not_alerted() -> None:
    first, second = contact(1, "a@p.example"), contact(4, "b@p.example", "https://p.example/hook")
    asked = platform("p", second, first)
    assert to(climbing.reach(asked, NEXT, tried={first.id}, now=NIGHT)) == ["b@p.example", "https://p.example/hook"]
    assert climbing.reach(asked, NEXT, tried={first.id, second.id}, now=NIGHT) == Reach()


def test_out_of_hours_the_next_one_on_duty_is_written_to_as_well() -> None:
    first, office = contact(1, "a@p.example"), contact(2, "b@p.example", hours=OFFICE)
    awake = contact(4, "d@p.example", hours=NIGHT_AND_DAY)
    asked = platform("p", first, office, contact(3, "c@p.example", hours=OFFICE), awake)
    assert to(climbing.reach(asked, NEXT, tried={first.id}, now=NIGHT)) == ["b@p.example", "d@p.example"]
    assert to(climbing.reach(asked, NEXT, tried={first.id, awake.id}, now=NIGHT)) == ["b@p.example"]


def test_a_contact_with_a_phone_only_is_called_and_the_next_one_written_to() -> None:
    first, phone, third = contact(1, "a@p.example"), contact(2, "+3225550102"), contact(3, "c@p.example")
    found = climbing.reach(platform("p", first, phone, third), NEXT, tried={first.id}, now=NIGHT)
    assert to(found) == ["c@p.example"]
    assert [one.endpoint.address for one in found.calls] == ["+3225550102"]


def test_behind_a_phone_that_is_on_duty_somebody_on_duty_is_written_to() -> None:
    phone, office = contact(1, "+3225550101", hours=NIGHT_AND_DAY), contact(2, "b@p.example", hours=OFFICE)
    awake = contact(3, "c@p.example", hours=NIGHT_AND_DAY)
    found = climbing.reach(platform("p", phone, office, awake), NEXT, tried=set(), now=NIGHT)
    assert to(found) == ["b@p.example", "c@p.example"]
    assert [one.endpoint.address for one in found.calls] == ["+3225550101"]


def test_a_contact_can_be_chosen_by_place_though_it_was_alerted_before() -> None:
    first, second = contact(1, "a@p.example", "https://p.example/hook"), contact(2, "b@p.example")
    step = Step(5, Action.CONTACT, 1, (Channel.WEBHOOK,))
    asked = platform("p", first, second)
    assert to(climbing.reach(asked, step, tried={first.id, second.id}, now=NIGHT)) == ["https://p.example/hook"]


def test_where_the_chosen_contact_is_gone_the_next_one_is_taken() -> None:
    first, second = contact(1, "a@p.example"), contact(2, "b@p.example")
    step = Step(5, Action.CONTACT, 3)
    assert to(climbing.reach(platform("p", first, second), step, tried={first.id}, now=NIGHT)) == ["b@p.example"]


def test_everybody_on_duty_and_at_an_hour_without_anybody_everybody() -> None:
    office, awake = contact(1, "a@p.example", hours=OFFICE), contact(2, "b@p.example")
    step = Step(5, Action.ALL_ON_DUTY)
    assert to(climbing.reach(platform("p", office, awake), step, tried={awake.id}, now=NIGHT)) == ["b@p.example"]
    assert to(climbing.reach(platform("p", office), step, tried={office.id}, now=NIGHT)) == ["a@p.example"]


def test_a_channel_that_the_contact_does_not_have_leaves_nobody_out() -> None:
    step = Step(5, Action.NEXT_CONTACT, None, (Channel.APPRISE,))
    assert to(climbing.reach(platform("p", contact(2, "b@p.example")), step, tried=set(), now=NIGHT)) == ["b@p.example"]


def test_a_retired_platform_reaches_nobody() -> None:
    assert climbing.reach(None, NEXT, tried=set(), now=NIGHT) == Reach()
    assert not climbing.has_phone(None)
    assert climbing.has_phone(platform("p", contact(1, "+3225550102")))


@pytest.mark.parametrize(
    ("zone", "local", "fold", "on_duty"),
    [
        # Brussels sets its clocks back at 03:00 on 25 October 2026: 02:30 comes twice, both are in these hours
        ("Europe/Brussels", "2026-10-25T02:30", 0, True),
        ("Europe/Brussels", "2026-10-25T02:30", 1, True),
        ("Europe/Brussels", "2026-10-25T01:59", 0, False),
        ("Europe/Brussels", "2026-10-25T03:00", 0, False),
        ("Asia/Kathmandu", "2026-10-25T02:00", 0, True),  # 45 minutes off the hour of UTC
        ("Asia/Kathmandu", "2026-10-25T01:59", 0, False),
        ("Asia/Kathmandu", "2026-10-25T02:59", 0, True),
    ],
)
def test_hours_are_those_of_the_contacts_own_clock_on_a_night_that_changes_it(
    zone: str, local: str, fold: int, on_duty: bool
) -> None:
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
    short = contact(1, "a@p.example", hours="Sun 02:00-03:00", zone=zone)
    asked = platform("p", short, contact(2, "b@p.example"))
    assert to(climbing.reach(asked, NEXT, tried=set(), now=now)) == [
        "a@p.example",
        *([] if on_duty else ["b@p.example"]),
    ]


ADDRESSES = ("mail", "hook", "phone")


def _address(kind: str, place: int) -> str:
    return {"mail": f"c{place}@p.example", "hook": f"https://p.example/{place}", "phone": f"+322555010{place}"}[kind]


@st.composite
def platforms(draw: st.DrawFn) -> Platform:
    contacts = []
    for place in range(1, 1 + draw(st.integers(0, 4))):
        kinds = draw(st.sets(st.sampled_from(ADDRESSES)))
        some = [_address(kind, place) for kind in ADDRESSES if kind in kinds]
        when = draw(st.sampled_from([NIGHT_AND_DAY, OFFICE, "Sat,Sun 00:00-24:00", "Mon-Sun 22:00-06:00"]))
        zone = draw(st.sampled_from(["Europe/Brussels", "Asia/Kathmandu", "America/Los_Angeles"]))
        contacts.append(contact(place, *some, hours=when, zone=zone))
    return registries.platform("p", *contacts)


@given(
    platforms(),
    st.sampled_from([NEXT, Step(5, Action.CONTACT, 2), Step(5, Action.ALL_ON_DUTY)]),
    st.sets(st.integers(1, 4)),
    st.integers(0, 31 * 24 * 60),
)
def test_whatever_the_hour_somebody_who_was_not_alerted_is_written_to_if_there_is_anybody(
    asked: Platform, step: Step, places: set[int], minutes: int
) -> None:
    now = NIGHT - timedelta(days=31) + timedelta(minutes=minutes)
    tried = {one.id for one in asked.contacts if one.position in places}
    found = climbing.reach(asked, step, tried=tried, now=now)
    left = [
        one
        for one in asked.contacts
        if one.id not in tried and any(way.channel is not Channel.PHONE for way in one.endpoints)
    ]
    assert bool(found.sends) or not left
    assert all(one.endpoint.channel is not Channel.PHONE for one in found.sends)
    if left and found.sends and step.action is not Action.ALL_ON_DUTY and any(hours.on_duty(one, now) for one in left):
        assert any(hours.on_duty(one.contact, now) for one in found.sends)
