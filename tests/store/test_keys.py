"""Keys: version 7, rising, and as text what Python's own class makes of them."""

import itertools
from datetime import UTC, datetime
from uuid import RFC_4122, UUID

from crisis.store import keys

AT = datetime(2026, 11, 22, 10, 5, tzinfo=UTC)


def test_many_keys_rise_and_are_of_version_7() -> None:
    found = [keys.new(), *keys.many(1000), *itertools.islice(keys.endless(), 500)]
    assert found == sorted(set(found))
    assert {(one.version, one.variant) for one in found} == {(7, RFC_4122)}


def test_keys_rise_over_the_milliseconds_that_they_fill() -> None:
    found = keys.many(20_000)  # 4,096 of them are a millisecond
    assert [(one.version, one.variant) for one in found] == [(7, RFC_4122)] * len(found)
    steps = [after.int - before.int >> 64 for before, after in itertools.pairwise(found)]
    assert set(steps) <= {0, 1, 0xF001, 0xF000}  # the next tick, or the next millisecond; the tails are random
    assert found == sorted(set(found))


def test_a_key_is_like_any_other_uuid() -> None:
    key = keys.new()
    other = UUID(str(key))
    assert (key, hash(key), key.is_safe) == (other, hash(other), other.is_safe)


def test_keys_of_later_are_greater_than_the_first_of_now() -> None:
    assert keys.first_of(datetime.now(UTC)) < keys.new()
    assert keys.first_of(AT).version == 7
