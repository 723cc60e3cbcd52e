"""Hashes are told apart by length and prefix."""

import pytest

from crisis import errors
from crisis.domain import hashes
from crisis.domain.hashes import Algorithm, Hash

A64, B32 = "a" * 64, "b" * 32


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (A64, Hash(Algorithm.SHA256, A64)),
        (A64.upper() + "\n", Hash(Algorithm.SHA256, A64)),
        (B32, Hash(Algorithm.MD5, B32)),
        (f"pdq:{A64}", Hash(Algorithm.PDQ, A64)),
        (f"SHA-256: {A64}", Hash(Algorithm.SHA256, A64)),
        (f"md5={B32}", Hash(Algorithm.MD5, B32)),
    ],
)
def test_a_hash_is_recognised(given: str, expected: Hash) -> None:
    assert hashes.parse(given) == expected


def test_a_hash_names_an_item_by_algorithm_and_value() -> None:
    assert hashes.parse(B32).key == f"md5:{B32}"


@pytest.mark.parametrize("given", ["a" * 63, "a" * 40, "a", "a" * 128])
def test_a_wrong_length_names_the_right_ones(given: str) -> None:
    with pytest.raises(errors.InvalidInput, match="SHA-256 has 64, MD5 has 32, PDQ has 64"):
        hashes.parse(given)


@pytest.mark.parametrize("given", ["", "g" * 64, "=cmd", "٣" * 32, f"pdq:{'z' * 64}"])
def test_other_characters_are_refused(given: str) -> None:
    with pytest.raises(errors.InvalidInput, match="0-9 and a-f"):
        hashes.parse(given)


def test_a_named_algorithm_has_its_own_length() -> None:
    assert hashes.check(Algorithm.PDQ, A64.upper()) == A64
    with pytest.raises(errors.InvalidInput, match="md5 has 32 digits, this one has 64"):
        hashes.check(Algorithm.MD5, A64)
    with pytest.raises(errors.InvalidInput, match="pdq has 64 digits, this one has 32"):
        hashes.parse(f"pdq:{B32}")
