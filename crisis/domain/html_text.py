"""The words of an HTML text, for people who get no markup: in one pass, whatever is open or unclosed in it."""

import html
import re

_HIDDEN = ("script", "style", "title")
_BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "blockquote", "table", "hr"})
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")
_BLANKS = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r" ?\n(?: ?\n)+ ?")


def words(source: str) -> str:
    """The text that a reader would see; lines end where a paragraph does."""
    pieces: list[str] = []
    lower = source.lower()
    at = 0
    while at < len(source):
        opened = source.find("<", at)
        if opened < 0:
            pieces.append(source[at:])
            break
        pieces.append(source[at:opened])
        if source.startswith("<!--", opened):
            closed = source.find("-->", opened)
            at = closed + 3 if closed >= 0 else len(source)
            continue
        name = _NAME.match(source, opened + 1)
        if name is None:
            pieces.append("<")
            at = opened + 1
            continue
        tag = name.group(1).lower()
        if tag in _HIDDEN and not source.startswith("/", opened + 1):
            opened = lower.find(f"</{tag}", opened)
            if opened < 0:
                break
        closed = source.find(">", opened)
        if closed < 0:
            break
        pieces.append("\n" if tag in _BREAKS else " " if tag == "td" else "")
        at = closed + 1
    text = _BLANKS.sub(" ", html.unescape("".join(pieces)))
    return _LINES.sub("\n\n", text).strip()
