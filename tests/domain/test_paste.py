"""Items in pasted lists."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis import errors
from crisis.domain import paste
from crisis.domain.declaration import GivenItem
from tests.domain.registries import to_ascii

A64, B64, C32 = "a" * 64, "b" * 64, "c" * 32
URL = "https://a.example/v/1"


def item(line: int, url: str | None = None, **hashes: str) -> GivenItem:
    return GivenItem(url, hashes.get("sha256"), hashes.get("md5"), hashes.get("pdq"), line=line)


def read(data: str | bytes) -> list[GivenItem]:
    pasted = paste.read(data, to_ascii=to_ascii)
    assert pasted.not_understood == []
    return pasted.items


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (URL, item(1, URL)),
        (f"  {URL}\t", item(1, URL)),
        ("hxxps://a[.]example/v/1", item(1, URL)),
        (f"1. {URL}", item(1, URL)),
        (f"- {URL}", item(1, URL)),
        (f'"{URL}",', item(1, URL)),
        (f"Seen here: <{URL}>.", item(1, URL)),
        (f"{URL} {A64}", item(1, URL, sha256=A64)),
        (f"{URL},{A64}", item(1, URL, sha256=A64)),
        (f"{C32};{URL}", item(1, URL, md5=C32)),
        (f"{URL};{A64};{C32}", item(1, URL, sha256=A64, md5=C32)),
        (f"{URL}, sha256: {A64}, PDQ {B64}", item(1, URL, sha256=A64, pdq=B64)),
        ("https://a.example/x,y;z?a=1,2", item(1, "https://a.example/x,y;z?a=1,2")),
        ("https://bücher.example/x", item(1, "https://bücher.example/x")),
        (A64.upper(), item(1, sha256=A64)),
        (f"md5:{C32}", item(1, md5=C32)),
        (f"pdq: {A64}", item(1, pdq=A64)),
        (f"{A64} {C32}", item(1, sha256=A64, md5=C32)),
    ],
)
def test_a_line_is_an_item(line: str, expected: GivenItem) -> None:
    assert read(line) == [expected]


def test_a_line_may_hold_several_items() -> None:
    assert read(f"{URL} https://b.example/ {A64}") == [
        item(1, URL),
        item(1, "https://b.example/"),
        item(1, sha256=A64),
    ]
    assert read(f"{A64} {B64}") == [item(1, sha256=A64), item(1, sha256=B64)]


def test_lines_keep_their_numbers() -> None:
    assert read(f"\r\n{URL}\r\r\n\n{C32}\n") == [item(2, URL), item(5, md5=C32)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "neither an address"),
        ("a.example/v/1", "neither an address"),
        ("a" * 40, "SHA-256 has 64, MD5 has 32"),
        ("ftp://a.example/x", "Only http"),
        ("https://user@a.example/x", "user name"),
        ("https://a..example/x", "no domain name"),
        ("=cmd|' /C calc'!A0", "neither an address"),
        ("{", "neither an address"),
    ],
)
def test_rubbish_is_named_by_its_line(line: str, reason: str) -> None:
    pasted = paste.read(f"{URL}\n{line}\n{C32}", to_ascii=to_ascii)
    assert pasted.items == [item(1, URL), item(3, md5=C32)]
    assert [(one.line, one.text) for one in pasted.not_understood] == [(2, line)]
    assert reason in pasted.not_understood[0].reason


def test_what_was_understood_of_a_line_is_kept() -> None:
    pasted = paste.read(f"{URL} {'a' * 40}", to_ascii=to_ascii)
    assert pasted.items == [item(1, URL)]
    assert "40 digits" in pasted.not_understood[0].reason


def test_a_line_that_deceives_is_shown_harmless() -> None:
    pasted = paste.read("https://a.example/\u202egpj.exe \x1b[2J", to_ascii=to_ascii)
    assert pasted.items == []
    assert pasted.not_understood[0].text == "https://a.example/\ufffdgpj.exe \ufffd[2J"


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_with_a_header_is_read_by_its_columns(delimiter: str) -> None:
    rows = [
        ["id", "URL", "sha256", "Hash"],
        ["1", URL, A64, ""],
        ["2", "https://b.example/x,y", "", C32],
        ["3", "", "", ""],
        ["4", "", B64, ""],
    ]
    content = "\r\n".join(delimiter.join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows)
    pasted = paste.read(content, to_ascii=to_ascii)
    assert pasted.items == [
        item(2, URL, sha256=A64),
        item(3, "https://b.example/x,y", md5=C32),
        item(5, sha256=B64),
    ]
    assert [one.line for one in pasted.not_understood] == [4]


def test_a_table_of_addresses_only_is_one_too() -> None:
    assert read(f"url\n{URL}\n") == [item(2, URL)]


@pytest.mark.parametrize("wrap", [lambda entries: entries, lambda entries: {"items": entries}])
def test_json_is_read(wrap: object) -> None:
    assert callable(wrap)
    entries = [URL, {"url": "https://b.example/", "sha256": A64}, {"hash": C32}, f"pdq:{B64}"]
    assert read(json.dumps(wrap(entries))) == [
        item(1, URL),
        item(2, "https://b.example/", sha256=A64),
        item(3, md5=C32),
        item(4, pdq=B64),
    ]


def test_json_rubbish_is_named_by_its_place() -> None:
    pasted = paste.read(json.dumps([URL, 5, {"url": 7}, {"url": "x"}]), to_ascii=to_ascii)
    assert pasted.items == [item(1, URL)]
    assert [one.line for one in pasted.not_understood] == [2, 3, 4]


def test_broken_json_is_read_as_lines() -> None:
    pasted = paste.read("[" * 100_000, to_ascii=to_ascii)
    assert pasted.items == []
    assert len(pasted.not_understood) == 1


def test_bytes_are_decoded() -> None:
    assert read("https://bücher.example/x".encode("latin-1")) == [item(1, "https://bücher.example/x")]


def test_without_idna_a_host_is_taken_as_it_is() -> None:
    assert paste.read("https://φόρουμ.example/x").items == [item(1, "https://φόρουμ.example/x")]


def test_ten_thousand_lines_fit_and_no_more() -> None:
    lines = [f"https://a.example/{number}" for number in range(10_000)]
    assert len(read("\n\n".join(lines))) == 10_000
    with pytest.raises(errors.InvalidInput, match="has 10001 lines; at most 10000 fit"):
        paste.read("\n".join([*lines, C32]))


def test_a_list_may_be_empty() -> None:
    assert read("") == []
    assert read(b"\n \n") == []


@given(st.text(max_size=200))
def test_every_line_is_an_item_or_has_a_reason(content: str) -> None:
    pasted = paste.read(content, to_ascii=to_ascii)
    assert (
        not content.strip() or pasted.items or pasted.not_understood or content.strip().startswith(("[", "{", "\ufeff"))
    )
