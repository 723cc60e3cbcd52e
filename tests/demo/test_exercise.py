"""Tests of the exercise at one click."""

from collections import Counter
from datetime import UTC, datetime

from flask.ctx import AppContext

from crisis import config
from crisis.demo import exercise, seed
from crisis.domain import exercise as rules
from crisis.domain import urls
from crisis.notify import addresses
from crisis.workflows import declare, import_registry
from tests.parts.clock import FakeClock

NOW = datetime(2026, 3, 2, 1, 3, tzinfo=UTC)


def test_it_is_the_same_each_time() -> None:
    assert exercise.declare_what(now=NOW) == exercise.declare_what(now=NOW)


def test_it_names_nobodys_hosts() -> None:
    given = exercise.declare_what(now=NOW)
    assert given.exercise
    hosts = {urls.key(one.url, addresses.to_ascii).host for one in given.items if one.url}
    assert [host for host in hosts if not rules.may_name(host)] == []


def test_it_holds_addresses_with_and_without_hashes_and_hashes_alone() -> None:
    items = exercise.declare_what(now=NOW).items
    found = Counter((one.url is not None, one.sha256 is not None, one.pdq is not None) for one in items)
    assert set(found) == {(True, False, False), (True, True, False), (False, True, False), (False, False, True)}


def test_it_declares_120_items_to_all_platforms(
    desk_db: AppContext, settings: config.Settings, clock: FakeClock
) -> None:
    import_registry.import_registry(seed.registry(), now=clock.now(), actor="cli")
    declared = declare.declare(
        exercise.declare_what(now=clock.now()), settings=settings, now=clock.now(), actor="user:someone"
    )
    assert declared.ref == "EX-2026-0001"
    counts = dict(declared.counts)
    assert counts.pop("alerts") in range(45, 60)  # some contacts are off duty at some hours
    assert counts == {"notices": 41, "items": 120, "merged_items": 8, "unrouted_items": 4}
