"""Parts of a mail that came in: split from its bytes without copies, to a depth and a number that are bounded."""

import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from crisis.domain import mail_headers

_DEEPEST = 12  # multiparts within each other
_MOST = 200  # parts


@dataclass(frozen=True, slots=True)
class Part:
    """One part that holds no others: where its body stands in the mail's bytes."""

    kind: str
    parameters: dict[str, str]
    headers: Message
    start: int
    end: int

    @property
    def is_text(self) -> bool:
        """Whether it is meant to be read in place."""
        named = mail_headers.raw(self.headers, "Content-Disposition").lower().startswith("attachment")
        return self.kind in ("text/plain", "text/html") and not named


def split(mail: bytes) -> tuple[Message, int, list[Part]]:
    """The headers of the mail, where its body begins, and its parts in order."""
    body = _body(mail, 0, len(mail))
    headers = mail_headers.parse(mail[:body])
    return headers, body, list(_leaves(mail, headers, body))


def body(mail: bytes, part: Part, *, most: int) -> bytes:
    """The body of a part, its transfer encoding undone; of no more than ``most`` encoded bytes."""
    data = mail[part.start : min(part.end, part.start + most)]
    way = mail_headers.raw(part.headers, "Content-Transfer-Encoding").lower()
    try:
        if way == "base64":
            return binascii.a2b_base64(data if len(data) < most else data[: len(data) // 4 * 4])
        return binascii.a2b_qp(data) if way == "quoted-printable" else data
    except binascii.Error:  # cut off, or none at all: as it stands
        return data


def _leaves(mail: bytes, headers: Message, start: int) -> Iterator[Part]:
    waiting = [(headers, start, len(mail), 0)]
    found = 0
    while waiting and found < _MOST:
        one, begin, end, depth = waiting.pop()
        kind, parameters = mail_headers.kind(one)
        boundary = parameters.get("boundary", "")
        if kind.startswith("multipart/") and boundary and depth < _DEEPEST:
            inner = [_part(mail, left, right, depth + 1) for left, right in _between(mail, boundary, begin, end)]
            if inner:
                waiting += reversed(inner)
                continue
        found += 1
        yield Part(kind, parameters, one, begin, end)


def _part(mail: bytes, start: int, end: int, depth: int) -> tuple[Message, int, int, int]:
    begin = _body(mail, start, end)
    return mail_headers.parse(mail[start:begin]), begin, end, depth


def _body(mail: bytes, start: int, end: int) -> int:
    """Where the body begins: behind the first empty line."""
    if mail.startswith((b"\n", b"\r\n"), start, end):  # no headers at all
        return start + (1 if mail.startswith(b"\n", start) else 2)
    found = [(at + len(gap)) for gap in (b"\n\n", b"\n\r\n") if (at := mail.find(gap, start, end)) >= 0]
    return min(found, default=end)


def _between(mail: bytes, boundary: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The regions between the lines of a boundary."""
    mark = b"--" + boundary.encode("utf-8", "surrogateescape")
    begin, count = -1, 0
    at = mail.find(mark, start, end)
    while at >= 0 and count <= _MOST:
        behind = at + len(mark)
        if at == start or mail[at - 1 : at] == b"\n":
            if begin >= 0:
                count += 1
                yield begin, max(begin, at - (2 if mail[at - 2 : at] == b"\r\n" else 1))
            line_end = mail.find(b"\n", behind, end)
            if mail.startswith(b"--", behind) or line_end < 0:
                return
            begin = behind = line_end + 1
            at = mail.find(mark, max(behind - 1, start), end)
            continue
        at = mail.find(mark, behind, end)
    if begin >= 0:  # the last one was never closed
        yield begin, end
