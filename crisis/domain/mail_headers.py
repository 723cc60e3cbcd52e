"""Headers of a mail that came in: found, decoded and cut short, whatever is in them."""

import codecs
import re
from email.message import Message
from email.parser import BytesHeaderParser
from uuid import UUID

from crisis.domain import text

#: Characters of one header that are looked at; longer ones are cut.
LONGEST = 2000
_LARGEST_BLOCK = 256 * 1024  # bytes of headers that are read

#: Charsets that mail is written in. Others, and words that make Python compute for minutes, are read as UTF-8.
_CHARSETS = frozenset(
    {
        *("utf-8", "ascii", "utf-16", "utf-7", "koi8-r", "koi8-u", "mac-roman", "big5", "gb2312", "gbk", "gb18030"),
        *("shift_jis", "iso2022_jp", "euc_jp", "euc_kr"),
        *(f"cp{number}" for number in (437, 850, 852, 866, 874, 932, 936, 949, 950, *range(1250, 1259))),
        *(f"iso8859-{number}" for number in range(1, 17)),
    }
)
_WORD = re.compile(r"=\?([^?\s]{1,40})\?([bqBQ])\?([^?\s]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(=\?[^?\s]{1,40}\?[bqBQ]\?)")
_TYPE = re.compile(r"\s*([\w.+-]{1,100}/[\w.+-]{1,100})")
_PARAMETER = re.compile(r';\s*([\w*-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))')
_IN_BRACKETS = re.compile(r"<([^<>\s]{1,320})>")
_COMMENT = re.compile(r"\(([^()]{1,200})\)")
_ADDRESS = re.compile(r"[^\s<>,;:\"()@]{1,128}@[^\s<>,;:\"()@]{1,255}")
_ID = re.compile(r"<([0-9a-fA-F-]{32,36})@([^<>\s@]{1,255})>")


def parse(block: bytes) -> Message:
    """The headers in a block of bytes."""
    return BytesHeaderParser().parsebytes(block[:_LARGEST_BLOCK])


def every(headers: Message, name: str) -> list[str]:
    """The values of all headers of that name; bytes that are no ASCII are read as UTF-8."""
    wanted = name.lower()
    found = [str(value) for one, value in headers.raw_items() if one.lower() == wanted]
    return [
        one if one.isascii() else one.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for one in found
    ]


def raw(headers: Message, name: str) -> str:
    """The first header of that name as it stands, on one line; empty where there is none."""
    return " ".join(next(iter(every(headers, name)), "")[:LONGEST].split())


def decoded(headers: Message, name: str) -> str:
    """The same as a person reads it, without characters that hide others."""
    value = _BETWEEN_WORDS.sub(r"\1\2", raw(headers, name))
    return tidy(_WORD.sub(_word, value))


def tidy(value: str, *, lines: bool = False) -> str:
    """The text without what can't be stored or shown: controls, bidirectional marks, lone surrogates."""
    clean = text.clean(value)
    if text.forbidden(clean, lines=lines) is None:
        return clean
    return "".join(one for one in clean if text.forbidden(one, lines=lines) is None).strip()


def kind(headers: Message) -> tuple[str, dict[str, str]]:
    """The content type in lower case, ``text/plain`` where it can't be read, and its parameters by name."""
    value = raw(headers, "Content-Type")
    found = _TYPE.match(value)
    parameters = {name.lower().rstrip("*"): quoted or plain for name, quoted, plain in _PARAMETER.findall(value)}
    return (found.group(1).lower() if found else "text/plain"), parameters


def address(headers: Message, name: str) -> str:
    """The first mail address of a header; empty where there is none."""
    return next(iter(addresses(headers, name)), "")


def addresses(headers: Message, *names: str) -> list[str]:
    """The mail addresses of all headers of these names."""
    found: list[str] = []
    for name in names:
        for value in every(headers, name)[:20]:
            found += [tidy(one) for one in _ADDRESS.findall(value[:LONGEST])]
    return found


def display_name(headers: Message, name: str) -> str:
    """The name beside the address; empty where there is none."""
    whole = decoded(headers, name)
    comment = _COMMENT.search(whole) if "<" not in whole else None  # the old way: desk@video.example (The desk)
    shown = comment.group(1) if comment else _IN_BRACKETS.sub("", whole).strip()
    name_only = shown.strip("\"' ").replace('\\"', '"')
    return "" if _ADDRESS.fullmatch(name_only) else name_only


def null_sender(headers: Message) -> bool:
    """Whether it was sent in nobody's name, as bounces are: ``Return-Path: <>``. Unknown is not null."""
    return raw(headers, "Return-Path") == "<>"


def ids(value: str) -> list[tuple[UUID, str]]:
    """The message ids of our form in a text, ``<uuid@host>``: the alert's id and the host in lower case."""
    found = []
    for key, host in _ID.findall(value):
        try:
            found.append((UUID(key), host.lower()))
        except ValueError:
            continue
    return found


def in_charset(data: bytes, charset: str) -> str:
    """The bytes as text, by a charset that mail is written in; what does not fit becomes U+FFFD."""
    try:
        name = codecs.lookup(charset.strip()[:40]).name if charset.isascii() else "utf-8"
    except (LookupError, ValueError):
        name = "utf-8"
    return data.decode(name if name in _CHARSETS else "utf-8", "replace")


def _word(found: re.Match[str]) -> str:
    charset, way, coded = found.groups()
    data = coded.encode("ascii", "replace")
    try:
        if way in "bB":
            plain = codecs.decode(data + b"=" * (-len(data) % 4), "base64")
        else:
            plain = codecs.decode(data.replace(b"_", b" "), "quopri")
    except ValueError:
        return found.group(0)
    return in_charset(plain, charset.partition("*")[0])
