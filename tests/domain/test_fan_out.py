"""Who is asked what, and where it goes first."""

from datetime import UTC, datetime
from typing import Any

import pytest

from crisis import errors
from crisis.domain import fan_out
from crisis.domain.declaration import Audience, AudienceMode, GivenItem
from crisis.domain.fan_out import Plan, Request
from crisis.domain.registry import Platform
from tests.domain.registries import OFFICE, contact, endpoint, platform, to_ascii

DAY = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)  # a Friday, 11:00 in Brussels
NIGHT = datetime(2026, 11, 21, 2, 6, tzinfo=UTC)
A64 = "a" * 64
ALL = Audience(AudienceMode.ALL)
AFFECTED = Audience(AudienceMode.AFFECTED)

PIXELLY = platform("pixelly", contact(1, "a@pixelly.example", "+3225550101"), domains=("pixelly.example",))
NESTLY = platform("nestly", contact(1, "a@nestly.example"), domains=("nestly.example",))
CHATTY = platform("chatty", contact(1, "https://hooks.chatty.example/in", "a@chatty.example", "+3225550102"))


def plan(*items: GivenItem, platforms: tuple[Platform, ...] = (PIXELLY, NESTLY, CHATTY), **changed: Any) -> Plan:
    given = {"audience": ALL, "assign": {}, "now": DAY, "to_ascii": to_ascii, **changed}
    return fan_out.plan(items, platforms=platforms, **given)


def addresses(request: Request) -> list[str]:
    return [send.endpoint.address for send in request.sends]


def asked(found: Plan) -> dict[str, str]:
    return {request.platform.registry_id: request.ask.value for request in found.requests}


URL = GivenItem("https://www.pixelly.example/v/1")
HASH = GivenItem(sha256=A64)


def test_the_owner_acts_and_the_others_are_informed() -> None:
    found = plan(URL)
    assert asked(found) == {"pixelly": "act", "nestly": "inform", "chatty": "inform"}
    assert found.items[0].owner is PIXELLY
    assert found.items[0].reason == "host"
    assert found.requests[0].items == ((found.items[0], "host"),)


def test_with_a_hash_the_others_search() -> None:
    found = plan(URL, HASH)
    assert asked(found) == {"pixelly": "act", "nestly": "search", "chatty": "search"}
    assert [[item.content_key for item in request.shared] for request in found.requests] == [[f"sha256:{A64}"]] * 3
    assert found.items[1].owner is None
    assert found.items[1].reason == "shared"


def test_a_hash_beside_an_address_is_not_shared() -> None:
    assert asked(plan(GivenItem(URL.url, sha256=A64)))["nestly"] == "inform"


def test_only_the_affected_are_asked() -> None:
    found = plan(URL, HASH, audience=AFFECTED)
    assert asked(found) == {"pixelly": "act"}
    assert found.requests[0].shared == (found.items[1],)


def test_platforms_named_without_items_search_or_are_informed() -> None:
    named = Audience(AudienceMode.PLATFORMS, ("nestly",))
    assert asked(plan(HASH, audience=named)) == {"nestly": "search"}
    assert asked(plan(audience=named)) == {"nestly": "inform"}


def test_items_of_platforms_left_out_are_listed() -> None:
    found = plan(URL, audience=Audience(AudienceMode.PLATFORMS, ("nestly",)))
    assert found.outside == found.items
    assert found.unrouted == ()


def test_an_unknown_platform_is_refused_by_its_place() -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        plan(URL, audience=Audience(AudienceMode.PLATFORMS, ("nestly", "nobody")))
    assert list(caught.value.fields) == ["audience.platforms[1]"]


def test_an_address_without_owner_is_listed_and_can_be_assigned() -> None:
    lost = GivenItem("https://unknown.example/x?utm_source=1")
    found = plan(lost)
    assert found.unrouted == found.items
    assert found.items[0].reason is None
    for name in ("https://unknown.example/x", lost.url):
        assigned = plan(lost, assign={name: "nestly"})
        assert assigned.unrouted == ()
        assert assigned.requests[1].items == ((assigned.items[0], "assigned"),)


def test_an_assignment_goes_before_the_owner_of_the_host() -> None:
    assert asked(plan(URL, assign={URL.url: "nestly"}, audience=AFFECTED)) == {"nestly": "act"}


@pytest.mark.parametrize(
    ("assign", "reason"),
    [
        ({"https://www.pixelly.example/v/1": "nobody"}, "no such platform"),
        ({"https://www.pixelly.example/v/2": "nestly"}, "names no address"),
        ({f"sha256:{A64}": "nestly"}, "names no address"),
        ({"rubbish": "nestly"}, "names no address"),
    ],
)
def test_an_assignment_of_what_is_not_there_is_refused(assign: dict[str, str], reason: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        plan(URL, HASH, assign=assign)
    assert [reason in fault for fault in caught.value.fields.values()] == [True]


def test_the_first_contact_is_alerted_on_all_its_endpoints_and_a_phone_is_called() -> None:
    request = plan(HASH).requests[2]
    assert addresses(request) == ["https://hooks.chatty.example/in", "a@chatty.example"]
    assert [call.endpoint.address for call in request.calls] == ["+3225550102"]


def test_who_is_only_informed_gets_one_mail_and_nothing_else() -> None:
    request = plan().requests[2]
    assert addresses(request) == ["a@chatty.example"]
    assert request.calls == ()


def test_the_one_mail_goes_to_the_first_contact_that_has_an_address() -> None:
    second = platform("p", contact(1, "+3225550101"), contact(2, "b@p.example"), contact(3, "c@p.example"))
    assert addresses(plan(platforms=(second,)).requests[0]) == ["b@p.example"]


def office_and(*others: Any) -> Platform:
    return platform("p", contact(1, "a@p.example", hours=OFFICE), *others)


def test_on_duty_only_the_first_contact_is_alerted() -> None:
    found = plan(HASH, platforms=(office_and(contact(2, "b@p.example")),))
    assert addresses(found.requests[0]) == ["a@p.example"]
    assert found.out_of_hours == ()


def test_out_of_hours_the_next_one_on_duty_is_alerted_as_well() -> None:
    asleep = contact(2, "b@p.example", hours=OFFICE)
    awake = contact(3, "c@p.example", "+3225550103")
    found = plan(HASH, platforms=(office_and(asleep, awake, contact(4, "d@p.example")),), now=NIGHT)
    assert addresses(found.requests[0]) == ["a@p.example", "c@p.example"]
    assert [call.endpoint.address for call in found.requests[0].calls] == ["+3225550103"]
    assert [(one.contact.position, one.also) for one in found.out_of_hours] == [(1, awake)]


def test_nobody_is_left_out_because_of_the_hour() -> None:
    found = plan(HASH, platforms=(office_and(contact(2, "b@p.example", hours=OFFICE)),), now=NIGHT)
    assert addresses(found.requests[0]) == ["a@p.example"]
    assert found.out_of_hours[0].also is None


def test_nobody_is_woken_to_be_informed() -> None:
    found = plan(platforms=(office_and(contact(2, "b@p.example")),), now=NIGHT)
    assert addresses(found.requests[0]) == ["a@p.example"]
    assert found.out_of_hours == ()


def test_behind_a_contact_with_phones_only_somebody_gets_the_message() -> None:
    found = plan(HASH, platforms=(platform("p", contact(1, "+3225550101"), contact(2, "b@p.example")),))
    assert addresses(found.requests[0]) == ["b@p.example"]
    assert [call.endpoint.address for call in found.requests[0].calls] == ["+3225550101"]


def test_who_has_a_phone_only_can_be_reached() -> None:
    found = plan(HASH, platforms=(platform("p", contact(1, "+3225550101")),))
    assert found.unreachable == ()
    assert found.reaches_anyone


@pytest.mark.parametrize("nobody", [platform("p"), platform("p", contact(1))])
def test_who_cannot_be_reached_is_listed_and_still_asked(nobody: Platform) -> None:
    found = plan(HASH, platforms=(nobody,))
    assert found.unreachable == (nobody,)
    assert asked(found) == {"p": "search"}
    assert not found.reaches_anyone


def test_contacts_without_an_address_are_passed_over() -> None:
    found = plan(HASH, platforms=(platform("p", contact(1), contact(2, "b@p.example")),))
    assert addresses(found.requests[0]) == ["b@p.example"]


def test_addresses_that_nobody_checked_are_listed() -> None:
    first = contact(1, "a@p.example")
    new = platform("p", type(first)(first.id, 1, "D", "fr", "UTC", "24/7", (endpoint("x@p.example", None),)))
    assert [send.endpoint.address for send in plan(HASH, platforms=(new,)).unverified] == ["x@p.example"]


def test_without_any_platform_nobody_is_reached() -> None:
    found = plan(URL, platforms=())
    assert not found.reaches_anyone
    assert found.unrouted == found.items


def test_the_counts_are_those_of_the_contract() -> None:
    found = plan(URL, URL, HASH, GivenItem("https://unknown.example/"))
    assert found.counts == {"notices": 3, "alerts": 4, "items": 3, "merged_items": 1, "unrouted_items": 1}
