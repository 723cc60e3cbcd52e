"""Text that people type: what is refused in it, and how it is made safe for a cell, a line, a terminal."""

import unicodedata

#: Invisible characters that change how other text is read, or hide some: bidirectional controls
#: (*Source:* Unicode UAX 9), zero-width spaces, line separators. Joiners stay: some scripts need them.
_DECEPTIVE = frozenset(
    "\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)

#: A spreadsheet takes a cell that begins so for a formula. *Source:* OWASP, CSV injection.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20", "\t", "\r", "\n")


def clean(text: str) -> str:
    """The text in Unicode form NFC, with line ends as ``\\n`` and without blanks around it."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def forbidden(text: str, *, lines: bool = False) -> str | None:
    """The first character that has no place in the text, as ``U+202E``; ``None`` if there is none.

    Control, bidirectional and invisible characters, lone surrogates. ``lines`` allows line ends and tabs.
    """
    if text.isascii() and text.isprintable():
        return None
    for character in text:
        if lines and character in "\n\t":
            continue
        if character in _DECEPTIVE or unicodedata.category(character) in {"Cc", "Cs"}:
            return f"U+{ord(character):04X}"
    return None


def visible(text: str) -> str:
    """The text on one line for a terminal or a log: what is forbidden becomes a replacement character."""
    if forbidden(text) is None:
        return text
    return "".join("\ufffd" if forbidden(character) else character for character in text)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take the cell for a formula."""
    return text.startswith(_FORMULA_SIGNS)


def quote_cell(text: str) -> str:
    """The text for a cell of a file that people open in a spreadsheet: a formula gets a ``'`` before it."""
    return "'" + text if is_formula(text) else text


def shorten(text: str, length: int) -> str:
    """The text in at most ``length`` characters; what was cut shows as ``…`` at the end."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
