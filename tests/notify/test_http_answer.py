"""The answers that hosts give, read in whatever pieces they come."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crisis.notify.http_answer import MOST_READ, Malformed, Reader

ANSWERS = [
    (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, b"hello", True),
    (b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"", True),
    (b"HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", 200, b"", True),
    (b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, b"ok", False),
    (b"HTTP/1.1 500 x\r\nConnection: Close\r\nContent-Length: 2\r\n\r\nno", 500, b"no", False),
    (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n", 202, b"", True),
    (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nX: y\r\n\r\n",
        200,
        b"hello!",
        True,
    ),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\n", 200, b"ok", False),
    (b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 200, b"", False),
]
BROKEN = [
    b"SSH-2.0-OpenSSH\r\n\r\n",
    b"HTTP/2 200\r\n\r\n",
    b"HTTP/1.1 2000 OK\r\n\r\n",
    b"HTTP/1.1 101 Switching\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX",
    b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000,
    b"HTTP/1.1 100 Continue\r\n\r\n" * 9,
]


@given(data=st.data())
@pytest.mark.parametrize(("text", "status", "body", "keep"), ANSWERS)
def test_an_answer_means_the_same_in_whatever_pieces_it_comes(
    text: bytes, status: int, body: bytes, keep: bool, data: st.DataObject
) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    reader = Reader()
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        reader.feed(text[start:end])
    answer = reader.answer()
    assert (answer.status, answer.body, answer.cut, reader.enough) == (status, body, False, True)
    if len(cuts) == 0:
        assert reader.keep is keep


@pytest.mark.parametrize("text", BROKEN)
def test_what_is_no_answer_is_refused(text: bytes) -> None:
    with pytest.raises(Malformed):
        Reader().feed(text)


def test_an_answer_without_a_length_ends_with_its_connection() -> None:
    reader = Reader()
    reader.feed(b"HTTP/1.1 200 OK\r\n\r\nhel")
    assert not reader.enough
    reader.feed(b"lo")
    reader.ended()
    assert (reader.answer().body, reader.answer().cut, reader.keep) == (b"hello", False, False)


@pytest.mark.parametrize(
    "head", [b"Content-Length: 100000\r\n\r\n", b"\r\n", b"Transfer-Encoding: chunked\r\n\r\n186A0\r\n"]
)
def test_of_a_hundred_thousand_bytes_64_kib_are_kept_and_no_more_waited_for(head: bytes) -> None:
    reader = Reader()
    reader.feed(b"HTTP/1.1 200 OK\r\n" + head)
    for _ in range(100):
        if not reader.enough:
            reader.feed(b"x" * 1000)
    answer = reader.answer()
    assert (reader.enough, len(answer.body), answer.cut, reader.keep and reader.done) == (True, MOST_READ, True, False)


def test_a_body_that_breaks_off_is_said_to_be_cut() -> None:
    reader = Reader()
    reader.feed(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello")
    reader.ended()
    assert (reader.answer().status, reader.answer().cut) == (200, True)
