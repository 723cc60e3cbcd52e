"""Tests of importing the registry file: all of it or nothing, and the same again changes nothing."""

import json

import pytest
from flask.ctx import AppContext

from crisis import errors
from crisis.store import db, platforms, records
from crisis.workflows import export_registry, import_registry
from tests.parts import samples
from tests.parts.clock import FakeClock

HEADER = (
    "platform_id,platform_name,kind,service,domains,home_state,languages,contact_name,contact_order,"
    "contact_language,time_zone,hours,channel,address,verified_on\r\n"
)
PIXELLY = "p-001,Pixelly,company,video,pixelly.example,LU,en fr,Pixelly desk,1,fr,Europe/Luxembourg,24/7,"
MAIL = PIXELLY + "email,crisis1@pixelly.example,2026-03-23\r\n"
PHONE = PIXELLY + "phone,+32155504919,\r\n"
SECOND = (
    "p-001,Pixelly,company,video,pixelly.example,LU,en fr,Pixelly policy,2,fr,Europe/Luxembourg,"
    "Mon-Fri 08:00-18:00,email,crisis2@pixelly.example,2026-08-10\r\n"
)
BUCH = (
    "p-002,Bücher-Kanal,company,forum,bücher.example xn--strae-oqa.example,DE,de,Desk,1,de,Europe/Berlin,24/7,"
    "email,löschen@bücher.example,\r\n"
)
FILE = HEADER + MAIL + PHONE + SECOND + BUCH


def take(text: str, clock: FakeClock, **options: bool) -> import_registry.Imported:
    return import_registry.import_registry(text, now=clock.now(), actor="cli", **options)


def events() -> list[str]:
    with db.reading() as session:
        return [event.kind for event in records.read(session, records.REGISTRY)]


def test_a_file_becomes_the_registry_and_export_gives_the_same_cells(desk_db: AppContext, clock: FakeClock) -> None:
    outcome = take(FILE, clock)
    assert outcome.facts == {
        "platform.added": 2,
        "domain.added": 3,
        "contact.added": 3,
        "endpoint.added": 4,
    }
    assert outcome.concerned == ["p-001", "p-002"]
    assert export_registry.export_registry().text == FILE


def test_the_registry_as_values_is_what_the_file_said(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    with db.reading() as session:
        pixelly, buch = platforms.snapshot(session)
    assert (pixelly.registry_id, pixelly.name, pixelly.languages) == ("p-001", "Pixelly", ("en", "fr"))
    assert [
        (one.position, one.hours, [(e.channel.value, e.address) for e in one.endpoints]) for one in pixelly.contacts
    ] == [
        (1, "24/7", [("email", "crisis1@pixelly.example"), ("phone", "+32155504919")]),
        (2, "Mon-Fri 08:00-18:00", [("email", "crisis2@pixelly.example")]),
    ]
    assert buch.domains == ("xn--bcher-kva.example", "xn--strae-oqa.example")


def test_the_same_file_again_changes_nothing_and_records_nothing(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    before = events()
    clock.advance(hours=1)
    outcome = take(FILE, clock)
    assert (outcome.changed, outcome.facts, outcome.not_in_file) == (False, {}, 0)
    assert events() == before


def test_a_dry_run_tells_and_changes_nothing(desk_db: AppContext, clock: FakeClock) -> None:
    outcome = take(FILE, clock, dry_run=True)
    assert outcome.facts["endpoint.added"] == 4
    assert events() == []
    with db.reading() as session:
        assert platforms.snapshot(session) == ()


def test_what_changed_is_recorded_by_name_of_the_field_and_never_by_its_text(
    desk_db: AppContext, clock: FakeClock
) -> None:
    take(FILE, clock)
    count = len(events())
    changed = FILE.replace("Pixelly desk", "Pixelly night desk").replace("2026-08-10", "2026-11-01")
    outcome = take(changed, clock)
    assert outcome.facts == {"contact.changed": 1, "endpoint.changed": 1}
    with db.reading() as session:
        new = records.read(session, records.REGISTRY, after=count)
        bodies = [json.loads(event.body) for event in new]
        every = " ".join(event.body for event in records.read(session, records.REGISTRY))
    assert [body["fields"] for body in bodies] == [["contact_name"], ["verified_on"]]
    for secret in ("crisis1@", "+3215", "night desk", "löschen"):
        assert secret not in every


def test_nothing_is_retired_unless_asked(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    outcome = take(HEADER + MAIL, clock)
    assert (outcome.changed, outcome.not_in_file) == (False, 3)  # a platform, a contact, an address


def test_what_is_not_in_the_file_is_retired_when_asked(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    outcome = take(HEADER + MAIL, clock, retire_missing=True)
    assert outcome.facts == {
        "endpoint.retired": 3,
        "contact.retired": 2,
        "domain.removed": 2,
        "platform.retired": 1,
    }
    assert export_registry.export_registry().text == HEADER + MAIL


def test_a_retired_platform_comes_back_with_the_file(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    take(HEADER + MAIL, clock, retire_missing=True)
    take(FILE, clock)
    rows = export_registry.export_registry().text
    assert sorted(rows.splitlines()) == sorted(FILE.splitlines())


def test_two_platforms_may_swap_their_domains(desk_db: AppContext, clock: FakeClock) -> None:
    one = MAIL.replace("p-001,", "p-007,").replace("pixelly.example,LU", "seven.example,LU")
    take(HEADER + MAIL + one, clock)
    swapped = (
        HEADER
        + MAIL.replace("pixelly.example,LU", "seven.example,LU")
        + one.replace("seven.example,LU", "pixelly.example,LU")
    )
    take(swapped, clock)
    assert export_registry.export_registry().text == swapped


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("platform_id,name\r\np-1,x\r\n", "line 1", "header"),
        (HEADER, "line 1", "no rows"),
        (FILE + BUCH.replace("p-002", "p-003"), "line 6", "p-002's already, in line 5"),
        (FILE + MAIL, "line 6", "in line 2 already"),
        (HEADER + MAIL.replace("pixelly.example,LU", "co.uk,LU"), "line 2", "public suffix"),
        (HEADER + MAIL.replace(",Pixelly,", ",=Pixelly,"), "line 2", "formula"),
        (HEADER + MAIL.replace("Pixelly desk", "Pixelly\x07desk"), "line 2", "U+0007"),
        (HEADER + MAIL.replace("24/7", "whenever"), "line 2", "hours"),
        (HEADER + MAIL.replace("Europe/Luxembourg", "Mars/Base"), "line 2", "time zone"),
        (HEADER + MAIL.replace("crisis1@pixelly.example", "not an address"), "line 2", "mail address"),
    ],
)
def test_one_faulty_line_and_nothing_is_applied(
    desk_db: AppContext, clock: FakeClock, text: str, line: str, says: str
) -> None:
    with pytest.raises(errors.InvalidInput) as caught:
        take(text, clock)
    assert says in caught.value.fields[line]
    with db.reading() as session:
        assert platforms.snapshot(session) == ()
    assert events() == []


def test_a_domain_of_a_platform_outside_the_file_stays_there(desk_db: AppContext, clock: FakeClock) -> None:
    take(FILE, clock)
    with pytest.raises(errors.InvalidInput) as caught:
        take(HEADER + MAIL.replace("p-001,", "p-009,"), clock)
    assert caught.value.fields == {"line 2": "domains: pixelly.example belongs to p-001, which is not in the file"}
    assert export_registry.export_registry().text == FILE


def test_a_platform_without_an_address_is_named_by_the_export(desk_db: AppContext) -> None:
    samples.add(samples.platform("p-100", domains=(), contacts=[samples.contact()]))
    exported = export_registry.export_registry()
    assert (exported.rows, exported.without_address) == (0, ("p-100",))
