"""A key as text is what the standard library makes of it."""

from uuid import UUID, uuid4

import pytest

from crisis.domain import key_text

KEYS = [
    "00000000-0000-0000-0000-000000000000",
    "01a20256-96d8-77f1-8278-f3a28dcd433e",
    "ffffffff-ffff-ffff-ffff-ffffffffffff",
]


@pytest.mark.parametrize("text", KEYS)
def test_it_is_spelled_as_str_and_hex_do(text: str) -> None:
    key = UUID(text)
    assert key_text.of(key) == key_text.kept(key) == str(key) == text
    assert key_text.short(key) == key.hex


def test_many_are_spelled_as_one_by_one() -> None:
    keys = [UUID(text) for text in KEYS] + [uuid4() for _ in range(50)]
    assert key_text.many(keys) == [str(key) for key in keys]
    assert key_text.many([]) == []
