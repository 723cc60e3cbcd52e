"""Bytes of an uploaded file as text, whatever they were written in."""

import codecs

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def text_of(data: bytes) -> str:
    """The text: UTF-8, UTF-16 with its mark (or none, told by its zero bytes), else line by line UTF-8 or Latin-1.

    Never fails: what was written in some other code shows as wrong letters in its own line only.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    if (encoding_found := _utf16_without_mark(data)) is not None:
        return data.decode(encoding_found, "replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "\n".join(_line(line) for line in data.replace(b"\r\n", b"\n").split(b"\n"))


def _line(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("latin-1")


def _utf16_without_mark(data: bytes) -> str | None:
    """Addresses and hashes are mostly ASCII: in UTF-16 every second byte of them is zero."""
    sample = data[:200]
    pairs = len(sample) // 2
    if pairs < 4:
        return None
    if sample[1::2].count(0) * 10 >= pairs * 9 and sample[::2].count(0) == 0:
        return "utf-16-le"
    if sample[::2].count(0) * 10 >= pairs * 9 and sample[1::2].count(0) == 0:
        return "utf-16-be"
    return None
