"""What a mail host says, cut into replies and read, however it comes and whatever it is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.domain.alert import Outcome
from crisis.notify import smtp

_lines = st.from_regex(rb"[2-5][0-9]{2}(-[ -~]{0,30}\r\n){0,3}", fullmatch=True)
_text = st.binary(max_size=30).map(lambda text: bytes(sign for sign in text if sign not in b"\r\n"))
_replies = st.lists(st.tuples(st.integers(200, 599), st.lists(_text, min_size=1, max_size=4)), max_size=6)


def written(code: int, lines: list[bytes]) -> bytes:
    before = b"".join(b"%d-%b\r\n" % (code, line) for line in lines[:-1])
    return before + b"%d %b\r\n" % (code, lines[-1])


@given(_replies, st.lists(st.integers(1, 40), max_size=30))
def test_replies_are_the_same_in_whatever_pieces_they_come(
    replies: list[tuple[int, list[bytes]]], sizes: list[int]
) -> None:
    data = b"".join(written(code, lines) for code, lines in replies)
    cutter, found, at = smtp.Replies(), [], 0
    for size in [*sizes, len(data)]:
        found += cutter.feed(data[at : at + size])
        at += size
    assert found == [(code, b"\n".join(line.strip() for line in lines)) for code, lines in replies]
    assert cutter.is_clean


@given(st.binary(max_size=400))
def test_whatever_is_said_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(smtp.Unreadable):
        for code, text in smtp.Replies().feed(data):
            assert smtp.said(code, text).detail.isprintable()


@pytest.mark.parametrize("data", [b"hello\r\n", b"25 ok\r\n", b"250:ok\r\n", b"\r\n", b"2x0 ok\r\n", b"250-a\r\nb\r\n"])
def test_what_is_no_reply_is_refused(data: bytes) -> None:
    with pytest.raises(smtp.Unreadable):
        smtp.Replies().feed(data)


@pytest.mark.parametrize("piece", [b"250-" + b"x" * 70 + b"\r\n", b"250 " + b"x" * 70, b"x"])
def test_more_than_anybody_needs_is_refused_before_it_fills_the_memory(piece: bytes) -> None:
    cutter = smtp.Replies()
    for _ in range(smtp.MOST_REPLY // len(piece) - 1):
        assert cutter.feed(piece) == []
    with pytest.raises(smtp.Unreadable, match="longer than 16 kB"):
        cutter.feed(piece * 1000)


@given(st.integers(200, 599), st.text(max_size=200))
def test_a_detail_is_short_and_holds_no_address(code: int, text: str) -> None:
    verdict = smtp.said(code, f"{text} <crisis1@pixelly.example> {text}".encode("utf-8", "replace"))
    assert len(verdict.detail) <= 200
    assert "pixelly" not in verdict.detail
    assert (verdict.outcome is Outcome.ACCEPTED) == (code < 300)


@given(st.binary(min_size=1, max_size=300))
def test_what_stands_behind_data_ends_once_and_comes_back(mail: bytes) -> None:
    mail = mail.replace(b"\r", b"").replace(b"\n", b"\r\n")
    sent = smtp.stuffed(mail)
    assert sent.endswith(b"\r\n.\r\n") or sent == b".\r\n"
    assert (b"\r\n" + sent).find(b"\r\n.\r\n") == len(sent) - 3
    lines = sent[:-3].split(b"\r\n")
    back = b"\r\n".join(line.removeprefix(b".") for line in lines)
    assert back == (mail if mail.endswith(b"\r\n") else mail + b"\r\n")
