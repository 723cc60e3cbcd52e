"""MIME: one mail as bytes, made by putting values into a message that was encoded once.

The standard library's ``email.message`` takes 250 times as long; a test parses these bytes with it
and compares every header and both texts.
"""

import binascii
import functools
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape

from crisis import errors
from crisis.notify import marks

#: Can't stand in a part: after "=" quoted-printable has two hexadecimal digits or the end of the line.
_BOUNDARY = b"=_crisis_desk"
MISSING = "…"  # an alert with a hole beats none

_MOST_KEPT = 2048
_LONGEST_WORD = 900  # of a header, left as it is. *Source:* RFC 5321, 4.5.3.1.6: lines end at 998 bytes

#: The slot that is another one in each mail; all others are the same in many.
LINK = "link"


class Line:
    """A line with slots. Mails of one group differ in few lines, so what was encoded once is kept."""

    __slots__ = ("_has_link", "_kept", "_names", "_parts")

    def __init__(self, parts: list[str]) -> None:
        self._parts = parts
        self._names = parts[1::2]
        self._has_link = LINK in self._names
        self._kept: dict[tuple[str | None, ...], bytes | list[str]] = {}

    def filled(self, values: Mapping[str, str]) -> "bytes | list[str]":
        """The line with the values in it, quoted-printable; or what stands around the link, still to be encoded."""
        wanted = tuple([values.get(name) for name in self._names if name != LINK])
        found = self._kept.get(wanted)
        if found is None:
            if len(self._kept) >= _MOST_KEPT:
                self._kept = {}
            found = self._kept[wanted] = self._around(values) if self._has_link else _line(fill(self._parts, values))
        return found

    def _around(self, values: Mapping[str, str]) -> list[str]:
        texts = [self._parts[0]]
        for name, text in zip(self._names, self._parts[2::2], strict=True):
            if name == LINK:
                texts.append(text)
            else:
                texts[-1] += values.get(name, MISSING) + text
        return texts


#: An encoded part: bytes as they are, and lines that are filled for each mail.
Pieces = list[bytes | Line]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A message whose fixed lines are encoded already."""

    subject: list[str]
    text: Pieces
    html: Pieces


@dataclass(frozen=True, slots=True)
class Body:
    """What mails with the same values have in common: all but the link."""

    subject: bytes  # the header
    parts: list[bytes | list[str]]  # from MIME-Version to the end; a list is a line, without the links in it
    html_from: int  # at this place of ``parts`` the HTML begins
    ready: dict[tuple[str, int], list[bytes | slice]] = field(default_factory=dict, compare=False)

    def with_link(self, link: str) -> list[bytes]:
        """The parts with the link in them. Links that differ in letters and digits at their end are encoded once."""
        front, slash, token = link.rpartition("/")
        if not (token.isalnum() and token.isascii()):
            return self._encoded(link)
        key = front, len(token)
        pieces = self.ready.get(key)
        if pieces is None:
            like = [b"".join(self._encoded(f"{front}{slash}{sign * len(token)}")) for sign in "AB"]
            pieces = self.ready[key] = _around(*like, count=len(token))
        signs = token.encode()
        return [piece if isinstance(piece, bytes) else signs[piece] for piece in pieces]

    def _encoded(self, link: str) -> list[bytes]:
        escaped = escape(link)
        return [
            part if isinstance(part, bytes) else _line((escaped if place >= self.html_from else link).join(part))
            for place, part in enumerate(self.parts)
        ]


def _around(one: bytes, other: bytes, *, count: int) -> list[bytes | slice]:
    """The same bytes with the part of a token, of ``count`` signs, wherever the two differ: a line may be cut in it."""
    pieces: list[bytes | slice] = []
    since = told = 0  # how far the pieces go, and how many signs of tokens are in them
    while since < len(one):
        differs = one[since] != other[since]
        end = since
        while end < len(one) and (one[end] != other[end]) == differs and not (differs and end - since + told == count):
            end += 1
        pieces.append(slice(told, told + end - since) if differs else one[since:end])
        told = (told + end - since) % count if differs else told
        since = end
    return pieces


@functools.lru_cache(maxsize=512)
def prepare(subject: str, text: str, html: str) -> Prepared:
    """Encode everything that is the same in all mails of one message."""
    return Prepared(marks.split(subject), _pieces(text), _pieces(html))


def body(prepared: Prepared, values: Mapping[str, str]) -> Body:
    """Everything that these values make the same.

    Raises:
        InvalidInput: the subject would break its line; only a value of another program could do that.
    """
    escaped = {name: _escape(value) for name, value in values.items()}
    text = [
        b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="' + _BOUNDARY + b'"\r\n\r\n',
        _part(b"text/plain"),
        *_filled(prepared.text, values),
    ]
    html = [_part(b"text/html"), *_filled(prepared.html, escaped), b"\r\n--" + _BOUNDARY + b"--\r\n"]
    text, html = _joined(text), _joined(html)
    subject = header("Subject", fill(prepared.subject, values))
    return Body(subject, [*text, *html], html_from=len(text))


def fill(parts: Sequence[str], values: Mapping[str, str]) -> str:
    """The text with the values in its slots; a value is never read for slots itself."""
    return "".join(values.get(part, MISSING) if place % 2 else part for place, part in enumerate(parts))


@functools.lru_cache(maxsize=4096)
def header(name: str, value: str) -> bytes:
    """One header line, folded; what is not ASCII as RFC 2047 says.

    Raises:
        InvalidInput: the value has a line break or a NUL, and would become a header of its own.
    """
    if breaks(value):
        raise errors.InvalidInput(f"The mail header {name} can't hold line breaks or control signs.")
    used = len(name) + 2
    plain = value.isascii() and "=?" not in value and max(map(len, value.split(" "))) <= _LONGEST_WORD
    encoded = _fold(value, used) if plain else _words(value, used)
    return f"{name}: {encoded}\r\n".encode("ascii")


def breaks(value: str) -> bool:
    """Whether it has line breaks or control signs. French has spaces, and other scripts signs, that "don't print"."""
    return not value.isprintable() and any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") for sign in value)


@functools.lru_cache(maxsize=256)
def mailbox(name: str, address: str) -> str:
    """``name <address>`` for a header that is not ASCII-encoded as a whole; ``header_bytes`` takes it."""
    if not name:
        return address
    if name.isascii() and name.isprintable() and "=?" not in name:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{address}>'
    return f"{_words(' '.join(name.split()), 6)} <{address}>"


def header_bytes(name: str, value: str) -> bytes:
    """A header whose value is ready: identifiers and addresses. UTF-8 where an address needs it.

    Raises:
        InvalidInput: as ``header``.
    """
    if not value.replace("\r\n ", " ").isprintable():
        raise errors.InvalidInput(f"The mail header {name} can't hold line breaks or control signs.")
    return f"{name}: {value}\r\n".encode()


@functools.lru_cache(maxsize=4096)
def date(at: datetime) -> bytes:
    """The Date header of a moment."""
    return f"Date: {format_datetime(at.astimezone(UTC).replace(microsecond=0))}\r\n".encode("ascii")


_escape = functools.lru_cache(maxsize=8192)(escape)


def _part(kind: bytes) -> bytes:
    return (
        b"\r\n--" + _BOUNDARY + b"\r\nContent-Type: " + kind + b'; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )


def _pieces(text: str) -> Pieces:
    pieces: Pieces = []
    fixed: list[bytes] = []
    for line in text.rstrip("\n").split("\n"):
        parts = marks.split(line)
        if len(parts) == 1:
            fixed.append(_line(line))
            continue
        pieces += [b"".join(fixed), Line(parts)]
        fixed = []
    return [*pieces, b"".join(fixed)]


def _filled(pieces: Pieces, values: Mapping[str, str]) -> list[bytes | list[str]]:
    return [piece if isinstance(piece, bytes) else piece.filled(values) for piece in pieces]


def _joined(parts: Sequence[bytes | list[str]]) -> list[bytes | list[str]]:
    """The same with neighbours of bytes made one."""
    found: list[bytes | list[str]] = []
    for part in parts:
        last = found[-1] if found else None
        if isinstance(part, bytes) and isinstance(last, bytes):
            found[-1] = last + part
        else:
            found.append(part)
    return found


def _line(line: str) -> bytes:
    if "\r" in line:  # quoted-printable leaves a lone one as it is, and some hosts take it for the end of a line
        line = line.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")  # the last one is of its own end
    return binascii.b2a_qp(line.encode(), istext=True).replace(b"\n", b"\r\n") + b"\r\n"


def _words(value: str, used: int) -> str:
    """Encoded words of RFC 2047, no line over 76 signs, no character cut in two."""
    words: list[str] = []
    room = (76 - used - len("=?utf-8?b??=")) // 4 * 3
    chunk = b""
    for sign in value:
        encoded = sign.encode()
        if len(chunk) + len(encoded) > room:
            words.append(_word(chunk))
            chunk, room = b"", 45  # as many bytes fit into a line of their own
        chunk += encoded
    return "\r\n ".join([*words, _word(chunk)])


def _word(chunk: bytes) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(chunk, newline=False).decode('ascii')}?="


def _fold(value: str, used: int) -> str:
    lines = [""]
    for word in value.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if lines[-1].strip() and word and len(longer) + (used if len(lines) == 1 else 1) > 76:
            lines.append(word)
        else:
            lines[-1] = longer
    return "\r\n ".join(lines)
