"""URL keys: what two spellings of one address have in common, and how an address is shown unclickable."""

import re
from dataclasses import dataclass

from crisis import errors
from crisis.domain import hosts, text
from crisis.domain.hosts import ToAscii

__all__ = ["Key", "ToAscii", "defang", "key", "refang"]

#: Characters. Longer addresses are no longer addresses that people or programs exchange.
MAX_LENGTH = 4096

#: Query parameters that say where a visitor came from, never what is shown. Whoever adds one must be sure of that.
TRACKING = frozenset(
    {
        "fbclid",
        "gclid",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "twclid",
        "ttclid",
        "li_fat_id",
        "igshid",
        "igsh",
        "yclid",
        "mc_cid",
        "mc_eid",
        "_hsenc",
        "_hsmi",
        "mkt_tok",
        "vero_id",
        "oly_anon_id",
        "oly_enc_id",
    }
)
TRACKING_PREFIX = "utm_"

DEFAULT_PORT = {"http": "80", "https": "443"}

# RFC 3986, appendix B, with a scheme that must be there
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#(.*))?", re.DOTALL)
_DEFANGED_SCHEME = re.compile(r"h(?:xx|\*\*|tt)p(s?)(?:\[:\]//|\[://\]|:\[//\]|://)", re.IGNORECASE)
_DEFANGED_DOT = re.compile(r"\[\.\]|\(\.\)|\{\.\}|\[dot\]|\(dot\)", re.IGNORECASE)
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Key:
    """An address and what names its content.

    ``url`` is the address as given (a defanged one is armed again), the one that is stored and sent;
    ``host`` is IDNA in lower case, for routing; ``dropped`` says in words what the key leaves out or
    writes otherwise, such as “utm_source dropped” or “host in capitals”.
    """

    url: str
    content_key: str
    host: str
    dropped: tuple[str, ...]


def key(url: str, to_ascii: ToAscii) -> Key:
    """The key of an http or https address: scheme and host in lower case (IDNA), without default port,
    tracking parameters, and fragments of the form ``t=…`` or ``:~:…``. All else stays as it is.

    Raises:
        InvalidInput: it is no such address; the text says why.
    """
    given = refang(url.strip())
    scheme_given, authority, path, query, fragment = _split(given)
    scheme = scheme_given.lower()
    host_given, port = _host_and_port(authority)
    host = hosts.read(host_given, to_ascii)
    dropped = ["scheme in capitals"] if scheme != scheme_given else []
    dropped += hosts.changes(host_given, host)
    if port in {"", DEFAULT_PORT[scheme]}:
        dropped.append("default port dropped")
        port = None
    if not path:
        dropped.append("empty path read as /")
        path = "/"
    query = _without_tracking(query, dropped)
    if fragment is not None and _is_position(fragment):
        dropped.append(f"fragment #{text.shorten(fragment, 40)} dropped")
        fragment = None
    content_key = f"{scheme}://{host}" + (f":{port}" if port is not None else "") + path
    content_key += (f"?{query}" if query is not None else "") + (f"#{fragment}" if fragment is not None else "")
    return Key(given, content_key, host.strip("[]"), tuple(dropped))


def refang(url: str) -> str:
    """The address that a defanged one (``hxxps://pixelly[.]example/v/1``) stands for; others unchanged."""
    armed = _DEFANGED_SCHEME.sub(lambda match: f"http{match[1].lower()}://", url, count=1) if _is_defanged(url) else url
    scheme, separator, rest = armed.partition("://")
    end = re.search(r"[/?#]", rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    # square brackets round a dot are never part of a real path; round ones and words may be
    return scheme + separator + _DEFANGED_DOT.sub(".", authority) + tail.replace("[.]", ".")


def defang(url: str) -> str:
    """The address so that no program makes a link of it: ``hxxps://pixelly[.]example/v/1``."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url.replace(".", "[.]")
    end = re.search(r"[/?#]", rest)
    authority, tail = (rest[: end.start()], rest[end.start() :]) if end else (rest, "")
    return scheme.lower().replace("http", "hxxp") + separator + authority.replace(".", "[.]") + tail


def _is_defanged(url: str) -> bool:
    match = _DEFANGED_SCHEME.match(url)
    return match is not None and not re.match(r"https?://", url, re.IGNORECASE)


def _split(url: str) -> tuple[str, str, str, str | None, str | None]:
    if not url:
        raise errors.InvalidInput("The address is empty.")
    if len(url) > MAX_LENGTH:
        raise errors.InvalidInput(f"The address is longer than {MAX_LENGTH} characters.")
    if (bad := text.forbidden(url)) is not None:
        raise errors.InvalidInput(f"The address holds the invisible character {bad}; type that part again.")
    if len(url.split()) != 1:
        raise errors.InvalidInput("The address holds a blank; give one address a line, with blanks as %20.")
    match = _PARTS.fullmatch(url)
    if match is None:
        raise errors.InvalidInput("This is no full address; it begins with http:// or https://.")
    if match[1].lower() not in DEFAULT_PORT:
        raise errors.InvalidInput(
            f"Only http:// and https:// addresses can be named, not {text.shorten(match[1], 20)}://."
        )
    return match[1], match[2], match[3], match[4], match[5]


def _host_and_port(authority: str) -> tuple[str, str | None]:
    if "@" in authority:
        raise errors.InvalidInput("The address holds a user name before an @; take that part out.")
    host, separator, port = authority.rpartition(":")
    if not separator or authority.endswith("]"):
        return authority, None
    if port and not (_PORT.fullmatch(port) and 0 < int(port) < 65536):
        raise errors.InvalidInput(f"The address has no valid port: {text.shorten(port, 20)}.")
    return host, port.lstrip("0")


def _without_tracking(query: str | None, dropped: list[str]) -> str | None:
    """The query without tracking parameters, in the order given; ``None`` if nothing is left of it."""
    if query is None:
        return None
    kept = []
    pairs = query.split("&")
    for pair in pairs:
        name = pair.partition("=")[0]
        if name.lower() in TRACKING or name.lower().startswith(TRACKING_PREFIX):
            dropped.append(f"{text.shorten(name, 40)} dropped")
        else:
            kept.append(pair)
    if len(kept) == len(pairs):
        return query
    return "&".join(kept) if kept else None


def _is_position(fragment: str) -> bool:
    """A position in a video or in a text; with an ``&`` it may as well name another content."""
    return fragment.startswith(":~:") or (fragment.startswith("t=") and "&" not in fragment)
