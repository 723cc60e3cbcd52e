"""Tests of changing the registry by hand: the rules of the file, and every change recorded with it."""

import json
from datetime import date, timedelta
from uuid import UUID

import pytest
from flask.ctx import AppContext

from crisis import errors
from crisis.domain.registry import Secret
from crisis.store import db, platforms, records, registrations
from crisis.store.models import Endpoint
from crisis.workflows import export_registry, import_registry, register
from tests.parts import samples
from tests.parts.clock import FakeClock

CONTACT = {
    "contact_name": "Night desk",
    "contact_order": "2",
    "contact_language": "fr",
    "time_zone": "Europe/Paris",
    "hours": "Mon-Fri 08:00-18:00",
}
PIXELLY = {
    "platform_name": "Pixelly",
    "kind": "company",
    "service": "video-sharing",
    "domains": "pixelly.example",
    "home_state": "BE",
    "languages": "en",
}


@pytest.fixture
def pixelly(desk_db: AppContext) -> None:
    samples.add(samples.platform())


def events() -> list[tuple[str, dict[str, object]]]:
    with db.reading() as session:
        return [(event.kind, json.loads(event.body)) for event in records.read(session, records.REGISTRY)]


@pytest.mark.usefixtures("pixelly")
def test_a_contact_and_an_address_are_added_and_recorded_without_their_text(clock: FakeClock) -> None:
    contact_id = register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    cells = {"channel": "email", "address": "night@pixelly.example", "verified_on": "2026-02-01"}
    register.add_endpoint(contact_id, cells, now=clock.now(), actor="cli")
    with db.reading() as session:
        contact = platforms.snapshot(session)[0].contacts[1]
    assert (contact.name, contact.position, contact.language) == ("Night desk", 2, "fr")
    assert (contact.endpoints[0].address, contact.endpoints[0].verified_on) == (
        "night@pixelly.example",
        date(2026, 2, 1),
    )
    assert [kind for kind, _body in events()] == ["contact.added", "endpoint.added"]
    assert "night" not in json.dumps(events()).lower()


@pytest.mark.usefixtures("pixelly")
def test_the_same_cells_change_and_record_nothing(clock: FakeClock) -> None:
    register.change_platform("p-001", PIXELLY, now=clock.now(), actor="cli")
    assert events() == []


@pytest.mark.usefixtures("pixelly")
def test_a_change_of_domains_is_recorded_domain_by_domain(clock: FakeClock) -> None:
    cells = {**PIXELLY, "domains": "bücher.example pixelly.example"}
    register.change_platform("p-001", cells, now=clock.now(), actor="cli")
    register.change_platform("p-001", {**cells, "domains": "bücher.example"}, now=clock.now(), actor="cli")
    told = [(kind, body.get("domain")) for kind, body in events()]
    assert told == [("domain.added", "xn--bcher-kva.example"), ("domain.removed", "pixelly.example")]


@pytest.mark.usefixtures("pixelly")
def test_a_retired_contact_makes_room_for_another_in_its_place(clock: FakeClock) -> None:
    first = register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    with pytest.raises(errors.InvalidInput) as caught:
        register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    assert caught.value.fields == {"contact_order": "Night desk has this place in the order"}
    register.retire_contact(first, now=clock.now(), actor="cli")
    second = register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    with db.reading() as session:
        assert [contact.id for contact in platforms.snapshot(session)[0].contacts][1:] == [second]
    with pytest.raises(errors.NotFound):
        register.change_contact(first, CONTACT, now=clock.now(), actor="cli")


@pytest.mark.usefixtures("pixelly")
def test_a_retired_platform_asks_nobody_and_comes_back_when_changed(clock: FakeClock) -> None:
    register.retire_platform("p-001", now=clock.now(), actor="cli")
    with db.reading() as session:
        assert platforms.snapshot(session) == ()
    with pytest.raises(errors.Conflict, match="retired"):
        register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    register.change_platform("p-001", PIXELLY, now=clock.now(), actor="cli")
    with db.reading() as session:
        (platform,) = platforms.snapshot(session)
    assert (platform.domains, platform.contacts) == (("pixelly.example",), ())


@pytest.mark.parametrize(
    ("cells", "field", "says"),
    [
        ({"channel": "email", "address": "nobody"}, "address", "not a mail address"),
        ({"channel": "email", "address": ""}, "address", "is missing"),
        ({"channel": "phone", "address": "555"}, "address", "a phone number"),
        ({"channel": "webhook", "address": "http://hooks.example/x"}, "address", "https"),
        ({"channel": "fax", "address": "+3225550199"}, "channel", "expected one of"),
        ({"channel": "email", "address": "a@b.example", "verified_on": "yesterday"}, "verified_on", "a date"),
        ({"channel": "email", "address": "crisis@pixelly.example"}, "address", "has this address already"),
    ],
)
@pytest.mark.usefixtures("pixelly")
def test_an_address_that_does_not_fit_is_refused_by_field(
    clock: FakeClock, cells: dict[str, str], field: str, says: str
) -> None:
    with db.reading() as session:
        contact_id = platforms.snapshot(session)[0].contacts[0].id
    with pytest.raises(errors.InvalidInput) as caught:
        register.add_endpoint(contact_id, cells, now=clock.now(), actor="cli")
    assert says in caught.value.fields[field]
    assert events() == []


@pytest.mark.usefixtures("desk_db")
def test_what_is_not_there_is_not_found(clock: FakeClock) -> None:
    with pytest.raises(errors.NotFound, match="no platform “p-404”"):
        register.change_platform("p-404", PIXELLY | {"domains": ""}, now=clock.now(), actor="cli")


SLACK = "slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"


def _apprise(clock: FakeClock, address: str = SLACK, **options: object) -> UUID:
    contact_id = register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    cells = {"channel": "apprise", "address": address, "verified_on": ""}
    return register.add_endpoint(contact_id, cells, now=clock.now(), actor="cli", **options)  # type: ignore[arg-type]


def _endpoint(endpoint_id: UUID) -> Endpoint:
    with db.reading() as session:
        return platforms.endpoint(session, endpoint_id)


@pytest.mark.usefixtures("pixelly")
def test_an_address_that_is_a_secret_is_kept_sealed_and_exported_as_it_was_given(clock: FakeClock) -> None:
    endpoint = _endpoint(_apprise(clock))
    assert endpoint.address.startswith("sealed:")
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in endpoint.address
    assert endpoint.provider == "apprise:slack"
    assert SLACK in export_registry.export_registry().text
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in json.dumps(events())


@pytest.mark.usefixtures("pixelly")
def test_the_same_secret_address_again_is_known_without_opening_it(clock: FakeClock) -> None:
    endpoint = _endpoint(_apprise(clock))
    cells = {"channel": "apprise", "address": SLACK, "verified_on": ""}
    with pytest.raises(errors.InvalidInput) as caught:
        register.add_endpoint(endpoint.contact_id, cells, now=clock.now(), actor="cli")
    assert caught.value.fields == {"address": "the contact has this address already"}
    text = export_registry.export_registry().text
    assert import_registry.import_registry(text, now=clock.now(), actor="cli").facts == {}
    assert _endpoint(endpoint.id).address == endpoint.address


@pytest.mark.usefixtures("pixelly")
def test_a_masked_address_that_comes_back_leaves_the_secret_as_it_was(clock: FakeClock) -> None:
    before = _endpoint(_apprise(clock))
    cells = {"channel": "apprise", "address": register.shown_address(before), "verified_on": "2026-02-01"}
    assert cells["address"] == "slack://•••"
    register.change_endpoint(before.id, cells, now=clock.now(), actor="cli")
    after = _endpoint(before.id)
    assert (after.address, after.verified_on) == (before.address, date(2026, 2, 1))
    changed = {**cells, "address": "ntfys://ntfy.pixelly.example/topic"}
    register.change_endpoint(before.id, changed, now=clock.now(), actor="cli")
    assert (_endpoint(before.id).provider, register.shown_address(_endpoint(before.id))) == (
        "apprise:ntfys",
        "ntfys://•••",
    )
    assert [body.get("fields") for kind, body in events() if kind == "endpoint.changed"] == [
        ["verified_on"],
        ["address"],
    ]


@pytest.mark.usefixtures("pixelly")
@pytest.mark.parametrize("address", ["syslog://localhost/", "json://pixelly.example/x", "mailto://a:b@pixelly.example"])
def test_a_service_that_is_not_on_the_list_is_refused_when_it_is_registered(clock: FakeClock, address: str) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        _apprise(clock, address)
    assert list(caught.value.fields) == ["address"]


@pytest.mark.usefixtures("pixelly")
def test_the_list_of_services_is_the_operators(clock: FakeClock) -> None:
    assert _apprise(clock, "json://pixelly.example/x", services={"json"})


@pytest.mark.usefixtures("pixelly")
def test_a_new_secret_leaves_the_one_before_it_valid_for_a_day(clock: FakeClock) -> None:
    contact_id = register.add_contact("p-001", CONTACT, now=clock.now(), actor="cli")
    cells = {"channel": "webhook", "address": "https://hooks.pixelly.example/x", "verified_on": ""}
    endpoint_id = register.add_endpoint(contact_id, cells, now=clock.now(), actor="cli")
    assert _endpoint(endpoint_id).secret == Secret(1, None)
    renewed = register.renew_secret(endpoint_id, now=clock.now(), actor="user:1")
    assert renewed == _endpoint(endpoint_id).secret == Secret(2, clock.now() + timedelta(hours=24))
    with db.reading() as session:
        assert platforms.snapshot(session)[0].contacts[1].endpoints[0].secret == renewed
    assert events()[-1][0] == "endpoint.secret_renewed"


@pytest.mark.usefixtures("pixelly")
def test_only_a_webhook_has_a_secret(clock: FakeClock) -> None:
    with pytest.raises(errors.Conflict):
        register.renew_secret(_apprise(clock), now=clock.now(), actor="cli")


@pytest.mark.usefixtures("pixelly")
def test_a_receiver_that_is_gone_retires_its_endpoint_once(clock: FakeClock) -> None:
    endpoint_id = _apprise(clock)
    told = []
    for _ in range(2):
        with db.transaction() as session:
            told.append(registrations.retire_endpoint(session, endpoint_id, "gone", clock.now()))
    [fact], again = told
    assert (fact.kind.value, fact.actor, fact.body["reason"], again) == ("endpoint.retired", "desk", "gone", [])
    with pytest.raises(errors.NotFound):
        _endpoint(endpoint_id)
