"""Plain text: what people typed, made harmless before it becomes part of a message."""

import re
import unicodedata

from crisis.notify import marks

#: Format signs that scripts need: zero-width non-joiner and joiner.
_NEEDED = frozenset("\u200c\u200d")
_BREAKS = re.compile(r"\r\n?|[\n\v\f\x85\u2028\u2029]")
_SCHEME = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]{1,20})://")
_HOST_AND_PATH = re.compile(r"(?<![\w@.-])((?:[\w-]+\.)+)(\w{2,24})(?=/|[:?#]\S)")
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)


def lines(text: str) -> list[str]:
    """The lines that hold something, each safe to stand in a message of any channel.

    Control signs and signs that turn the direction of writing are gone, slots can't be forged, and
    addresses are defanged, so that the link of an alert stays the only one.
    """
    cleaned = (line(one) for one in _BREAKS.split(text))
    return [one for one in cleaned if one]


def line(text: str) -> str:
    """The same for a text that has to be one line, such as a name."""
    text = "".join(_sign(sign) for sign in unicodedata.normalize("NFC", text))
    return defang(marks.disarm(" ".join(text.split())))


def defang(text: str) -> str:
    """The text with every web address written so that no program makes it a link."""
    text = _SCHEME.sub(lambda found: f"{_defanged_scheme(found[1])}://", text)
    text = _WWW.sub("www[.]", text)
    return _HOST_AND_PATH.sub(lambda found: f"{found[1][:-1]}[.]{found[2]}", text)


def _defanged_scheme(scheme: str) -> str:
    return {"http": "hxxp", "https": "hxxps", "ftp": "fxp"}.get(scheme.lower(), f"{scheme}[:]")


def _sign(sign: str) -> str:
    category = unicodedata.category(sign)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category in ("Cf", "Cs", "Co", "Cn") and sign not in _NEEDED:
        return ""
    return sign
