"""The answer to one HTTP/1.1 request, read as it comes; the little of it that a sender needs.

*Source:* RFC 9112, sections 4 to 7.
"""

import re
from dataclasses import dataclass

MOST_READ = 64 * 1024  # bytes of a body
_MOST_HEAD = 16 * 1024  # bytes of the status line and the headers
_MOST_INTERIM = 8  # answers of 1xx before the real one

_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: ([^\r\n]*))?")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?")


class Malformed(Exception):
    """It is not HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``cut`` if there was more than 64 KiB, or the rest did not come."""

    status: int
    reason: str
    body: bytes
    cut: bool


class Reader:
    """Is fed with what arrives. ``status`` is there as soon as the head is; ``keep`` says whether the
    connection may carry another request."""

    def __init__(self) -> None:
        self.status = 0
        self.done = False
        self.keep = False
        self._reason = ""
        self._buffer = bytearray()
        self._body = bytearray()
        self._interim = 0
        self._left: int | None = None  # of the body, or of a chunk; None: until the connection ends
        self._chunked = False
        self._trailer = False

    def feed(self, data: bytes) -> None:
        """Read on.

        Raises:
            Malformed: end the connection.
        """
        self._buffer += data
        if not self.status:
            self._head()
        if self.status and not self.done:
            self._chunks() if self._chunked else self._plain()

    def ended(self) -> None:
        """Nothing more comes."""
        if self.status and not self._chunked and self._left is None:
            self.done = True
        self.keep = False

    def answer(self) -> Answer:
        """What is known so far; ask only when there is a status."""
        return Answer(self.status, self._reason, bytes(self._body[:MOST_READ]), cut=not self.done)

    def _head(self) -> None:
        while not self.status:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0 or end > _MOST_HEAD:
                if len(self._buffer) > _MOST_HEAD:
                    raise Malformed
                return
            head = bytes(self._buffer[:end])
            del self._buffer[: end + 4]
            self._read_head(head)

    def _read_head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        match = _STATUS.fullmatch(first)
        if match is None:
            raise Malformed
        status = int(match[2])
        if 100 <= status < 200:
            self._interim += 1
            if status == 101 or self._interim > _MOST_INTERIM:
                raise Malformed
            return
        lengths, coding, connection = set(), b"", b""
        for line in lines:
            name, colon, value = line.partition(b":")
            if not colon:
                raise Malformed
            match name.lower():
                case b"content-length":
                    lengths.add(value.strip())
                case b"transfer-encoding":
                    coding += value.strip().lower()
                case b"connection":
                    connection += b"," + value.lower()
        self.status, self._reason = status, (match[3] or b"").decode("latin-1")
        self.keep = match[1] == b"1" and b"close" not in connection and not (coding and lengths)
        if status in (204, 304):
            self._left = 0
        elif coding:
            self._chunked, self._left = coding == b"chunked", None
        elif lengths:
            self._left = _length(lengths)
        if self._left is None and not self._chunked:
            self.keep = False

    def _plain(self) -> None:
        self._take(self._left)
        self._finish(ended=self._left == 0)

    def _take(self, most: int | None) -> None:
        part = self._buffer if most is None else self._buffer[:most]
        self._body += part[: MOST_READ + 1 - len(self._body)]
        if self._left is not None:
            self._left -= len(part)
        del self._buffer[: len(part)]

    def _chunks(self) -> None:
        while len(self._body) <= MOST_READ:
            if self._left is not None:
                self._take(self._left)
                if self._left or len(self._buffer) < 2:
                    break
                if self._buffer[:2] != b"\r\n":
                    raise Malformed
                del self._buffer[:2]
                self._left = None
            end = self._buffer.find(b"\r\n")
            if end < 0:
                if len(self._buffer) > _MOST_HEAD:
                    raise Malformed
                break
            line = bytes(self._buffer[:end])
            del self._buffer[: end + 2]
            if self._trailer:
                if not line:
                    self._finish(ended=True)
                    return
                continue
            match = _SIZE.fullmatch(line)
            if match is None:
                raise Malformed
            if int(match[1], 16):
                self._left = int(match[1], 16)
            else:
                self._trailer = True
        self._finish(ended=False)

    def _finish(self, *, ended: bool) -> None:
        if len(self._body) > MOST_READ:
            self.keep = False
        elif ended:
            self.done = True
            self.keep = self.keep and not self._buffer  # what nobody asked for

    @property
    def enough(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.done or len(self._body) > MOST_READ


def _length(values: set[bytes]) -> int:
    [value, *others] = values
    if others or not re.fullmatch(rb"\d{1,15}", value):
        raise Malformed
    return int(value)
