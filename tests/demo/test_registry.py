"""Tests of the demo's registry: fictional, in the contract's format, and with something of everything."""

import csv
import io

import pytest
from flask.ctx import AppContext

from crisis.demo import cast, seed
from crisis.domain import exercise
from crisis.notify import addresses
from crisis.workflows import confine, export_registry, import_registry
from tests.parts.clock import FakeClock

ROWS = import_registry.read(seed.registry())


def test_it_names_some_forty_platforms_in_eight_languages() -> None:
    assert len({row.platform_id for row in ROWS}) == 41
    assert {row.contact_language for row in ROWS} == {"en", "fr", "de", "nl", "es", "it", "pl", "el"}


def test_every_host_in_it_belongs_to_nobody() -> None:
    hosts = {domain for row in ROWS for domain in row.domains.split()}
    hosts |= {row.address.rpartition("@")[2] for row in ROWS if row.channel == "email"}
    hosts |= {row.address.split("/")[2] for row in ROWS if row.channel == "webhook"}
    assert [host for host in hosts if not exercise.may_name(addresses.to_ascii(host))] == []


def test_it_has_something_of_everything() -> None:
    assert {row.channel for row in ROWS} == {"email", "phone", "webhook"}
    assert {row.kind for row in ROWS} == {"company", "civil-society"}
    assert {"24/7", "Mon-Fri 08:00-18:00"} < {row.hours for row in ROWS}
    assert any(not row.domains.isascii() for row in ROWS)
    assert max(int(row.contact_order) for row in ROWS) == 2


def test_it_is_exported_as_it_was_imported(sqlite_db: AppContext, clock: FakeClock) -> None:
    import_registry.import_registry(seed.registry(), now=clock.now(), actor="cli")
    confine.demo()
    assert sorted(_cells(export_registry.export_registry().text)) == sorted(_cells(seed.registry()))


def test_everybody_in_the_cast_is_in_the_registry() -> None:
    mails = {str(addresses.mail_address(row.address)) for row in ROWS if row.channel == "email"}
    assert sorted({*cast._CAST, *cast._MAIL} - mails) == []


@pytest.mark.parametrize("address", cast.YOURS)
def test_nobody_simulated_answers_what_is_left_to_the_reader(address: str) -> None:
    assert cast.manner_of(address) is cast.SILENT


def _cells(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))
