"""Content inside the text of a mail: pictures and files written out as letters, which are taken out, never kept."""

import re

_OUT = "[not kept]"
_DATA = re.compile(
    r"data:[\w.+-]{1,60}/[\w.+-]{1,60}[;,][\w=.;,:-]{0,80}[,][A-Za-z0-9+/=%_-]{16,}", re.ASCII | re.IGNORECASE
)
_BEGIN = re.compile(r"^begin(?:-base64)? [0-7]{3,4} [^\n]{1,200}$", re.MULTILINE)
_ENDS = ("\nend", "\n====")


def without(text: str) -> str:
    """The text without pictures in its addresses (``data:``) and without files in its lines (uuencode)."""
    return _without_files(_DATA.sub(_OUT, text))


def _without_files(text: str) -> str:
    pieces: list[str] = []
    at = 0
    while found := _BEGIN.search(text, at):
        pieces += [text[at : found.start()], _OUT]
        ends = [where for one in _ENDS if (where := text.find(one, found.end())) >= 0]
        if not ends:  # cut off, or never closed
            return "".join(pieces)
        line_end = text.find("\n", min(ends) + 1)
        at = line_end if line_end >= 0 else len(text)
    return "".join([*pieces, text[at:]])
