"""Uploaded bytes as text, whatever they were written in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain import decoding

TEXT = "https://bücher.example/ä\r\nhttps://a.example/x\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_a_list_is_read_in_its_code(encoding: str) -> None:
    assert decoding.text_of(TEXT.encode(encoding)).replace("\r\n", "\n") == TEXT.replace("\r\n", "\n")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_its_mark_is_recognised(encoding: str) -> None:
    assert decoding.text_of("https://a.example/x\n".encode(encoding)) == "https://a.example/x\n"


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_both_orders_of_utf_16_have_a_mark(mark: str) -> None:
    assert decoding.text_of(("\ufeff" + TEXT).encode(mark)) == TEXT


def test_lines_of_two_codes_are_read_line_by_line() -> None:
    mixed = "https://a.example/ä\n".encode() + "https://b.example/ö\n".encode("latin-1")
    assert decoding.text_of(mixed) == "https://a.example/ä\nhttps://b.example/ö\n"


@given(st.binary(max_size=300))
def test_no_bytes_are_a_failure(data: bytes) -> None:
    assert isinstance(decoding.text_of(data), str)


@given(st.text(max_size=100))
def test_utf_8_comes_back(text: str) -> None:
    encoded = text.encode("utf-8", "ignore")
    decoded = encoded.decode("utf-8")
    if "\x00" not in decoded and not decoded.startswith("\ufeff"):
        assert decoding.text_of(encoded) == decoded
