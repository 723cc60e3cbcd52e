"""A setting: whether a text that an operator gives is one of its kind.

Each takes the text and gives it back as it is used, or raises ``ValueError`` saying what is expected;
where a setting may be left out, the empty text is fine.
"""

from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from crisis.domain import pace

_BROKERS = ("redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps")

#: Of one mail host, over all processes together.
_CONNECTIONS = 16


def base_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected http:// or https:// with a host, such as https://desk.example")
    return text.rstrip("/")


def database_url(text: str) -> str:
    if text and urlsplit(text).scheme not in ("postgresql", "sqlite"):
        raise ValueError("expected postgresql://… or sqlite:///…")
    return text


def broker_url(text: str) -> str:
    if text and urlsplit(text).scheme not in _BROKERS:
        raise ValueError("expected redis://, rediss://, sentinel:// or amqp://")
    return text


def smtp_url(text: str) -> str:
    if not text:
        return text
    parts = urlsplit(text)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("expected smtp://host:port or smtps://host:port")
    connections = _option(text, "connections", str(_CONNECTIONS))
    if not connections.isdecimal() or not 1 <= int(connections) <= 256:
        raise ValueError("connections is a whole number from 1 to 256")
    if _option(text, "tls", "auto") not in ("auto", "none"):
        raise ValueError("tls is none, or is left out")
    return text


def smtp_connections(url: str) -> int:
    """How many connections to the mail host all workers together may hold."""
    return int(_option(url, "connections", str(_CONNECTIONS)))


def imap_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("imap", "imaps") or not parts.hostname or not parts.username):
        raise ValueError("expected imaps://user:password@host/INBOX")
    return text


def web_url(text: str) -> str:
    parts = urlsplit(text)
    if text and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("expected https:// with a host")
    return text


def own_or_web_url(text: str) -> str:
    """``own`` stands for this desk itself."""
    return text if text == "own" else web_url(text)


def mail_address(text: str) -> str:
    if text and (text.count("@") != 1 or text.startswith("@") or text.endswith("@") or not text.isprintable()):
        raise ValueError("expected one mail address, such as alerts@desk.example")
    return text


def time_zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError("expected a zone of the tz database, such as Europe/Brussels") from None
    return text


def limits(text: str) -> str:
    pace.parse(text)
    return text


def words(value: object) -> object:
    """A list with commas or spaces between its entries; what is no text is left as it is."""
    return value.replace(",", " ").split() if isinstance(value, str) else value


def _option(url: str, name: str, usual: str) -> str:
    return parse_qs(urlsplit(url).query).get(name, [usual])[0]
